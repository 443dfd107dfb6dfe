/** A ledger that cannot be written: the tick stops with a plain error before anything is written anywhere. */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { sql } from 'kysely';

import { ledgerOn } from '../../ledger/ledger';
import { sqliteStore } from '../../ledger/sqlite';
import type { Store } from '../../ledger/store';
import { World } from '../engine/world';
import { freshFolder, unprivileged } from '../servers/server';
import { openAtOnce } from './processes';

describe('a ledger that cannot be written', () => {
	const folder = freshFolder('full');
	afterAll(() => folder.remove());

	/** What befalls the file, and how it is mended. */
	const BEFALLS: {
		what: string;
		happens: (store: Store) => Promise<void>;
		ends: ReturnType<typeof sql>;
		says: string;
	}[] = [
		{
			what: 'no room is left',
			happens: async ({ db }) => {
				const [{ page_count: pages }] = (await db.all(sql`PRAGMA page_count`)) as [{ page_count: number }];
				await db.all(sql`PRAGMA max_page_count = ${sql.lit(pages)}`);
			},
			ends: sql`PRAGMA max_page_count = 1000000`,
			says: 'has no room left: database or disk is full.',
		},
		{
			what: 'its file system turns read-only',
			happens: async ({ db }) => void (await db.all(sql`PRAGMA query_only = 1`)),
			ends: sql`PRAGMA query_only = 0`,
			says: 'cannot be written: attempt to write a readonly database.',
		},
	];

	it.each(BEFALLS)('stops the tick where $what, before anything is written', async ({ happens, ends, says }) => {
		let store: Store | undefined;
		const world = await World.open(
			async () => (store = await sqliteStore(join(folder.path, `${says.length}.sqlite`))),
		);
		try {
			for (let n = 0; n < 20; n++) world.person(`k${n}`);
			await world.tick();
			const written = world.destination.log.length;
			await happens(store!);
			for (let n = 0; n < 2000; n++) world.person(`k${n}`, { team: 'Legal' });
			await expect(world.tick()).rejects.toThrow(`The ledger ${store!.where} ${says}`);
			expect(world.destination.log).toHaveLength(written);
			await store!.db.all(ends);
			expect((await world.tick()).health).toBe('healthy');
			expect(world.destination.rows.size).toBe(2000);
		} finally {
			await world.close();
		}
	});

	it('is told of plainly when it is opened by a user who may not write it', async () => {
		const place = join(folder.path, 'read-only');
		mkdirSync(place);
		const file = join(place, 'ledger.sqlite');
		await (await ledgerOn(await sqliteStore(file))).close();
		chmodSync(file, 0o444);
		for (const path of [folder.path, place]) chmodSync(path, 0o555);
		const [found] = await openAtOnce(1, { ONE_WAY_SYNC_LEDGER: file }, { as: unprivileged(['nobody']) });
		for (const path of [folder.path, place]) chmodSync(path, 0o755);
		expect(found).toEqual({
			error: `The ledger ${file} cannot be opened: attempt to write a readonly database.`,
			todo: 'See that its folder exists, can be written by n8n, and has room.',
		});
	}, 30_000);
});
