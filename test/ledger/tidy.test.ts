/** The history is kept for so many days, and trimmed in small steps. */
import { sql } from 'kysely';

import { migrate } from '../../ledger/schema';
import { now } from '../../ledger/store';
import { tidy } from '../../ledger/tidy';
import type { SqlValue } from '../../sql/types';
import { overEveryStore } from './stores';

const DAY = 24 * 60 * 60 * 1000;
const OLD = 100_000;
const KEPT = 500;

overEveryStore((place) => {
	it('a hundred thousand old entries go a step at a time, none of which takes long, and younger ones stay', async () => {
		const store = await place.empty();
		await migrate(store);
		const { db, table } = store;
		const at = await now(db);
		await db.run(
			sql`INSERT INTO ${table('destination')} (id, sync, node, name, state, created_at) VALUES (7, 1, 'to', 'To', 'active', 0)`,
		);
		const columns = ['destination', 'key', 'part', 'at', 'version', 'outcome', 'why'].map((name) => ({
			name,
			type: ['destination', 'at', 'version'].includes(name) ? 'integer' : 'text',
		}));
		const entry = (n: number, when: number): SqlValue[] => [7, `k${n}`, '', when, 1, 'updated', 'changed'];
		// As batches of a thousand write them: each in one moment.
		for (let from = 0; from < OLD; from += 1000)
			await db.insert(
				table('history'),
				columns,
				Array.from({ length: 1000 }, (_, n) => entry(from + n, at - 31 * DAY + from)),
			);
		await db.insert(
			table('history'),
			columns,
			Array.from({ length: KEPT }, (_, n) => entry(n, at - 29 * DAY)),
		);
		const count = async () =>
			(await db.all(sql<{ n: number }>`SELECT count(*) AS n FROM ${table('history')}`))[0]!.n;
		const steps: { gone: number; took: number }[] = [];
		for (let before = await count(); ;) {
			const began = performance.now();
			await tidy(store, 1, 30);
			const took = performance.now() - began;
			const left = await count();
			if (left === before) break;
			steps.push({ gone: before - left, took });
			before = left;
		}
		expect(await count()).toBe(KEPT);
		expect(steps.length).toBeGreaterThanOrEqual(OLD / 3000);
		expect(Math.max(...steps.map(({ gone }) => gone))).toBeLessThanOrEqual(3000);
		const typical = steps.map(({ took }) => took).sort((a, b) => a - b)[steps.length >> 1]!;
		expect(typical).toBeLessThan(500);
		// What another sync keeps longer is left alone.
		await tidy(store, 2, 1);
		expect(await count()).toBe(KEPT);
	}, 120_000);
});
