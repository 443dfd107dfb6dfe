import { ledgerPlace, type Environment } from '../../ledger/where';

const files: Record<string, string> = { '/run/secret': ' s3cret\n', '/ca.pem': 'CA' };
const where = (env: Environment) =>
	ledgerPlace({
		env,
		home: '/home/node',
		readFile: (path) => {
			if (files[path] === undefined) throw new Error('ENOENT');
			return files[path];
		},
	});

describe('where the ledger lives', () => {
	test('is beside n8n’s own SQLite file', () => {
		expect(where({})).toEqual({ kind: 'file', file: '/home/node/.n8n/one-way-sync.sqlite' });
		expect(where({ N8N_USER_FOLDER: '/data' })).toEqual({ kind: 'file', file: '/data/.n8n/one-way-sync.sqlite' });
		expect(where({ DB_TYPE: 'sqlite', DB_SQLITE_DATABASE: '/big/n8n.sqlite' })).toEqual({
			kind: 'file',
			file: '/big/one-way-sync.sqlite',
		});
		expect(where({ DB_SQLITE_DATABASE: 'sub/n8n.sqlite' })).toEqual({
			kind: 'file',
			file: '/home/node/.n8n/sub/one-way-sync.sqlite',
		});
	});

	test('is n8n’s own Postgres where n8n has one, by n8n’s own variables and their _FILE forms', () => {
		expect(where({ DB_TYPE: 'postgresdb' })).toMatchObject({
			kind: 'postgres',
			config: { host: 'localhost', port: 5432, database: 'n8n', user: 'postgres', password: '', tls: undefined },
		});
		const env = {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: 'db',
			DB_POSTGRESDB_PORT: '6432',
			DB_POSTGRESDB_USER: 'u',
			DB_POSTGRESDB_PASSWORD_FILE: '/run/secret',
		};
		expect(where(env)).toMatchObject({ config: { host: 'db', port: 6432, user: 'u', password: 's3cret' } });
		expect(() => where({ ...env, DB_POSTGRESDB_PASSWORD_FILE: '/nowhere' })).toThrow(
			'The file that DB_POSTGRESDB_PASSWORD_FILE names cannot be read.',
		);
	});

	test.each([
		[{ DB_POSTGRESDB_SSL_ENABLED: 'true' }, { rejectUnauthorized: true }],
		[{ DB_POSTGRESDB_SSL_CA: 'PEM' }, { rejectUnauthorized: true, ca: 'PEM' }],
		[{ DB_POSTGRESDB_SSL_CA_FILE: '/ca.pem' }, { rejectUnauthorized: true, ca: 'CA' }],
		[{ DB_POSTGRESDB_SSL_REJECT_UNAUTHORIZED: 'false' }, { rejectUnauthorized: false }],
		[{ DB_POSTGRESDB_SSL_ENABLED: 'false' }, undefined],
	])('uses TLS as n8n does: %j', (ssl, tls) => {
		expect(where({ DB_TYPE: 'postgresdb', ...ssl })).toMatchObject({ config: { tls } });
	});

	test('is where ONE_WAY_SYNC_LEDGER says', () => {
		expect(where({ ONE_WAY_SYNC_LEDGER: '/var/ledger.sqlite', DB_TYPE: 'postgresdb' })).toEqual({
			kind: 'file',
			file: '/var/ledger.sqlite',
		});
		expect(where({ ONE_WAY_SYNC_LEDGER: 'postgres://me:p%40ss@db.x:6000/sync?sslmode=require' })).toMatchObject({
			kind: 'postgres',
			config: {
				host: 'db.x',
				port: 6000,
				database: 'sync',
				user: 'me',
				password: 'p@ss',
				tls: { rejectUnauthorized: true },
			},
		});
		expect(where({ ONE_WAY_SYNC_LEDGER: 'postgresql://me@[::1]/sync?sslmode=no-verify' })).toMatchObject({
			config: { host: '::1', port: 5432, tls: { rejectUnauthorized: false } },
		});
	});

	test('a wrong ONE_WAY_SYNC_LEDGER is refused without showing its password', () => {
		expect(() => where({ ONE_WAY_SYNC_LEDGER: 'ledger.sqlite' })).toThrow(
			'ONE_WAY_SYNC_LEDGER is neither a postgres:// URL nor a full path.',
		);
		for (const url of ['postgres://me:hunter2@/x', 'postgres://me:hunter2@db:port/x', 'postgres://me:hunter2@db']) {
			let said = '';
			try {
				where({ ONE_WAY_SYNC_LEDGER: url });
			} catch (error) {
				said = JSON.stringify([(error as Error).message, error]);
			}
			expect(said).toContain('ONE_WAY_SYNC_LEDGER');
			expect(said).not.toContain('hunter2');
		}
	});

	test('in queue mode a file is refused with what to set, and a server is taken', () => {
		expect(() => where({ EXECUTIONS_MODE: 'queue' })).toThrow('a file cannot be that');
		expect(() => where({ EXECUTIONS_MODE: 'queue', ONE_WAY_SYNC_LEDGER: '/x.sqlite' })).toThrow('In queue mode');
		expect(where({ EXECUTIONS_MODE: 'queue', DB_TYPE: 'postgresdb' }).kind).toBe('postgres');
	});
});
