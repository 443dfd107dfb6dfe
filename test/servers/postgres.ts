/** A real PostgreSQL for the length of a suite. */
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { sql } from 'kysely';

import { open } from '../../sql/open';
import {
	freePort,
	freshFolder,
	runToEnd,
	mortal,
	startUntilReady,
	unprivileged,
	type Availability,
	type Mortal,
	type Server,
} from './server';

/** The newest installed version's programs. */
function programs(): string | undefined {
	const root = '/usr/lib/postgresql';
	const folders = existsSync(root)
		? readdirSync(root)
				.sort((a, b) => Number(b) - Number(a))
				.map((version) => join(root, version, 'bin'))
		: [];
	const path = (process.env['PATH'] ?? '').split(':');
	return [...folders, ...path].find(
		(folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
	);
}

export function available(): Availability {
	return programs()
		? { ok: true }
		: { ok: false, missing: 'PostgreSQL (initdb, postgres): apt-get install postgresql' };
}

/** Starts a server with an empty cluster; `settings` go over those that make it fast. */
export async function startPostgres(settings: Record<string, string> = {}): Promise<Server & Mortal> {
	const bin = programs();
	if (!bin) throw new Error('PostgreSQL is not installed');
	const as = unprivileged(['postgres', 'nobody']);
	const folder = freshFolder('postgres');
	if (as.uid !== undefined) chownSync(folder.path, as.uid, as.gid!);
	const port = await freePort();
	const data = join(folder.path, 'data');
	try {
		await runToEnd(
			join(bin, 'initdb'),
			['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
			as,
		);
		const options = {
			listen_addresses: '127.0.0.1',
			port,
			unix_socket_directories: '',
			fsync: 'off',
			full_page_writes: 'off',
			synchronous_commit: 'off',
			timezone: 'America/New_York',
			...settings,
		};
		const args = ['-D', data, ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
		const at = { host: '127.0.0.1', port, user: 'postgres', password: 'none needed', database: 'postgres' };
		const ready = async () => {
			const database = await open({ dialect: 'postgres', ...at }, { readOnly: false, values: 'plain' });
			await database.all(sql`SELECT 1`).finally(() => database.close());
		};
		const start = () => startUntilReady(join(bin, 'postgres'), args, as, ready, 'SIGINT');
		const life = await mortal(folder, start);
		return {
			...at,
			...life,
		};
	} catch (error) {
		folder.remove();
		throw error;
	}
}

type Database = Pick<Server, 'host' | 'port' | 'user' | 'database'>;
const at = ({ host, port, user, database }: Database) => ['-h', host, '-p', String(port), '-U', user, '-d', database];

/** One schema with all that is in it, as of one moment, into a file. */
export async function dumpSchema(database: Database, schema: string, file: string): Promise<void> {
	await runToEnd(join(programs()!, 'pg_dump'), [...at(database), '-n', schema, '-f', file], {});
}

/** Throws the schema away, and puts the one from the file in its place. */
export async function restoreDump(database: Database, schema: string, file: string): Promise<void> {
	const psql = [
		'-X',
		'-q',
		'-1',
		'-v',
		'ON_ERROR_STOP=1',
		'-c',
		`DROP SCHEMA IF EXISTS "${schema}" CASCADE`,
		'-f',
		file,
	];
	await runToEnd(join(programs()!, 'psql'), [...at(database), ...psql], {});
}
