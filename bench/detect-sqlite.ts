/** A tick over a SQLite table in which nothing has changed, beside one plain read of all rows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { detect, type Crowd } from './parts/detect';

const LIMIT = 2;

export const run = async (given: string[]) => await detect('detect-sqlite', LIMIT, fill, given);

async function fill(rows: number): Promise<Crowd> {
	const folder = mkdtempSync(join(tmpdir(), 'one-way-sync-crowd-'));
	const file = join(folder, 'people.sqlite');
	const db = new DatabaseSync(file);
	db.exec(`CREATE TABLE people (id INTEGER PRIMARY KEY, employee_no TEXT NOT NULL UNIQUE, email TEXT NOT NULL, first_name TEXT NOT NULL,
		last_name TEXT NOT NULL, department TEXT, manager INTEGER, salary NUMERIC, active BOOLEAN NOT NULL, hired_on DATE,
		updated_at TEXT NOT NULL, attributes JSON, note TEXT)`);
	db.exec(`INSERT INTO people WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series LIMIT ${rows})
		SELECT n, printf('E%08d', n), 'person.' || n || '@example.com', 'First ' || hex(randomblob(16)), 'Last ' || n * 7919 % 100003,
			'Department ' || n % 40, nullif(n / 10, 0), 30000 + n % 70000 + (n % 100) / 100.0, n % 20 <> 0,
			date('2001-01-01', (n % 9000) || ' days'), datetime('2026-01-01', (n % 86400) || ' seconds'),
			json_object('room', n % 900, 'badge', hex(randomblob(16)), 'languages', json_array('de', 'en')),
			hex(randomblob(64))
		FROM series`);
	const { version } = db.prepare('SELECT sqlite_version() AS version').get() as { version: string };
	const read = db.prepare('SELECT * FROM people');
	read.setReturnArrays(true);
	return await Promise.resolve({
		read: { database: { dialect: 'sqlite', file }, table: 'people' },
		version: `SQLite ${version}`,
		size: 420,
		peers: [
			{
				system: 'plain read',
				is: '`SELECT * FROM people` through node:sqlite, every row as a list',
				run: async () => {
					let values = 0;
					for (const row of read.iterate()) values += (row as unknown as unknown[]).length;
					if (values !== rows * 13) throw new Error(`${values} values were read`);
					await Promise.resolve();
				},
			},
		],
		touch: async () => {
			db.exec(`UPDATE people SET note = 'x' WHERE id = 7`);
			await Promise.resolve();
		},
		stop: async () => {
			db.close();
			rmSync(folder, { recursive: true });
			await Promise.resolve();
		},
	});
}
