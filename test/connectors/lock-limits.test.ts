/** What each database's lock holds out against, and what it does not: `docs/locks.md` says the same in words. */
import { sql } from 'kysely';

import { DatabaseDestination } from '../../connectors/database/destination';
import { open } from '../../sql/open';
import type { Database, DatabaseConfig, ServerConfig } from '../../sql/types';
import type { LockSpec, SyncError } from '../../sync/types';
import { create, ok, update } from '../conformance/destination';
import { startMariadb } from '../servers/mariadb';
import { overEveryDatabase, withDatabase, type Place } from '../sql/databases';

const spec: LockSpec = {
	name: 'one_way_sync_0123456789ab',
	message: 'synced from HR roster; change it there',
	fields: ['email', 'title', 'org'],
	key: 'a secret of the sync',
};

interface Staged {
	destination: DatabaseDestination;
	/** With the rights of `config`, or those of whoever owns everything. */
	as: (work: (db: Database) => Promise<unknown>, config?: Partial<ServerConfig>) => Promise<string | undefined>;
	titles: () => Promise<string[]>;
	/** Statements of whoever owns everything. */
	run: (...statements: ReturnType<typeof sql>[]) => Promise<void>;
}

/** Three rows; the first two are linked and locked. */
function staged(place: Place): () => Staged {
	let stage: Staged;
	const text = place.dialect === 'mysql' ? sql`VARCHAR(100)` : sql`TEXT`;
	const withDb = async <T>(work: (db: Database) => Promise<T>, config?: Partial<ServerConfig>): Promise<T> => {
		const db = config
			? await open({ ...place.config(), ...config } as DatabaseConfig, { readOnly: false, values: 'exact' })
			: await place.open();
		return await work(db).finally(async () => await db.close());
	};
	beforeEach(async () => {
		await withDb(async (db) => {
			await db.run(sql`DROP TABLE IF EXISTS access`);
			await db.run(sql`DROP TABLE IF EXISTS org`);
			await db.run(sql`CREATE TABLE org (id INTEGER PRIMARY KEY)`);
			await db.run(sql`INSERT INTO org VALUES (7), (8), (9)`);
			await db.run(sql`CREATE TABLE access (id INTEGER PRIMARY KEY, email ${text} NOT NULL UNIQUE, title ${text}, note ${text},
				org INTEGER, FOREIGN KEY (org) REFERENCES org (id) ON DELETE CASCADE ON UPDATE CASCADE)`);
		});
		const destination = new DatabaseDestination({ database: place.config(), table: { name: 'access' } });
		stage = {
			destination,
			as: async (work, config) =>
				await withDb(
					async (db) =>
						await work(db).then(
							() => undefined,
							(error: Error) => error.message,
						),
					config,
				),
			titles: async () =>
				await withDb(async (db) =>
					(await db.all(sql<{ title: string }>`SELECT title FROM access ORDER BY id`)).map(
						({ title }) => title,
					),
				),
			run: async (...statements) =>
				await withDb(async (db) => {
					for (const statement of statements) await db.run(statement);
				}),
		};
		const made = await destination.write(
			[1, 2, 3].map((n) => create(n, { id: n, email: `p${n}@x.org`, title: `T${n}`, org: n < 3 ? 7 : 8 })),
		);
		await destination.lock.keep(spec);
		await destination.lock.mark(made.slice(0, 2).map((one) => ({ id: ok(one).id, fields: spec.fields })));
	});
	afterEach(async () => {
		await stage.destination.lock.remove(spec.name, stage.destination.target.id);
		await stage.destination.close();
	});
	return () => stage;
}

overEveryDatabase((place) => {
	const stage = staged(place);

	test('a cascade does not take linked rows away', async () => {
		const said = await stage().as(async (db) => await db.run(sql`DELETE FROM org WHERE id = 7`));
		expect(said).toContain(spec.message);
		expect(await stage().as(async (db) => await db.run(sql`DELETE FROM org WHERE id = 8`))).toBeUndefined();
		expect(await stage().titles()).toEqual(['T1', 'T2']);
	});

	test('an id of a linked row does not change under the sync’s hands', async () => {
		const said = await stage().as(async (db) => await db.run(sql`UPDATE access SET id = 90 WHERE id = 1`));
		expect(said).toContain(spec.message);
		expect(
			await stage().as(async (db) => await db.run(sql`UPDATE access SET id = 91 WHERE id = 3`)),
		).toBeUndefined();
	});

	test('a row that the sync gives another id stays locked once it is marked anew', async () => {
		const { destination } = stage();
		const [moved] = await destination.write([update(0, '1', { id: 70 })]);
		await destination.lock.mark([
			{ id: ok(moved!).id, fields: spec.fields },
			{ id: '1', fields: null },
		]);
		const said = await stage().as(async (db) => await db.run(sql`UPDATE access SET title = 'mine' WHERE id = 70`));
		expect(said).toContain(spec.message);
	});

	test('an upsert is an update', async () => {
		const upsert =
			place.dialect === 'mysql'
				? sql`ON DUPLICATE KEY UPDATE title = 'mine'`
				: sql`ON CONFLICT (id) DO UPDATE SET title = 'mine'`;
		const insert = (id: number) => sql`INSERT INTO access (id, email) VALUES (${id}, ${`p${id}@x.org`}) ${upsert}`;
		expect(await stage().as(async (db) => await db.run(insert(1)))).toContain(spec.message);
		expect(await stage().as(async (db) => await db.run(insert(3)))).toBeUndefined();
		expect(await stage().as(async (db) => await db.run(insert(4)))).toBeUndefined();
	});
});

overEveryDatabase(
	(place) => {
		const stage = staged(place);
		const plain = { user: 'plain_user' };
		beforeEach(async () => {
			await stage().run(
				sql`DO $$ BEGIN CREATE ROLE plain_user LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
				sql`GRANT ALL ON access TO plain_user`,
			);
		});
		const retitle = (where: string) => sql`UPDATE access SET title = 'mine' WHERE ${sql.raw(where)}`;

		test.each([
			['a plain user', plain],
			['a superuser', undefined],
		])('%s is refused what is linked, and nothing else', async (_who, config) => {
			expect(await stage().as(async (db) => await db.run(retitle('id = 1')), config)).toContain(spec.message);
			expect(await stage().as(async (db) => await db.run(retitle('1 = 1')), config)).toContain(spec.message);
			expect(await stage().as(async (db) => await db.run(sql`TRUNCATE access`), config)).toContain(spec.message);
			expect(await stage().as(async (db) => await db.run(sql`DELETE FROM access`), config)).toContain(
				spec.message,
			);
			expect(await stage().as(async (db) => await db.run(retitle('id = 3')), config)).toBeUndefined();
			expect(await stage().titles()).toEqual(['T1', 'T2', 'mine']);
		});

		test('a plain user cannot pretend to be the sync, nor see or touch what is linked', async () => {
			const pretend = async (value: string) =>
				await stage().as(
					async (db) =>
						await db.transaction(async (tx) => {
							await tx.all(sql`SELECT set_config('one_way_sync.key', ${value}, true)`);
							await tx.all(sql`SELECT set_config('application_name', 'n8n one-way sync', true)`);
							await tx.run(retitle('id = 1'));
						}),
					plain,
				);
			const [row] = await (async () => {
				let rows: { prosrc: string }[] = [];
				await stage().as(
					async (db) =>
						(rows = await db.all(
							sql<{ prosrc: string }>`SELECT prosrc FROM pg_proc WHERE proname = ${spec.name}`,
						)),
					plain,
				);
				return rows;
			})();
			const hash = /= '([0-9a-f]{64})'/u.exec(row!.prosrc)![1]!;
			for (const value of ['', 'guess', hash]) expect(await pretend(value)).toContain(spec.message);
			const rows = sql.id(spec.name);
			expect(await stage().as(async (db) => await db.all(sql`SELECT * FROM ${rows}`), plain)).toMatch(/denied/u);
			expect(await stage().as(async (db) => await db.run(sql`DELETE FROM ${rows}`), plain)).toMatch(/denied/u);
			for (const drop of [
				sql`DROP TRIGGER ${sql.id(`${spec.name}_update`)} ON access`,
				sql`ALTER TABLE access DISABLE TRIGGER ALL`,
			])
				expect(await stage().as(async (db) => await db.run(drop), plain)).toMatch(/must be owner/u);
		});

		test('nor by an operator of their own, which the trigger would run with the rights of the sync', async () => {
			const said = await stage().as(async (db) => {
				await db.run(sql`CREATE SCHEMA IF NOT EXISTS evil`);
				await db.run(
					sql`CREATE OR REPLACE FUNCTION evil.eq(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true'`,
				);
				await db.run(sql`DROP OPERATOR IF EXISTS evil.= (text, text)`);
				await db.run(sql`CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.eq)`);
				await db.transaction(async (tx) => {
					await tx.run(sql`SET LOCAL search_path = evil, public, pg_catalog`);
					await tx.run(retitle('id = 1'));
				});
			});
			expect(said).toContain(spec.message);
		});

		test('replication’s session role does not pass', async () => {
			const said = await stage().as(
				async (db) =>
					await db.transaction(async (tx) => {
						await tx.run(sql`SET LOCAL session_replication_role = replica`);
						await tx.run(retitle('id = 1'));
					}),
			);
			expect(said).toContain(spec.message);
		});

		test('a truncated parent does not take linked rows along', async () => {
			expect(await stage().as(async (db) => await db.run(sql`TRUNCATE org CASCADE`))).toContain(spec.message);
		});

		test('out of reach: an owner who switches the triggers off; the next run of the sync switches them on again', async () => {
			await stage().run(sql`ALTER TABLE access DISABLE TRIGGER ALL`);
			expect(await stage().as(async (db) => await db.run(retitle('id = 1')))).toBeUndefined();
			expect(await stage().destination.lock.keep(spec)).toBe('renewed');
			expect(await stage().as(async (db) => await db.run(retitle('id = 2')))).toContain(spec.message);
		});

		test('a user without the rights hears which, and they suffice', async () => {
			const { run } = stage();
			await run(
				sql`DO $$ BEGIN CREATE ROLE sync_user LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
				sql`DROP TABLE IF EXISTS theirs`,
				sql`REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
				sql`CREATE TABLE theirs (id INTEGER PRIMARY KEY, title TEXT)`,
				sql`INSERT INTO theirs VALUES (1, 'T1')`,
				sql`GRANT SELECT, INSERT, UPDATE, DELETE ON theirs TO sync_user`,
			);
			const database = { ...place.config(), user: 'sync_user' } as DatabaseConfig;
			const theirs = new DatabaseDestination({ database, table: { name: 'theirs' } });
			try {
				const wanted = { ...spec, name: 'one_way_sync_ba9876543210', fields: ['title'] };
				const refused = await theirs.lock.keep(wanted).catch((error: unknown) => error as SyncError);
				expect(refused).toMatchObject({
					kind: 'denied',
					message: 'The user sync_user may not install a lock on "public"."theirs".',
					detail: {
						todo: 'Let the owner of the database run: GRANT TRIGGER ON TABLE "public"."theirs" TO sync_user; GRANT CREATE ON SCHEMA "public" TO sync_user;',
					},
				});
				for (const grant of (refused as SyncError).detail.todo!.split('run: ')[1]!.split(';').slice(0, -1))
					await run(sql.raw(grant));
				expect(await theirs.lock.keep(wanted)).toBe('new');
				await theirs.lock.mark([{ id: '1', fields: ['title'] }]);
				const change = sql`UPDATE theirs SET title = 'mine'`;
				expect(await stage().as(async (db) => await db.run(change))).toContain(spec.message);
				expect(ok((await theirs.write([update(0, '1', { title: 'ours' })]))[0]!).actual).toEqual({
					title: 'ours',
				});
			} finally {
				// The triggers go, though the table is somebody else's.
				await theirs.lock.remove('one_way_sync_ba9876543210', theirs.target.id);
				await theirs.close();
			}
			expect(await stage().as(async (db) => await db.run(sql`UPDATE theirs SET title = 'mine'`))).toBeUndefined();
		});

		test('a view is told to be none that can be locked', async () => {
			await stage().run(sql`CREATE OR REPLACE VIEW seen AS SELECT id, title FROM access`);
			const seen = new DatabaseDestination({ database: place.config(), table: { name: 'seen' }, id: ['id'] });
			await expect(seen.lock.keep({ ...spec, fields: ['title'] })).rejects.toMatchObject({ kind: 'setup' });
			await seen.close();
			await stage().run(sql`DROP VIEW seen`);
		});
	},
	['postgres'],
);

overEveryDatabase(
	(place) => {
		const stage = staged(place);
		const plain = { user: 'plain_user', password: 'p' };
		beforeEach(async () => {
			const { database } = place.config() as ServerConfig;
			await stage().run(
				sql`CREATE OR REPLACE USER 'plain_user'@'%' IDENTIFIED BY 'p'`,
				sql`GRANT SELECT, INSERT, UPDATE, DELETE, DROP ON ${sql.id(database)}.* TO 'plain_user'@'%'`,
			);
		});
		const retitle = (where: string) => sql`UPDATE access SET title = 'mine' WHERE ${sql.raw(where)}`;

		test.each([
			['a plain user', plain],
			['a superuser', undefined],
		])('%s is refused what is linked, and nothing else', async (_who, config) => {
			expect(await stage().as(async (db) => await db.run(retitle('id = 1')), config)).toContain(spec.message);
			expect(await stage().as(async (db) => await db.run(retitle('1 = 1')), config)).toContain(spec.message);
			expect(await stage().as(async (db) => await db.run(sql`DELETE FROM access`), config)).toContain(
				spec.message,
			);
			expect(await stage().as(async (db) => await db.run(retitle('id = 3')), config)).toBeUndefined();
			expect(await stage().titles()).toEqual(['T1', 'T2', 'mine']);
		});

		test('TRUNCATE and REPLACE are refused', async () => {
			expect(await stage().as(async (db) => await db.run(sql`TRUNCATE TABLE access`), plain)).toContain(
				spec.message,
			);
			const replace = sql`REPLACE INTO access (id, email) VALUES (1, 'other@x.org')`;
			expect(await stage().as(async (db) => await db.run(replace), plain)).toContain(spec.message);
			const byUnique = sql`REPLACE INTO access (id, email) VALUES (50, 'p1@x.org')`;
			expect(await stage().as(async (db) => await db.run(byUnique), plain)).toContain(spec.message);
			expect(await stage().titles()).toHaveLength(3);
		});

		test('a plain user cannot pretend to be the sync', async () => {
			for (const value of ['', 'guess'])
				expect(
					await stage().as(
						async (db) =>
							await db.transaction(async (tx) => {
								await tx.run(sql`SET @one_way_sync_key = ${value}`);
								await tx.run(retitle('id = 1'));
							}),
						plain,
					),
				).toContain(spec.message);
		});

		test('out of reach: a cascade into an owned column, which MySQL tells no trigger of', async () => {
			expect(
				await stage().as(async (db) => await db.run(sql`UPDATE org SET id = 70 WHERE id = 7`)),
			).toBeUndefined();
		});

		test('a user without the rights hears which, and they suffice', async () => {
			const { run } = stage();
			const { database } = place.config() as ServerConfig;
			await run(
				sql`CREATE OR REPLACE USER 'sync_user'@'%' IDENTIFIED BY 'p'`,
				sql`CREATE OR REPLACE TABLE theirs (id INTEGER PRIMARY KEY, title TEXT)`,
				sql`INSERT INTO theirs VALUES (1, 'T1')`,
				sql`GRANT SELECT, INSERT, UPDATE, DELETE ON ${sql.id(database)}.theirs TO 'sync_user'@'%'`,
			);
			const theirs = new DatabaseDestination({
				database: { ...place.config(), user: 'sync_user', password: 'p' } as DatabaseConfig,
				table: { name: 'theirs' },
			});
			try {
				const wanted = { ...spec, name: 'one_way_sync_ba9876543210', fields: ['title'] };
				const refused = await theirs.lock.keep(wanted).catch((error: unknown) => error as SyncError);
				expect(refused).toMatchObject({ kind: 'denied', message: expect.stringContaining('refused to lock') });
				const { todo } = (refused as SyncError).detail;
				expect(todo).toContain(
					`GRANT SELECT, TRIGGER, REFERENCES ON \`${database}\`.\`theirs\` TO 'sync_user'@'%';`,
				);
				for (const grant of todo!.split('run: ')[1]!.split(';').slice(0, -1)) await run(sql.raw(grant));
				expect(await theirs.lock.keep(wanted)).toBe('new');
				await theirs.lock.mark([{ id: '1', fields: ['title'] }]);
				expect(await stage().as(async (db) => await db.run(sql`UPDATE theirs SET title = 'mine'`))).toContain(
					spec.message,
				);
				expect(ok((await theirs.write([update(0, '1', { title: 'ours' })]))[0]!).actual).toEqual({
					title: 'ours',
				});
			} finally {
				await theirs.lock.remove('one_way_sync_ba9876543210', theirs.target.id);
				await theirs.close();
			}
		});
	},
	['mysql'],
);

withDatabase('mysql', () => {
	test('where the binary log is on, a user without SUPER hears what an administrator has to do', async () => {
		const server = await startMariadb(['--log-bin=binlog', '--server-id=1']);
		try {
			const config = { dialect: 'mysql', host: server.host, port: server.port, database: 'hr' } as const;
			const root = { ...config, user: server.user, password: server.password };
			const db = await open({ ...root, database: 'mysql' }, { readOnly: false, values: 'exact' });
			for (const statement of [
				sql`CREATE DATABASE hr`,
				sql`CREATE TABLE hr.access (id INTEGER PRIMARY KEY, title TEXT)`,
				sql`CREATE USER 'sync_user'@'%' IDENTIFIED BY 'p'`,
				sql`GRANT ALL ON hr.* TO 'sync_user'@'%'`,
			])
				await db.run(statement);
			const destination = new DatabaseDestination({
				database: { ...config, user: 'sync_user', password: 'p' },
				table: { name: 'access' },
			});
			const wanted = { ...spec, name: 'one_way_sync_ba9876543210', fields: ['title'] };
			const refused = await destination.lock.keep(wanted).catch((error: unknown) => error as SyncError);
			expect(refused).toMatchObject({
				kind: 'denied',
				detail: { todo: expect.stringContaining('SET GLOBAL log_bin_trust_function_creators = 1;') },
			});
			// What was begun is taken back.
			expect(
				await db.all(sql`SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'hr'`),
			).toEqual([{ TABLE_NAME: 'access' }]);
			await db.run(sql`SET GLOBAL log_bin_trust_function_creators = 1`);
			expect(await destination.lock.keep(wanted)).toBe('new');
			await destination.close();
			await db.close();
		} finally {
			await server.stop();
		}
	}, 60_000);
});

overEveryDatabase(
	(place) => {
		const stage = staged(place);

		test('INSERT OR REPLACE under a linked id is refused', async () => {
			const replace = sql`INSERT OR REPLACE INTO access (id, email) VALUES (1, 'other@x.org')`;
			expect(await stage().as(async (db) => await db.run(replace))).toContain(spec.message);
			expect(await stage().titles()).toEqual(['T1', 'T2', 'T3']);
		});

		test('out of reach: INSERT OR REPLACE that takes a linked row away by another unique column', async () => {
			const replace = sql`INSERT OR REPLACE INTO access (id, email) VALUES (50, 'p1@x.org')`;
			expect(await stage().as(async (db) => await db.run(replace))).toBeUndefined();
		});
	},
	['sqlite'],
);
