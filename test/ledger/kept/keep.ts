/**
 * Puts away a ledger of the present version: `node scripts/keep-ledger.mjs`. It plays the story over both kinds of store,
 * and writes each beside this file, with what stands in source and destination then.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { postgresStore, SCHEMA } from '../../../ledger/postgres';
import { sqliteStore } from '../../../ledger/sqlite';
import type { Store } from '../../../ledger/store';
import { World } from '../../engine/world';
import { startPostgres } from '../../servers/postgres';
import { freshFolder } from '../../servers/server';
import { play } from './story';

async function played(store: () => Promise<Store>): Promise<string> {
	const world = await World.open(store);
	await play(world);
	const sides = { source: [...world.source.records], destination: [...world.destination.rows] };
	await world.close();
	return JSON.stringify(sides, null, '\t');
}

/** Keeps it as `NAME.sqlite.gz`, `NAME.sql.gz` and `sides.json` in `into`. */
export async function keep(name: string, into: string): Promise<void> {
	mkdirSync(into, { recursive: true });
	const folder = freshFolder('kept');
	const file = join(folder.path, 'one-way-sync.sqlite');
	const sides = await played(async () => await sqliteStore(file));
	if (existsSync(`${file}-wal`)) throw new Error('the ledger was not closed');
	writeFileSync(join(into, `${name}.sqlite.gz`), gzipSync(readFileSync(file), { level: 9 }));
	folder.remove();

	const server = await startPostgres();
	try {
		const { host, port, database, user, password } = server;
		const again = await played(
			async () => await postgresStore({ dialect: 'postgres', host, port, database, user, password }),
		);
		if (again !== sides) throw new Error('the two ledgers tell different stories');
		const at = ['-h', host, '-p', String(port), '-U', user, '-d', database];
		const flags = ['--inserts', '--no-owner', '--no-privileges', '--no-comments', '-n', SCHEMA];
		const dump = execFileSync(program('pg_dump'), [...at, ...flags], { encoding: 'utf8' });
		// Lines for psql alone.
		const statements = dump.replace(/^\\.*\n/gmu, '');
		writeFileSync(join(into, `${name}.sql.gz`), gzipSync(statements, { level: 9 }));
	} finally {
		await server.stop();
	}
	writeFileSync(join(into, 'sides.json'), `${sides}\n`);
}

function program(name: string): string {
	const root = '/usr/lib/postgresql';
	const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
	return versions.map((version) => join(root, version, 'bin', name)).find((path) => existsSync(path)) ?? name;
}

/** `scripts/keep-ledger.mjs` plays this, with the name and the folder. */
export async function run([name, into]: string[]): Promise<{ result: object; held: boolean }> {
	await keep(name!, into!);
	return { result: { kept: name }, held: true };
}
