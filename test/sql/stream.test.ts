import { sql } from 'kysely';

import type { Database } from '../../sql/types';
import { overEveryDatabase } from './databases';

overEveryDatabase((place) => {
	let db: Database;

	beforeAll(async () => {
		const made = await place.open({ values: 'plain' });
		await made.run(sql`CREATE TABLE number (n BIGINT PRIMARY KEY)`);
		await made.insert(
			sql`number`,
			[{ name: 'n', type: 'integer' }],
			Array.from({ length: 25 }, (_, i) => [i]),
		);
		await made.close();
	});
	beforeEach(async () => {
		db = await place.open({ readOnly: true, values: 'plain' });
	});
	afterEach(() => db.close());

	const numbers = sql<{ n: number }>`SELECT n FROM number ORDER BY n`;

	test('reads everything, page by page', async () => {
		const pages: number[][] = [];
		for await (const page of db.stream(numbers, 10)) pages.push(page.map(({ n }) => n));
		expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
		expect(pages.flat()).toEqual(Array.from({ length: 25 }, (_, i) => i));
	});

	test('gives no page for no rows', async () => {
		for await (const page of db.stream(sql`SELECT n FROM number WHERE n < ${0}`, 10))
			throw new Error(`a page of ${page.length}`);
	});

	test('a loop that is left early frees the connection', async () => {
		for (let i = 0; i < 10; i++) {
			for await (const page of db.stream(numbers, 2)) {
				expect(page).toHaveLength(2);
				break;
			}
		}
		expect(await db.all(sql`SELECT count(*) AS n FROM number`)).toEqual([{ n: 25 }]);
	});

	test('an abort ends it', async () => {
		const abort = new AbortController();
		const read = async () => {
			for await (const page of db.stream(numbers, 2, abort.signal)) {
				expect(page).toHaveLength(2);
				abort.abort(new Error('enough'));
			}
		};
		await expect(read()).rejects.toThrow('enough');
	});

	test('reads one snapshot, whatever others write meanwhile', async () => {
		const other = await place.open({ values: 'plain' });
		let read = 0;
		try {
			for await (const page of db.stream(numbers, 5)) {
				if (read === 0) await other.run(sql`UPDATE number SET n = n + 100`);
				read += page.length;
				expect(page.every(({ n }) => n < 100)).toBe(true);
			}
			expect(read).toBe(25);
		} finally {
			await other.run(sql`UPDATE number SET n = n - 100`);
			await other.close();
		}
	});

	test('a failing statement throws in the loop', async () => {
		const read = async () => {
			for await (const page of db.stream(sql`SELECT absent FROM number`, 5))
				throw new Error(`a page of ${page.length}`);
		};
		await expect(read()).rejects.toMatchObject({ kind: 'no column' });
	});

	test('a read-only database writes nothing', async () => {
		await expect(db.run(sql`INSERT INTO number VALUES (${1000})`)).rejects.toMatchObject({ kind: 'refused' });
		await expect(db.transaction((tx) => tx.run(sql`DELETE FROM number`))).rejects.toMatchObject({
			kind: 'refused',
		});
		expect(await db.all(sql`SELECT count(*) AS n FROM number`)).toEqual([{ n: 25 }]);
	});
});
