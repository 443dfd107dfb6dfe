/**
 * Where the ledger lives: with n8n's own database, unless `ONE_WAY_SYNC_LEDGER` says otherwise. From the environment
 * alone; opens nothing.
 */
import { dirname, isAbsolute, join, resolve } from 'node:path';

import type { ServerConfig, TlsOptions } from '../sql/types';
import { SyncError } from '../sync/types';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Surroundings {
	env: Environment;
	/** The home folder of the user that runs n8n. */
	home: string;
	/** Reads the file that a `…_FILE` variable names. */
	readFile(path: string): string;
}

export type LedgerPlace = { kind: 'file'; file: string } | { kind: 'postgres'; config: ServerConfig };

const VARIABLE = 'ONE_WAY_SYNC_LEDGER';
const CONNECTIONS = 4;

/** Where the ledger is to be found. Throws {@link SyncError} `setup` where it could not work there. */
export function ledgerPlace(given: Surroundings): LedgerPlace {
	const read = reader(given);
	const place = chosen(read, given);
	if (place.kind === 'file' && read('EXECUTIONS_MODE') === 'queue') {
		throw new SyncError(
			'setup',
			'In queue mode n8n’s main process and its workers need one ledger that all of them reach, and a file cannot be that.',
			{
				todo: `Set ${VARIABLE} to a postgres:// URL for the main process and every worker, or let n8n itself use Postgres (DB_TYPE=postgresdb).`,
			},
		);
	}
	return place;
}

/** n8n's own folder, as n8n itself finds it. */
export function n8nFolder(env: Environment, home: string): string {
	return join(env['N8N_USER_FOLDER'] || home, '.n8n');
}

type Read = (name: string) => string | undefined;

/** A variable, or what stands in the file that its `…_FILE` form names, as n8n reads its own. */
function reader({ env, readFile }: Surroundings): Read {
	return (name) => {
		if (env[name] !== undefined) return env[name];
		const file = env[`${name}_FILE`];
		if (!file) return undefined;
		try {
			return readFile(file).trim();
		} catch {
			throw new SyncError('setup', `The file that ${name}_FILE names cannot be read.`, {
				todo: 'Check its path and its rights.',
			});
		}
	};
}

function chosen(read: Read, { env, home, readFile }: Surroundings): LedgerPlace {
	const own = read(VARIABLE)?.trim();
	if (own) {
		if (/^postgres(?:ql)?:\/\//iu.test(own)) return { kind: 'postgres', config: fromUrl(own, readFile) };
		if (!isAbsolute(own)) {
			throw new SyncError('setup', `${VARIABLE} is neither a postgres:// URL nor a full path.`, {
				todo: 'Write the whole path, from the root of the file system.',
			});
		}
		return { kind: 'file', file: own };
	}
	if (read('DB_TYPE') === 'postgresdb') return { kind: 'postgres', config: fromN8n(read) };
	const database = resolve(n8nFolder(env, home), read('DB_SQLITE_DATABASE') || 'database.sqlite');
	return { kind: 'file', file: join(dirname(database), 'one-way-sync.sqlite') };
}

/** n8n's own Postgres, by n8n's own variables. */
function fromN8n(read: Read): ServerConfig {
	const variable = (name: string, otherwise: string) => read(`DB_POSTGRESDB_${name}`) || otherwise;
	return {
		dialect: 'postgres',
		host: variable('HOST', 'localhost'),
		port: Number(variable('PORT', '5432')),
		database: variable('DATABASE', 'n8n'),
		user: variable('USER', 'postgres'),
		password: variable('PASSWORD', ''),
		connections: CONNECTIONS,
		tls: n8nTls(variable),
	};
}

/** As n8n: certificates or a relaxed check mean TLS, whether it is switched on or not. */
function n8nTls(variable: (name: string, otherwise: string) => string): TlsOptions | undefined {
	const [ca, cert, key] = [variable('SSL_CA', ''), variable('SSL_CERT', ''), variable('SSL_KEY', '')];
	const rejectUnauthorized = !isNo(variable('SSL_REJECT_UNAUTHORIZED', 'true'));
	if (ca === '' && cert === '' && key === '' && rejectUnauthorized && !isYes(variable('SSL_ENABLED', 'false')))
		return undefined;
	return { rejectUnauthorized, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

function isYes(text: string): boolean {
	return ['true', '1'].includes(text.toLowerCase());
}

function isNo(text: string): boolean {
	return ['false', '0'].includes(text.toLowerCase());
}

/** `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…`. What is wrong is said without the password. */
function fromUrl(text: string, readFile: (path: string) => string): ServerConfig {
	let url: URL;
	try {
		url = new URL(text);
	} catch {
		throw new SyncError('setup', `${VARIABLE} is no URL that can be read.`, {
			todo: 'Write postgres://user:password@host:port/database, with special characters in the password as %XX.',
		});
	}
	const database = decodeURIComponent(url.pathname.slice(1));
	if (url.hostname === '' || database === '') {
		throw new SyncError('setup', `${VARIABLE} does not name a host and a database.`, {
			todo: 'Write postgres://user:password@host:port/database.',
		});
	}
	const [mode, root] = [url.searchParams.get('sslmode') ?? 'disable', url.searchParams.get('sslrootcert')];
	const tls: TlsOptions = { rejectUnauthorized: mode !== 'no-verify', ...(root && { ca: readFile(root) }) };
	return {
		dialect: 'postgres',
		host: url.hostname.replace(/^\[(.*)\]$/u, '$1'),
		port: url.port === '' ? 5432 : Number(url.port),
		database,
		user: decodeURIComponent(url.username),
		password: decodeURIComponent(url.password),
		connections: CONNECTIONS,
		...(mode !== 'disable' && { tls }),
	};
}
