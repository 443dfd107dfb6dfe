/** Starts {@link file://./opener.ts} in processes of their own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type { Opened } from './opener';

/** So many processes that open the ledger at the same moment. */
export async function openAtOnce(
	count: number,
	env: Record<string, string>,
	{ upgrade = false, as = {} }: { upgrade?: boolean; as?: { uid?: number; gid?: number } } = {},
): Promise<Opened[]> {
	const children = Array.from({ length: count }, () =>
		fork(join(__dirname, 'opener.js'), upgrade ? ['upgrade'] : [], {
			env: { PATH: process.env['PATH'], HOME: '/', ...env },
			execArgv: ['--disable-warning=ExperimentalWarning'],
			...as,
		}),
	);
	await Promise.all(children.map(async (child) => await once(child, 'message')));
	return await Promise.all(
		children.map(async (child) => {
			const answer = once(child, 'message');
			child.send('open');
			return (await answer)[0] as Opened;
		}),
	);
}
