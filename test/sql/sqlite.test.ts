/** What only SQLite has to prove: its thread, its files, its locks. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';

import { open } from '../../sql/open';
import { overEveryDatabase } from './databases';

overEveryDatabase(
	(place) => {
		const file = () => (place.config() as { file: string }).file;
		const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

		test('a file that is made can be read by its owner alone', async () => {
			const db = await place.open();
			await db.run(sql`CREATE TABLE t (n INTEGER)`);
			expect([mode(file()), mode(`${file()}-wal`), mode(`${file()}-shm`)]).toEqual(['600', '600', '600']);
			expect(await db.all(sql`PRAGMA journal_mode`)).toEqual([{ journal_mode: 'wal' }]);
			expect(await db.all(sql`PRAGMA foreign_keys`)).toEqual([{ foreign_keys: 1 }]);
			await db.close();
		});

		test('a source that is not there is unreachable and is not made', async () => {
			const absent = join(tmpdir(), 'one-way-sync-absent.db');
			await expect(
				open({ dialect: 'sqlite', file: absent }, { readOnly: true, values: 'exact' }),
			).rejects.toMatchObject({ kind: 'unreachable' });
			expect(() => statSync(absent)).toThrow();
		});

		test('a statement outside of a transaction waits for it', async () => {
			const db = await place.open();
			await db.run(sql`CREATE TABLE waits (n INTEGER)`);
			let counted: Promise<unknown[]> | undefined;
			const aside = new Promise<void>((resolve) => {
				setImmediate(() => {
					counted = db.all(sql`SELECT count(*) AS n FROM waits`);
					resolve();
				});
			});
			await db.transaction(async (tx) => {
				await tx.run(sql`INSERT INTO waits VALUES (1)`);
				await aside;
				await tx.run(sql`INSERT INTO waits VALUES (2)`);
			});
			expect(await counted).toEqual([{ n: 2 }]);
			await db.close();
		});

		test('asking the database inside of its own transaction fails instead of waiting for ever', async () => {
			const db = await place.open();
			await expect(db.transaction(() => db.all(sql`SELECT 1`))).rejects.toThrow('inside its own transaction');
			expect(await db.all(sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
			await db.close();
		});

		test('two that write the same file take turns', async () => {
			const a = await place.open();
			const b = await place.open();
			await a.run(sql`CREATE TABLE turns (who TEXT)`);
			const write = (db: typeof a, who: string) =>
				db.transaction(async (tx) => {
					await tx.run(sql`INSERT INTO turns VALUES (${who})`);
					await new Promise((resolve) => setTimeout(resolve, 20));
				});
			await Promise.all(Array.from({ length: 6 }, (_, i) => write(i % 2 ? a : b, String(i))));
			expect(await a.all(sql`SELECT count(*) AS n FROM turns`)).toEqual([{ n: 6 }]);
			await a.close();
			await b.close();
		});

		test('attaches, uses and detaches another file', async () => {
			const db = await place.open({ values: 'plain' });
			const folder = mkdtempSync(join(tmpdir(), 'one-way-sync-attach-'));
			await db.run(sql`ATTACH DATABASE ${join(folder, 'x.db')} AS ${sql.id('stage')}`);
			await db.run(sql`PRAGMA ${sql.id('stage')}.journal_mode = OFF`);
			const table = db.dialect.table('t', 'stage');
			await db.run(sql`CREATE TABLE ${table} (n INTEGER)`);
			await db.insert(table, [{ name: 'n', type: 'integer' }], [[1], [2]]);
			expect(await db.all(sql`SELECT sum(n) AS n FROM ${table}`)).toEqual([{ n: 3 }]);
			await db.run(sql`DETACH DATABASE ${sql.id('stage')}`);
			await expect(db.all(sql`SELECT n FROM ${table}`)).rejects.toMatchObject({ kind: 'no table' });
			await db.close();
			rmSync(folder, { recursive: true });
		});

		test('whole numbers are stored as integers, blobs as blobs', async () => {
			const db = await place.open({ values: 'plain' });
			const typeOf = (value: number | bigint | boolean | Uint8Array) => db.all(sql`SELECT typeof(${value}) AS t`);
			expect(await typeOf(1)).toEqual([{ t: 'integer' }]);
			expect(await typeOf(1.5)).toEqual([{ t: 'real' }]);
			expect(await typeOf(1n << 60n)).toEqual([{ t: 'integer' }]);
			expect(await typeOf(true)).toEqual([{ t: 'integer' }]);
			expect(await typeOf(new Uint8Array([1]))).toEqual([{ t: 'blob' }]);
			await db.close();
		});

		test('what others wrote is there, and a lock that stays ends as busy', async () => {
			const db = await place.open({ lockTimeout: 300 });
			await db.run(sql`CREATE TABLE locked (n INTEGER)`);
			const other = new DatabaseSync(file());
			other.exec('BEGIN IMMEDIATE');
			await expect(db.run(sql`INSERT INTO locked VALUES (1)`)).rejects.toMatchObject({ kind: 'busy' });
			other.exec('ROLLBACK');
			other.close();
			expect(await db.run(sql`INSERT INTO locked VALUES (1)`)).toBe(1);
			await db.close();
		});

		test('an open database does not keep the process alive', () => {
			const script = `
			const { open } = require(${JSON.stringify(require.resolve('../../sql/open'))});
			open({ dialect: 'sqlite', file: ${JSON.stringify(`${file()}.alive`)} }, { readOnly: false, values: 'plain' }).then(() => console.log('open'));`;
			const { stdout, status } = spawnSync(process.execPath, ['-e', script], {
				timeout: 10_000,
				encoding: 'utf8',
				env: { ...process.env, NODE_OPTIONS: '' },
			});
			expect([stdout, status]).toEqual(['open\n', 0]);
		});

		test('a thread that dies fails what waits for it, and what comes later', async () => {
			const db = await open({ dialect: 'sqlite', file: `${file()}.dies` }, { readOnly: false, values: 'plain' });
			const { client } = db as unknown as { client: { worker: { terminate(): Promise<number> } } };
			const pending = db.all(
				sql`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000) SELECT count(*) AS n FROM n`,
			);
			setTimeout(() => void client.worker.terminate(), 50);
			await expect(pending).rejects.toMatchObject({ name: 'SqlError', kind: 'unreachable' });
			await expect(db.all(sql`SELECT 1`)).rejects.toMatchObject({ name: 'SqlError', kind: 'unreachable' });
			await db.close();
		});
	},
	['sqlite'],
);
