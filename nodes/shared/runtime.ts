/** What this package needs of the Node.js that n8n runs on, said in one sentence where it is not there. */
import { SyncError } from '../../sync/types';

/** `node:sqlite` without a flag since 22.13; 22.16 is what n8n 2.10, the oldest one that we know, asks for. */
const NEEDED = [22, 16] as const;

/** Throws {@link SyncError} `setup` on an older Node.js. */
export function needRuntime(version: string = process.versions.node): void {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
	throw new SyncError(
		'setup',
		`One-way sync needs Node.js ${NEEDED.join('.')} or newer, as n8n 2.10 and later bring it; this n8n runs on ${version}.`,
		{ todo: 'Update n8n; nothing was read or written.' },
	);
}
