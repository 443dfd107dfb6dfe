/** A real MariaDB for the length of a suite. */
import { chownSync, existsSync } from 'node:fs';
import { join } from 'node:path';

import { sql } from 'kysely';

import { open } from '../../sql/open';
import {
	freePort,
	freshFolder,
	runToEnd,
	startUntilReady,
	unprivileged,
	type Availability,
	type Server,
} from './server';

function find(names: string[]): string | undefined {
	const folders = [
		'/usr/sbin',
		'/usr/bin',
		'/usr/local/sbin',
		'/usr/local/bin',
		...(process.env['PATH'] ?? '').split(':'),
	];
	return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

const server = () => find(['mariadbd']);
const installer = () => find(['mariadb-install-db']);

export function available(): Availability {
	return server() && installer()
		? { ok: true }
		: { ok: false, missing: 'MariaDB (mariadbd, mariadb-install-db): apt-get install mariadb-server' };
}

/** Starts a server with an empty data folder; its user `root` has no password on the loopback address. `settings`: further arguments. */
export async function startMariadb(settings: string[] = ['--skip-log-bin']): Promise<Server> {
	const program = server();
	const install = installer();
	if (!program || !install) throw new Error('MariaDB is not installed');
	const as = unprivileged(['mysql', 'nobody']);
	const folder = freshFolder('mariadb');
	if (as.uid !== undefined) chownSync(folder.path, as.uid, as.gid!);
	const port = await freePort();
	const data = join(folder.path, 'data');
	try {
		await runToEnd(
			install,
			['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
			as,
		);
		const args = [
			'--no-defaults',
			`--datadir=${data}`,
			`--port=${port}`,
			'--bind-address=127.0.0.1',
			`--socket=${join(folder.path, 's')}`,
			`--pid-file=${join(folder.path, 'pid')}`,
			'--innodb-flush-log-at-trx-commit=0',
			'--innodb-flush-method=nosync',
			'--innodb-buffer-pool-size=64M',
			'--default-time-zone=-05:00',
			'--character-set-server=utf8mb4',
			...settings,
		];
		const at = { host: '127.0.0.1', port, user: 'root', password: '', database: 'mysql' };
		const ready = async () => {
			const database = await open({ dialect: 'mysql', ...at }, { readOnly: false, values: 'plain' });
			await database.all(sql`SELECT 1`).finally(() => database.close());
		};
		const running = await startUntilReady(program, args, as, ready, 'SIGTERM');
		return {
			...at,
			stop: async () => {
				await running.stop();
				folder.remove();
			},
		};
	} catch (error) {
		folder.remove();
		throw error;
	}
}
