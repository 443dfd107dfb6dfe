/** Every kind of error, as each database really raises it. */
import { createServer } from 'node:net';
import { sql, type RawBuilder } from 'kysely';

import { open } from '../../sql/open';
import type { Database, ServerConfig } from '../../sql/types';
import { overEveryDatabase } from './databases';

const SECRET = 'hunter2@example.com';

overEveryDatabase((place) => {
	let db: Database;

	beforeAll(async () => {
		const made = await place.open();
		const strict = place.dialect === 'sqlite' ? sql`STRICT` : sql``;
		const text = place.dialect === 'sqlite' ? sql`TEXT` : sql`VARCHAR(20)`;
		await made.run(sql`CREATE TABLE parent (id INTEGER PRIMARY KEY) ${strict}`);
		await made.run(sql`CREATE TABLE child (id INTEGER PRIMARY KEY, email ${text} NOT NULL, age INTEGER, parent INTEGER,
			CONSTRAINT one_email UNIQUE (email), CONSTRAINT adult CHECK (age > 17), CONSTRAINT has_parent FOREIGN KEY (parent) REFERENCES parent (id)) ${strict}`);
		await made.run(sql`INSERT INTO child (id, email) VALUES (1, ${SECRET})`);
		await made.close();
	});
	beforeEach(async () => {
		db = await place.open();
	});
	afterEach(() => db.close());

	const cases: [string, RawBuilder<unknown>, string][] = [
		['a table that is not there', sql`SELECT * FROM absent`, 'no table'],
		['a column that is not there', sql`SELECT absent FROM child`, 'no column'],
		['a column to write that is not there', sql`INSERT INTO child (absent) VALUES (1)`, 'no column'],
		['an empty value', sql`INSERT INTO child (id, email) VALUES (2, NULL)`, 'empty'],
		['a value that another row has', sql`INSERT INTO child (id, email) VALUES (2, ${SECRET})`, 'unique'],
		['a key that another row has', sql`INSERT INTO child (id, email) VALUES (1, 'x')`, 'unique'],
		['a reference to nothing', sql`INSERT INTO child (id, email, parent) VALUES (2, 'x', 99)`, 'reference'],
		['a check', sql`INSERT INTO child (id, email, age) VALUES (2, 'x', 3)`, 'check'],
		['text for a number', sql`INSERT INTO child (id, email, age) VALUES (2, 'x', ${`${SECRET}`})`, 'wrong type'],
		['a broken statement', sql`SELEKT 1`, 'syntax'],
	];

	test.each(cases)('%s has its own kind', async (_name, statement, kind) => {
		const error = await db.run(statement).catch((caught: unknown) => caught);
		expect(error).toMatchObject({ name: 'SqlError', kind });
		expect((error as Error).message).not.toContain(SECRET);
	});

	test('says which column may not be empty', async () => {
		await expect(db.run(sql`INSERT INTO child (id, email) VALUES (2, NULL)`)).rejects.toMatchObject({
			at: { column: 'email' },
		});
	});

	test('text that is too long is a wrong type', async () => {
		if (place.dialect === 'sqlite') return; // has no lengths
		await expect(db.run(sql`INSERT INTO child (id, email) VALUES (2, ${'x'.repeat(21)})`)).rejects.toMatchObject({
			kind: 'wrong type',
		});
	});

	test('a database after its end is unreachable', async () => {
		const other = await place.open();
		await other.close();
		await other.close();
		await expect(other.all(sql`SELECT 1`)).rejects.toMatchObject({ kind: 'unreachable' });
	});
});

overEveryDatabase(
	(place) => {
		const server = () => place.config() as ServerConfig;

		test('nobody listening is unreachable', async () => {
			const probe = createServer().listen(0, '127.0.0.1');
			await new Promise((resolve) => probe.once('listening', resolve));
			const { port } = probe.address() as { port: number };
			await new Promise((resolve) => probe.close(resolve));
			await expect(open({ ...server(), port }, { readOnly: true, values: 'exact' })).rejects.toMatchObject({
				kind: 'unreachable',
			});
		});

		test('a server that never answers is unreachable in time', async () => {
			const silent = createServer().listen(0, '127.0.0.1');
			await new Promise((resolve) => silent.once('listening', resolve));
			const { port } = silent.address() as { port: number };
			const failing = open({ ...server(), port, connectTimeout: 300 }, { readOnly: true, values: 'exact' });
			await expect(failing).rejects.toMatchObject({ kind: 'unreachable' });
			silent.close();
		});

		test('a server without TLS is refused where TLS is asked for', async () => {
			const failing = open(
				{ ...server(), tls: { rejectUnauthorized: true } },
				{ readOnly: true, values: 'exact' },
			);
			await expect(failing).rejects.toMatchObject({ kind: 'unreachable' });
		});

		test('an unknown database is refused', async () => {
			await expect(
				open({ ...server(), database: 'absent' }, { readOnly: true, values: 'exact' }),
			).rejects.toMatchObject({ kind: 'refused' });
		});

		test('a wrong password is refused, and never shown', async () => {
			const db = await place.open();
			if (place.dialect === 'mysql') await db.run(sql`CREATE USER IF NOT EXISTS guest@'%' IDENTIFIED BY 'right'`);
			await db.close();
			if (place.dialect === 'postgres') return; // the test server trusts everyone
			const error = await open(
				{ ...server(), user: 'guest', password: 'wr0ng' },
				{ readOnly: true, values: 'exact' },
			).catch((caught: unknown) => caught);
			expect(error).toMatchObject({ kind: 'refused' });
			expect(JSON.stringify(error) + String(error)).not.toContain('wr0ng');
		});

		test('a connection that the server cuts is unreachable, and the next one works', async () => {
			const db = await place.open();
			const killer = await place.open();
			const cut = db.transaction(async (tx) => {
				if (place.dialect === 'postgres') {
					const [me] = await tx.all(sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`);
					await killer.all(sql`SELECT pg_terminate_backend(${me!.pid})`);
				} else {
					const [me] = await tx.all(sql<{ pid: number }>`SELECT connection_id() AS pid`);
					await killer.run(sql`KILL ${sql.lit(me!.pid)}`);
				}
				await tx.all(sql`SELECT 1`);
			});
			await expect(cut).rejects.toMatchObject({ kind: 'unreachable' });
			expect(await db.all(sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
			await db.close();
			await killer.close();
		});
	},
	['postgres', 'mysql'],
);

overEveryDatabase((place) => {
	test('a lock that is not had in time is busy', async () => {
		const a = await place.open();
		const b = await place.open({ lockTimeout: 1_000 });
		await a.run(sql`CREATE TABLE locks (id INTEGER PRIMARY KEY, n INTEGER)`);
		await a.run(sql`INSERT INTO locks VALUES (1, 1)`);
		await a.transaction(async (tx) => {
			await tx.run(sql`UPDATE locks SET n = 2 WHERE id = 1`);
			await expect(b.run(sql`UPDATE locks SET n = 3 WHERE id = 1`)).rejects.toMatchObject({ kind: 'busy' });
		});
		expect(await b.all(sql`SELECT n FROM locks`)).toEqual([{ n: 2 }]);
		await a.close();
		await b.close();
	});
});
