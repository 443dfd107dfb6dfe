/**
 * Runs a suite over every database: a SQLite file, a real PostgreSQL, a real MariaDB. What is not installed is skipped
 * by name; in CI it fails. Every database that a test opens must be closed at its end.
 */
import { join } from 'node:path';

import { sql } from 'kysely';

import { open as reallyOpen } from '../../sql/open';
import type { Database, DatabaseConfig, DialectName, OpenOptions } from '../../sql/types';
import * as mariadb from '../servers/mariadb';
import * as postgres from '../servers/postgres';
import { freshFolder, type Server } from '../servers/server';

/** One database of its own, for one suite. */
export interface Place {
	readonly dialect: DialectName;
	config(): DatabaseConfig;
	/** Opens it; the suite fails when it is not closed. */
	open(options?: Partial<OpenOptions>): Promise<Database>;
}

const KINDS = {
	sqlite: { available: () => ({ ok: true }) as const, start: undefined },
	postgres: { available: postgres.available, start: postgres.startPostgres },
	mysql: { available: mariadb.available, start: mariadb.startMariadb },
};

export const DIALECTS = Object.keys(KINDS) as DialectName[];

let databases = 0;

/** Sets hooks for a place in the surrounding `describe`: an empty database before all, gone after all. */
export function usePlace(dialect: DialectName): Place {
	let config: DatabaseConfig | undefined;
	let server: Server | undefined;
	let folder: ReturnType<typeof freshFolder> | undefined;
	const opened = new Set<Database>();

	beforeAll(async () => {
		const { start } = KINDS[dialect];
		if (!start) {
			folder = freshFolder('sqlite');
			config = { dialect: 'sqlite', file: join(folder.path, 'test.db') };
			return;
		}
		server = await start();
		const { host, port, user, password, database } = server;
		const name = `suite_${++databases}`;
		const admin = await reallyOpen({ dialect, host, port, user, password, database } as DatabaseConfig, {
			readOnly: false,
			values: 'plain',
		});
		await admin.run(sql`CREATE DATABASE ${sql.id(name)}`).finally(() => admin.close());
		config = { dialect, host, port, user, password, database: name } as DatabaseConfig;
	}, 60_000);

	afterAll(async () => {
		const leaked = [...opened];
		await Promise.all(leaked.map((database) => database.close()));
		await server?.stop();
		folder?.remove();
		if (leaked.length > 0) throw new Error(`${leaked.length} opened databases were not closed`);
	}, 60_000);

	const place: Place = {
		dialect,
		config: () => config!,
		open: async (options) => {
			const database = await reallyOpen(place.config(), { readOnly: false, values: 'exact', ...options });
			const close = database.close.bind(database);
			database.close = () => {
				opened.delete(database);
				return close();
			};
			opened.add(database);
			return database;
		},
	};
	return place;
}

/** Describes the same behaviour once per database. */
export function overEveryDatabase(suite: (place: Place) => void, dialects: DialectName[] = DIALECTS): void {
	for (const dialect of dialects) withDatabase(dialect, () => suite(usePlace(dialect)));
}

/** Describes on one database, skipped by name where it is not installed. */
export function withDatabase(dialect: DialectName, suite: () => void, name: string = dialect): void {
	const there = KINDS[dialect].available() as { ok: boolean; missing?: string };
	if (there.ok) describe(name, suite);
	else if (process.env['CI'] === 'true') {
		test(`${name}: needs ${there.missing}`, () => {
			throw new Error(`${there.missing} is missing`);
		});
	} else describe.skip(`${name}: needs ${there.missing}`, suite);
}
