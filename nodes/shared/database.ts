/** From a node's settings and n8n's own `postgres` and `mySql` credentials to a database that can be opened. */
import { isIP } from 'node:net';
import type { SSHCredentials } from 'n8n-workflow';

import type { DatabaseConfig, DialectName, ServerConfig, TlsOptions } from '../../sql/types';
import { SyncError } from '../../sync/types';
import { checkedFile } from './files';
import { reader, text, type NodeContext } from './parameters';
import { openTunnel, pem } from './tunnel';

/** A database to open, and what has to be closed after it. */
export interface Connection {
	config: DatabaseConfig;
	close: () => Promise<void>;
}

/** What the two credential types have in common; the rest is theirs alone. */
interface ServerCredential {
	host: string;
	port: number;
	database: string;
	user: string;
	password: string;
	sshTunnel?: boolean;
}

interface PostgresCredential extends ServerCredential {
	maxConnections?: number;
	allowUnauthorizedCerts?: boolean;
	ssl?: 'allow' | 'disable' | 'require';
}

interface MySqlCredential extends ServerCredential {
	connectTimeout?: number;
	ssl?: boolean;
	caCertificate?: string;
	clientCertificate?: string;
	clientPrivateKey?: string;
}

const MOST_CONNECTIONS = 4;

/** The database that the node's settings `dialect` and `file` name. Throws {@link SyncError}, and nothing in it is secret. */
export async function databaseConfig(context: NodeContext, itemIndex = 0): Promise<Connection> {
	const read = reader(context, itemIndex);
	return await connectionTo(context, {
		dialect: read('dialect', 'postgres') as DialectName,
		file: text(read('file', '')),
	});
}

/** The database of that dialect: the node's credential of its type, or a SQLite file. */
export async function connectionTo(
	context: NodeContext,
	{ dialect, file }: { dialect: DialectName; file?: string },
): Promise<Connection> {
	switch (dialect) {
		case 'sqlite':
			return { config: { dialect, file: await checkedFile(file ?? '') }, close: async () => undefined };
		case 'postgres': {
			const credential = await context.getCredentials<PostgresCredential>('postgres');
			const { maxConnections } = credential;
			return await reach(context, credential, {
				...server(dialect, credential),
				tls: postgresTls(credential),
				connections: Math.min(
					maxConnections && maxConnections > 0 ? maxConnections : MOST_CONNECTIONS,
					MOST_CONNECTIONS,
				),
			});
		}
		case 'mysql': {
			const credential = await context.getCredentials<MySqlCredential>('mySql');
			return await reach(context, credential, {
				...server(dialect, credential),
				tls: mysqlTls(credential),
				connections: MOST_CONNECTIONS,
				connectTimeout: credential.connectTimeout,
			});
		}
		default:
			throw new SyncError('setup', `“${String(dialect)}” is no kind of database that this node knows.`, {
				todo: 'Choose one in Database.',
			});
	}
}

function server(
	dialect: ServerConfig['dialect'],
	{ host, port, database, user, password }: ServerCredential,
): ServerConfig {
	return { dialect, host, port: Number(port), database, user, password };
}

/** As n8n's Postgres node: both *Allow* and *Require* ask for TLS and check the certificate. */
export function postgresTls({
	allowUnauthorizedCerts,
	ssl,
}: Pick<PostgresCredential, 'allowUnauthorizedCerts' | 'ssl'>): TlsOptions | undefined {
	if (allowUnauthorizedCerts === true) return { rejectUnauthorized: false };
	return ssl === undefined || ssl === 'disable' ? undefined : { rejectUnauthorized: true };
}

/** As n8n's MySQL node: the credential's own CA and client certificate, and the certificate is always checked. */
export function mysqlTls({
	ssl,
	caCertificate,
	clientCertificate,
	clientPrivateKey,
}: Omit<MySqlCredential, keyof ServerCredential>): TlsOptions | undefined {
	if (!ssl) return undefined;
	return {
		rejectUnauthorized: true,
		...(caCertificate && { ca: pem(caCertificate) }),
		...(clientCertificate && { cert: pem(clientCertificate) }),
		...(clientPrivateKey && { key: pem(clientPrivateKey) }),
	};
}

/** Through the credential's SSH tunnel where it has one; the certificate is still checked against the server's own name. */
async function reach(context: NodeContext, credential: ServerCredential, config: ServerConfig): Promise<Connection> {
	if (credential.sshTunnel !== true) return { config, close: async () => undefined };
	const { host, port } = config;
	const tunnel = await openTunnel(context.helpers, credential as unknown as SSHCredentials, { host, port });
	const tls = config.tls && { ...config.tls, ...(isIP(host) === 0 && { servername: host }) };
	return { config: { ...config, through: { host: tunnel.host, port: tunnel.port }, tls }, close: tunnel.close };
}
