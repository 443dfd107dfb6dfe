/**
 * Which SQLite files a node may open: those that n8n lets its own file nodes open, by the same variables
 * (`N8N_RESTRICT_FILE_ACCESS_TO`, `N8N_BLOCK_FILE_ACCESS_TO_N8N_FILES`, `N8N_BLOCK_FILE_PATTERNS`), and never the ledger.
 * n8n offers this check in regular nodes only, not in triggers and drop-downs, so it stands here once for all three.
 */
import { realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, posix, resolve, sep } from 'node:path';

import { n8nFolder, type Environment } from '../../ledger/where';
import { SyncError } from '../../sync/types';
import { placeOf } from './ledger';

/** What n8n takes where the variable is not set, since n8n 2.0. */
const DEFAULT_ALLOWED = '~/.n8n-files';
const DEFAULT_PATTERNS = '^(?:[^/]*/)*\\.git(?:/.*)?$';

/** The file's real path. Throws {@link SyncError} `setup` where there is no such file or it may not be opened. */
export async function checkedFile(
	given: string,
	env: Environment = process.env,
	home: string = homedir(),
): Promise<string> {
	if (given === '')
		throw new SyncError('setup', 'No database file is given.', {
			todo: 'Enter the full path of the SQLite file in Database File.',
		});
	if (!isAbsolute(given)) {
		throw new SyncError('setup', `“${given}” is not a full path.`, {
			todo: 'Write the whole path of the SQLite file, from the root of the file system.',
		});
	}
	const file = await real(given);
	if (await isLedger(file, env, home))
		throw new SyncError('setup', `${given} is the ledger of the syncs itself.`, { todo: 'Choose another file.' });
	const allowed = folders(env['N8N_RESTRICT_FILE_ACCESS_TO'] ?? DEFAULT_ALLOWED, home);
	if (await isBlocked(file, allowed, env, home)) {
		throw new SyncError('setup', `This n8n does not let nodes open ${given}.`, {
			todo: `Put the file into ${allowed.length > 0 ? allowed.join(' or ') : 'a folder outside of n8n’s own'}, or add its folder to N8N_RESTRICT_FILE_ACCESS_TO.`,
		});
	}
	const found = await stat(file).catch(() => undefined);
	if (!found)
		throw new SyncError('setup', `There is no file ${given} on the machine that runs n8n.`, {
			todo: 'Check the path; a database is not created by itself.',
		});
	if (!found.isFile())
		throw new SyncError('setup', `${given} is not a file.`, { todo: 'Enter the path of the SQLite file itself.' });
	return file;
}

/** The path with every link on it followed, as far as it exists. */
async function real(path: string): Promise<string> {
	try {
		return await realpath(path);
	} catch {
		const parent = dirname(path);
		return parent === path ? path : join(await real(parent), basename(path));
	}
}

async function isLedger(file: string, env: Environment, home: string): Promise<boolean> {
	let ledger: string;
	try {
		const place = placeOf(env, home);
		if (place.kind !== 'file') return false;
		ledger = await real(place.file);
	} catch {
		return false; // a ledger that cannot work here has no file
	}
	// Its log and its staging files begin with its name.
	if (file === ledger || file.startsWith(`${ledger}-`) || file.startsWith(`${ledger}.stage`)) return true;
	const [a, b] = await Promise.all([stat(file).catch(() => undefined), stat(ledger).catch(() => undefined)]);
	return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

async function isBlocked(file: string, allowed: string[], env: Environment, home: string): Promise<boolean> {
	for (const folder of env['N8N_BLOCK_FILE_ACCESS_TO_N8N_FILES'] === 'false' ? [] : n8nOwn(env, home)) {
		if (await within(folder, file)) return true;
	}
	const patterns = (env['N8N_BLOCK_FILE_PATTERNS'] ?? DEFAULT_PATTERNS).split(';').map((pattern) => pattern.trim());
	if (patterns.some((pattern) => pattern !== '' && matches(pattern, file))) return true;
	if (allowed.length === 0) return false;
	for (const folder of allowed) if (await within(folder, file)) return false;
	return true;
}

function n8nOwn(env: Environment, home: string): string[] {
	const lists = [
		env['N8N_CONFIG_FILES']?.split(','),
		env['N8N_CUSTOM_EXTENSIONS']?.split(';'),
		[
			env['N8N_BINARY_DATA_STORAGE_PATH'],
			env['N8N_UM_EMAIL_TEMPLATES_INVITE'],
			env['N8N_UM_EMAIL_TEMPLATES_PWRESET'],
		],
	];
	return [
		n8nFolder(env, home),
		join(home, '.cache', 'n8n'),
		...lists.flatMap((list) => list ?? []).filter((path) => path !== undefined && path !== ''),
	] as string[];
}

function folders(list: string, home: string): string[] {
	return list
		.split(';')
		.map((path) => path.trim())
		.filter((path) => path !== '')
		.map((path) => (path.startsWith('~') ? path.replace('~', home) : path));
}

function matches(pattern: string, file: string): boolean {
	try {
		return new RegExp(pattern, 'mi').test(posix.normalize(file.replace(/\\/gu, '/')));
	} catch {
		return true; // n8n, too, blocks everything by a pattern that it cannot read
	}
}

async function within(folder: string, file: string): Promise<boolean> {
	const parents = [resolve(folder), await real(resolve(folder))];
	return parents.some((parent) => file === parent || file.startsWith(parent.endsWith(sep) ? parent : parent + sep));
}
