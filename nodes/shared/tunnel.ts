/**
 * A database behind an SSH server: a listener on this machine whose connections n8n's SSH client carries on. As n8n's own
 * Postgres node does it; the SSH connection is n8n's and shared, so only the listener is closed.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { SSHCredentials, SSHTunnelFunctions } from 'n8n-workflow';

import { SyncError } from '../../sync/types';
import { plain } from './errors';

const LOCALHOST = '127.0.0.1';
/** n8n ends SSH connections that nobody said to use for five minutes. */
const SIGN_OF_LIFE = 60_000;

export interface Tunnel {
	host: string;
	port: number;
	close: () => Promise<void>;
}

/** Opens a tunnel to `to`. Throws {@link SyncError} where the SSH server cannot be reached or refuses. */
export async function openTunnel(
	helpers: SSHTunnelFunctions,
	credentials: SSHCredentials,
	to: { host: string; port: number },
): Promise<Tunnel> {
	const lost = new AbortController();
	const client = await helpers.getSSHClient(withWholeKey(credentials), lost).catch((error: unknown) => {
		const { sshHost, sshPort } = credentials;
		const denied = /authentication/iu.test(plain(error));
		throw new SyncError(
			denied ? 'denied' : 'unreachable',
			`The SSH server ${sshHost}:${sshPort} ${denied ? 'refused the log-in' : 'could not be reached'}: ${plain(error)}`,
			{
				todo: 'Check the SSH part of the credential.',
				cause: error,
			},
		);
	});
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		socket.on('error', () => socket.destroy());
		client.forwardOut(LOCALHOST, socket.remotePort ?? 0, to.host, to.port, (error, channel) => {
			if (error) {
				socket.destroy();
				return;
			}
			channel.on('error', () => socket.destroy());
			socket.on('close', () => channel.destroy());
			socket.pipe(channel).pipe(socket);
		});
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, LOCALHOST, resolve);
	});
	const alive = setInterval(() => helpers.updateLastUsed(client), SIGN_OF_LIFE).unref();
	const close = async (): Promise<void> => {
		clearInterval(alive);
		for (const socket of sockets) socket.destroy();
		if (server.listening) await new Promise((resolve) => server.close(resolve));
	};
	lost.signal.addEventListener('abort', () => void close());
	return { host: LOCALHOST, port: (server.address() as AddressInfo).port, close };
}

function withWholeKey(credentials: SSHCredentials): SSHCredentials {
	return credentials.sshAuthenticateWith === 'privateKey'
		? { ...credentials, privateKey: pem(credentials.privateKey) }
		: credentials;
}

/** A PEM block that a form has put on one line, with its line breaks back. */
export function pem(given: string): string {
	const block = /^\s*-----BEGIN ([A-Z0-9 ]+)-----([^\n]*?)-----END \1-----\s*$/u.exec(given);
	if (!block) return given;
	const [, label, body] = block;
	const lines = body!.replace(/\\n/gu, ' ').trim();
	const headers: string[] = [];
	const rest = lines.replace(/(Proc-Type|DEK-Info):\s*(\S+)\s*/gu, (_, name: string, value: string) => {
		headers.push(`${name}: ${value}`);
		return '';
	});
	const broken = rest.replace(/\s+/gu, '').match(/.{1,64}/gu) ?? [];
	return [
		`-----BEGIN ${label}-----`,
		...headers,
		...(headers.length > 0 ? [''] : []),
		...broken,
		`-----END ${label}-----`,
		'',
	].join('\n');
}
