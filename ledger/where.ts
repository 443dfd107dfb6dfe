/** Where the ledger lives: beside n8n's own database, unless `ONE_WAY_SYNC_LEDGER` says otherwise. Pure; opens nothing. */
import { dirname, isAbsolute, join, resolve } from 'node:path';

import { SyncError } from '../sync/types';

export type Environment = Readonly<Record<string, string | undefined>>;

export type LedgerPlace =
	| { kind: 'file'; file: string }
	/** `own`: the URL of `ONE_WAY_SYNC_LEDGER`; `n8n`: the database that the `DB_POSTGRESDB_…` variables describe. */
	| { kind: 'postgres'; by: 'own'; url: string }
	| { kind: 'postgres'; by: 'n8n'; host: string; port: number; database: string };

const VARIABLE = 'ONE_WAY_SYNC_LEDGER';

/** Where the ledger is to be found. Throws {@link SyncError} `setup` where it could not work there. */
export function ledgerPlace(env: Environment, home: string): LedgerPlace {
	const place = chosen(env, home);
	if (place.kind === 'file' && env['EXECUTIONS_MODE'] === 'queue') {
		throw new SyncError('setup', 'In queue mode n8n’s main process and its workers need one ledger that all of them reach, and a file cannot be that.', {
			todo: `Set ${VARIABLE} to a postgres:// URL for the main process and every worker, or let n8n itself use Postgres (DB_TYPE=postgresdb).`,
		});
	}
	return place;
}

/** The file of a ledger that is one. Throws {@link SyncError} `setup` for a ledger in Postgres. */
export function ledgerFile(place: LedgerPlace): string {
	if (place.kind === 'file') return place.file;
	throw new SyncError('setup', 'A ledger in Postgres is not supported yet.', {
		todo: `On a single machine, set ${VARIABLE} to the full path of a file, such as /home/node/.n8n/one-way-sync.sqlite.`,
	});
}

/** n8n's own folder, as n8n itself finds it. */
export function n8nFolder(env: Environment, home: string): string {
	return join(env['N8N_USER_FOLDER'] || home, '.n8n');
}

function chosen(env: Environment, home: string): LedgerPlace {
	const own = env[VARIABLE]?.trim();
	if (own) {
		if (/^postgres(?:ql)?:\/\//iu.test(own)) return { kind: 'postgres', by: 'own', url: own };
		if (!isAbsolute(own)) {
			throw new SyncError('setup', `${VARIABLE} is neither a postgres:// URL nor a full path.`, { todo: 'Write the whole path, from the root of the file system.' });
		}
		return { kind: 'file', file: own };
	}
	if (env['DB_TYPE'] === 'postgresdb') {
		return {
			kind: 'postgres',
			by: 'n8n',
			host: env['DB_POSTGRESDB_HOST'] || 'localhost',
			port: Number(env['DB_POSTGRESDB_PORT'] || 5432),
			database: env['DB_POSTGRESDB_DATABASE'] || 'n8n',
		};
	}
	const database = resolve(n8nFolder(env, home), env['DB_SQLITE_DATABASE'] || 'database.sqlite');
	return { kind: 'file', file: join(dirname(database), 'one-way-sync.sqlite') };
}
