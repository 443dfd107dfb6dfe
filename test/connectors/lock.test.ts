/** Locks on tables of all three databases: the suite of every lock, and what is particular to each server. */
import { sql } from 'kysely';

import { DatabaseDestination } from '../../connectors/database/destination';
import type { Database } from '../../sql/types';
import type { Fields } from '../../sync/types';
import { lockConformance } from '../conformance/lock';
import { overEveryDatabase } from '../sql/databases';

overEveryDatabase((place) => {
	const { dialect } = place;
	const text = dialect === 'mysql' ? sql`VARCHAR(100)` : sql`TEXT`;
	const withDb = async <T>(work: (db: Database) => Promise<T>): Promise<T> => {
		const db = await place.open();
		return await work(db).finally(async () => await db.close());
	};
	/** What the database said, where it refused. */
	const refusal = async (work: (db: Database) => Promise<unknown>) =>
		await withDb(
			async (db) =>
				await work(db).then(
					() => undefined,
					(error: Error) => error.message,
				),
		);

	for (const [kind, ids, key] of [
		['a number', sql`id INTEGER NOT NULL`, sql`PRIMARY KEY (id)`],
		['two texts', sql`id ${text} NOT NULL, no ${text} NOT NULL`, sql`PRIMARY KEY (id, no)`],
	] as const) {
		describe(`identified by ${kind}`, () => {
			const composite = kind === 'two texts';
			beforeAll(async () => {
				await withDb(async (db) => {
					await db.run(sql`DROP TABLE IF EXISTS access`);
					await db.run(
						sql`CREATE TABLE access (${ids}, email ${text} NOT NULL UNIQUE, title ${text}, team ${text}, note ${text}, ${key})`,
					);
				});
			});
			const among = (which?: string[]) => (which ? sql`email IN (${sql.join(which)})` : sql`1 = 1`);
			lockConformance(dialect, {
				open: async () => new DatabaseDestination({ database: place.config(), table: { name: 'access' } }),
				empty: async () => await withDb(async (db) => void (await db.run(sql`DELETE FROM access`))),
				edit: async (field, value, which) =>
					await refusal(
						async (db) =>
							await db.run(sql`UPDATE access SET ${sql.id(field)} = ${value} WHERE ${among(which)}`),
					),
				erase: async (which) =>
					await refusal(async (db) => await db.run(sql`DELETE FROM access WHERE ${among(which)}`)),
				standing: async (fields) =>
					await withDb(
						async (db) =>
							await db.all(
								sql<Fields>`SELECT ${sql.join(fields.map((name) => sql.id(name)))} FROM access ORDER BY email`,
							),
					),
				traces: async () => await withDb(traces),
				fields: (number) => ({
					...(composite ? { id: `n${number}`, no: "o'b" } : { id: number }),
					email: `p${number}@example.com`,
					title: `Title ${number}`,
					team: `Team ${number}`,
				}),
				match: 'email',
				owned: 'title',
				other: 'team',
				foreign: 'note',
				secret: dialect !== 'sqlite',
			});
		});
	}

	async function traces(db: Database): Promise<string[]> {
		const like = 'one\\_way\\_sync\\_%';
		const found = {
			sqlite: sql<{ name: string }>`SELECT name FROM sqlite_schema WHERE name LIKE ${like} ESCAPE '\\'`,
			postgres: sql<{ name: string }>`SELECT relname AS name FROM pg_class WHERE relname LIKE ${like}
				UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE ${like} UNION ALL SELECT tgname FROM pg_trigger WHERE tgname LIKE ${like}`,
			mysql: sql<{
				name: string;
			}>`SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_NAME LIKE ${like}
				UNION ALL SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_NAME LIKE ${like}`,
		}[dialect];
		return (await db.all(found)).map(({ name }) => name);
	}
});
