/** How a ledger comes to be, grows with the package, and says what it lacks: over both kinds of store. */
import { sql } from 'kysely';

import { ledgerOn } from '../../ledger/ledger';
import { STEPS } from '../../ledger/schema';
import type { Store } from '../../ledger/store';
import { FURTHER } from './opener';
import { openAtOnce } from './processes';
import { overEveryStore } from './stores';

async function state({ db, table }: Store) {
	const [row] = await db.all(
		sql<{
			schema: number;
			sequence: number;
			secret: string;
		}>`SELECT schema, sequence, secret FROM ${table('ledger')}`,
	);
	return row!;
}

describe('a ledger', () => {
	overEveryStore((place) => {
		it('is made once, though several processes open it at the same moment', async () => {
			const store = await place.empty();
			const opened = await openAtOnce(4, place.env());
			const { schema, secret } = await state(store);
			expect(opened).toEqual(Array.from({ length: 4 }, () => ({ secret })));
			expect(schema).toBe(STEPS.length);
			const syncs = await store.db.all(sql`SELECT id FROM ${store.table('sync')}`);
			expect(syncs).toHaveLength(1);
		}, 60_000);

		it('is upgraded once, in steps, though several processes of the newer package start at the same moment', async () => {
			const store = await place.empty();
			await ledgerOn(store);
			const before = await state(store);
			await openAtOnce(4, place.env(), { upgrade: true });
			const after = await state(store);
			expect(after.schema).toBe(STEPS.length + 1);
			expect(Math.floor(after.sequence / FURTHER)).toBe(1);
			expect(after.secret).toBe(before.secret);
		}, 60_000);

		it('of a newer package is refused with a sentence, and left as it is', async () => {
			const store = await place.empty();
			await ledgerOn(store);
			await openAtOnce(1, place.env(), { upgrade: true });
			const before = await state(store);
			const refused = ledgerOn(await place.again());
			await expect(refused).rejects.toMatchObject({
				kind: 'setup',
				message: `The ledger ${store.where} was written by a newer version of this package (schema ${STEPS.length + 1}, this one knows ${STEPS.length}).`,
				detail: { todo: 'Install that version again; nothing was changed.' },
			});
			expect(await state(store)).toEqual(before);
		}, 60_000);
	});
});
