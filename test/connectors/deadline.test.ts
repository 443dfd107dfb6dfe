/** A write has an end: nothing of it lands afterwards, whatever holds it back. */
import { sql } from 'kysely';

import { DatabaseDestination } from '../../connectors/database/destination';
import { open } from '../../sql/open';
import { SqlError, type Database, type ServerConfig } from '../../sql/types';
import { create, ok, update } from '../conformance/destination';
import { startProxy, type Proxy } from '../servers/proxy';
import { overEveryDatabase } from '../sql/databases';

const WITHIN = 4000;

const sleep = async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms));

overEveryDatabase((place) => {
	const text = place.dialect === 'mysql' ? sql`VARCHAR(100)` : sql`TEXT`;
	let db: Database;
	let destination: DatabaseDestination;

	beforeEach(async () => {
		db = await place.open();
		await db.run(sql`CREATE TABLE IF NOT EXISTS person (id INTEGER PRIMARY KEY, name ${text})`);
		await db.run(sql`DELETE FROM person`);
		destination = new DatabaseDestination({ database: place.config(), table: { name: 'person' } });
	});
	afterEach(async () => {
		await destination.close();
		await db.close();
	});

	const names = async () =>
		(await db.all(sql<{ name: string }>`SELECT name FROM person ORDER BY id`)).map((one) => one.name);

	it('that waits for a row which another session keeps ends in time, and nothing of it lands later', async () => {
		const [made] = await destination.write([create(0, { id: 1, name: 'before' })]);
		const { id } = ok(made!);
		let began = 0;
		await db.transaction(async (tx) => {
			await tx.run(sql`UPDATE person SET name = 'theirs' WHERE id = 1`);
			began = performance.now();
			const written = destination.write(
				[update(0, id, { name: 'ours' }), create(1, { id: 2, name: 'new' })],
				WITHIN,
			);
			// A file is locked whole, and not by a row: it cannot be reached.
			if (place.dialect === 'sqlite') await expect(written).rejects.toMatchObject({ kind: 'unreachable' });
			else expect((await written).map((result) => !result.ok && result.error.kind)).toEqual(['retry', 'retry']);
			expect(performance.now() - began).toBeLessThan(WITHIN);
		});
		await sleep(500);
		expect(await names()).toEqual(['theirs']);
		const again = await destination.write(
			[update(0, id, { name: 'ours' }), create(1, { id: 2, name: 'new' })],
			WITHIN,
		);
		again.forEach(ok);
		expect(await names()).toEqual(['ours', 'new']);
	}, 60_000);

	it('that goes on for too long is taken back before its COMMIT', async () => {
		const other = await place.open();
		const late = other.transaction(
			async (tx) => {
				await tx.run(sql`INSERT INTO person VALUES (1, 'late')`);
				await sleep(700);
			},
			{ within: 1000 },
		);
		await expect(late).rejects.toBeInstanceOf(SqlError);
		await other.close();
		expect(await names()).toEqual([]);
	});
});

overEveryDatabase(
	(place) => {
		let proxy: Proxy;
		let through: Database;
		let db: Database;

		beforeEach(async () => {
			db = await place.open();
			await db.run(sql`CREATE TABLE IF NOT EXISTS person (id INTEGER PRIMARY KEY, name VARCHAR(100))`);
			await db.run(sql`DELETE FROM person`);
			const config = place.config() as ServerConfig;
			proxy = await startProxy(config);
			through = await open(
				{ ...config, host: proxy.host, port: proxy.port, connections: 1 },
				{ readOnly: false, values: 'plain' },
			);
		});
		afterEach(async () => {
			proxy.mend();
			await through.close();
			await proxy.stop();
			await db.close();
		});
		const count = async () => (await db.all(sql<{ n: number }>`SELECT count(*) AS n FROM person`))[0]!.n;

		it('whose COMMIT the network holds back is no longer kept when it arrives', async () => {
			const began = performance.now();
			const held = through.transaction(
				async (tx) => {
					await tx.run(sql`INSERT INTO person VALUES (1, 'held back')`);
					proxy.delay(6000);
				},
				{ within: WITHIN },
			);
			await expect(held).rejects.toMatchObject({ kind: 'unreachable' });
			expect(performance.now() - began).toBeLessThan(WITHIN);
			await sleep(6000 - WITHIN + 2500);
			expect(await count()).toBe(0);
		}, 60_000);

		it('leaves no limits behind for what comes next on its connection', async () => {
			await through.transaction(async (tx) => await tx.run(sql`INSERT INTO person VALUES (2, 'in time')`), {
				within: WITHIN,
			});
			await sleep(WITHIN / 4 + 700);
			await through.all(
				place.dialect === 'postgres' ? sql`SELECT pg_sleep(1.5)` : sql`SELECT sleep(1.5) AS slept`,
			);
			expect(await count()).toBe(1);
		}, 60_000);

		it('is over when its server says nothing at all', async () => {
			const began = performance.now();
			const silent = through.transaction(
				async (tx) => {
					proxy.delay(30_000);
					await tx.run(sql`INSERT INTO person VALUES (3, 'unheard')`);
				},
				{ within: WITHIN },
			);
			await expect(silent).rejects.toMatchObject({ kind: 'unreachable' });
			expect(performance.now() - began).toBeLessThan(WITHIN);
			proxy.mend();
			proxy.cut();
			expect(await through.all(sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
		}, 60_000);
	},
	['postgres', 'mysql'],
);
