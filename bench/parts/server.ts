/** A PostgreSQL that is set as a small production server is, for every contender the same. */
import { sql } from 'kysely';

import { available, startPostgres } from '../../test/servers/postgres';
import { people, type People } from './people';

/** Nothing here trades safety for speed: commits wait for the disk. */
const SETTINGS = {
	fsync: 'on',
	full_page_writes: 'on',
	synchronous_commit: 'on',
	shared_buffers: '512MB',
	effective_cache_size: '2GB',
	work_mem: '16MB',
	max_wal_size: '2GB',
	random_page_cost: '1.1',
	timezone: 'UTC',
};

export interface Served {
	people: People;
	/** The server's name and version, for people. */
	version: string;
	stop(): Promise<void>;
}

export const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** A server with so many people in it. */
export async function serve(count: number): Promise<Served> {
	const there = available();
	if (!there.ok) throw new Error(`missing: ${there.missing}`);
	say(`· starting PostgreSQL, filling ${count} rows …`);
	const server = await startPostgres(SETTINGS);
	try {
		const tables = await people(server, count);
		const [row] = await tables.source.all(sql<{ server_version: string }>`SHOW server_version`);
		return {
			people: tables,
			version: `PostgreSQL ${row!.server_version.split(' ')[0]}`,
			stop: async () => {
				await tables.close();
				await server.stop();
			},
		};
	} catch (error) {
		await server.stop();
		throw error;
	}
}
