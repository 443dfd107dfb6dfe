/** A ledger in somebody else's Postgres: rights, TLS, n8n's own variables. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { sql } from 'kysely';

import { ledgerOn } from '../../ledger/ledger';
import { postgresStore, SCHEMA } from '../../ledger/postgres';
import { ledgerPlace, type Environment } from '../../ledger/where';
import { open } from '../../sql/open';
import type { Database } from '../../sql/types';
import { startPostgres } from '../servers/postgres';
import { freshFolder, unprivileged, type Server } from '../servers/server';
import { withDatabase } from '../sql/databases';

withDatabase(
	'postgres',
	() => {
		const keys = freshFolder('tls');
		let server: Server;
		let admin: Database;

		beforeAll(async () => {
			server = await startPostgres(certified(keys.path));
			admin = await open({ dialect: 'postgres', ...server }, { readOnly: false, values: 'plain' });
			for (const name of ['first', 'second']) await admin.run(sql`CREATE ROLE ${sql.id(name)} LOGIN`);
		}, 60_000);
		afterAll(async () => {
			await admin.close();
			await server.stop();
			keys.remove();
		}, 60_000);
		beforeEach(async () => {
			await admin.run(sql`DROP SCHEMA IF EXISTS ${sql.id(SCHEMA)} CASCADE`);
		});

		/** Where n8n's own variables lead; what is given goes over those of the server. */
		const store = async (env: Environment = {}) => {
			const { host, port, database, user } = server;
			const own = {
				DB_TYPE: 'postgresdb',
				DB_POSTGRESDB_HOST: host,
				DB_POSTGRESDB_PORT: String(port),
				DB_POSTGRESDB_DATABASE: database,
				DB_POSTGRESDB_USER: user,
			};
			const readFile = (path: string) => readFileSync(path, 'utf8');
			const place = ledgerPlace({ env: { ...own, ...env }, home: '/', readFile });
			if (place.kind !== 'postgres') throw new Error('it is in a file');
			return await postgresStore(place.config);
		};
		const made = async (env: Environment = {}) => {
			const one = await store(env);
			try {
				await ledgerOn(one);
				return await one.db.all(
					sql<{ ssl: boolean }>`SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid()`,
				);
			} finally {
				await one.db.close();
			}
		};

		/** What the error says to run, run by the owner of the database. */
		const obeyed = async (failing: Promise<unknown>) => {
			const error = await failing.then(
				() => undefined,
				(reason: { kind: string; detail: { todo: string } }) => reason,
			);
			expect(error?.kind).toBe('setup');
			const [, statement] = /run: (GRANT .+);$/u.exec(error!.detail.todo)!;
			await admin.run(sql.raw(statement!));
			return statement;
		};

		it('stands in a schema of its own, and nothing of it outside', async () => {
			await made();
			const elsewhere = await admin.all(sql`
				SELECT schemaname, tablename FROM pg_catalog.pg_tables
				WHERE schemaname NOT IN ('pg_catalog', 'information_schema', ${SCHEMA})`);
			expect(elsewhere).toEqual([]);
		});

		it('tells a user who may make no schema the exact GRANT', async () => {
			const env = { DB_POSTGRESDB_USER: 'first' };
			expect(await obeyed(made(env))).toBe('GRANT CREATE ON DATABASE "postgres" TO "first"');
			await made(env);
		});

		it('tells a user whose schema belongs to another one the exact GRANT', async () => {
			await admin.run(sql`GRANT CREATE ON DATABASE postgres TO first`);
			await made({ DB_POSTGRESDB_USER: 'first' });
			const env = { DB_POSTGRESDB_USER: 'second' };
			expect(await obeyed(made(env))).toBe('GRANT "first" TO "second"');
			await made(env);
		});

		it.each<[Environment, boolean | RegExp]>([
			[{}, false],
			[{ DB_POSTGRESDB_SSL_ENABLED: 'true' }, /self-signed certificate/],
			[{ DB_POSTGRESDB_SSL_REJECT_UNAUTHORIZED: 'false' }, true],
			[{ DB_POSTGRESDB_SSL_CA: 'the text' }, true],
			[{ DB_POSTGRESDB_SSL_CA_FILE: 'the file' }, true],
			[{ ONE_WAY_SYNC_LEDGER: 'disable' }, false],
			[{ ONE_WAY_SYNC_LEDGER: 'verify-full' }, /self-signed certificate/],
			[{ ONE_WAY_SYNC_LEDGER: 'verify-full&sslrootcert=' }, true],
			[{ ONE_WAY_SYNC_LEDGER: 'no-verify' }, true],
		])('goes over the wire as %j says', async (forms, encrypted) => {
			const file = join(keys.path, 'server.crt');
			const env = Object.fromEntries(
				Object.entries(forms).map(([name, value]) => {
					if (value === 'the text') return [name, readFileSync(file, 'utf8')];
					if (value === 'the file') return [name, file];
					if (name !== 'ONE_WAY_SYNC_LEDGER') return [name, value];
					const { user, host, port, database } = server;
					const mode = `${value}${value!.endsWith('=') ? encodeURIComponent(file) : ''}`;
					return [name, `postgres://${user}@${host}:${port}/${database}?sslmode=${mode}`];
				}),
			);
			const found = made(env);
			if (encrypted instanceof RegExp) await expect(found).rejects.toThrow(encrypted);
			else expect(await found).toEqual([{ ssl: encrypted }]);
		});
	},
	'a ledger in somebody’s Postgres',
);

/** A certificate for 127.0.0.1, and the server's settings that use it. */
function certified(folder: string): Record<string, string> {
	const [key, certificate] = [join(folder, 'server.key'), join(folder, 'server.crt')];
	const what = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'];
	const more = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate];
	execFileSync('openssl', ['req', ...what, ...more], { stdio: 'pipe' });
	chmodSync(key, 0o600);
	const { uid, gid } = unprivileged(['postgres', 'nobody']);
	if (uid !== undefined) for (const path of [folder, key, certificate]) chownSync(path, uid, gid!);
	return { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key };
}
