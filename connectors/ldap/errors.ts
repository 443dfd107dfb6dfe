/** A directory's refusals as SyncErrors: one plain sentence, and what to do. */
import { ResultCodeError } from 'ldapts';

import { SyncError, type SyncErrorKind } from '../../sync/types';

const SENTENCES: Record<number, [kind: SyncErrorKind, what: string, todo: string]> = {
	1: ['refused', 'the directory could not do it', 'See its log.'],
	3: ['retry', 'the directory took too long', 'It is tried again by itself.'],
	4: ['setup', 'the directory lists no more entries than its limit', 'Raise the size limit for the account there.'],
	8: ['denied', 'the directory wants a stronger way to log in', 'Use TLS or StartTLS in the credential.'],
	11: ['setup', 'the directory lists no more entries than its limit', 'Raise the size limit for the account there.'],
	13: ['denied', 'the directory wants an encrypted connection', 'Use TLS or StartTLS in the credential.'],
	16: ['refused', 'the entry does not have this attribute', 'See what else writes it.'],
	17: ['setup', 'the directory does not know this attribute', 'Correct the field, or load the schema there.'],
	19: ['refused', 'a rule of the directory refuses it', 'Correct the value in the source or the mapping.'],
	20: ['conflict', 'the value is there already', 'See which other entry has it.'],
	21: ['refused', 'the attribute cannot hold this value', 'Convert the value in the mapping.'],
	32: ['missing', 'it is not there any more', 'It is looked for by its match fields, or created again.'],
	34: ['refused', 'its name cannot be one here', 'Correct the value that it is named by.'],
	49: ['denied', 'the directory does not accept the account', 'Check Binding DN and password in the credential.'],
	50: ['denied', 'the account may not do this', 'Give it the rights in the directory.'],
	51: ['retry', 'the directory is busy', 'It is tried again by itself.'],
	52: ['unreachable', 'the directory is not available', 'It is tried again by itself.'],
	53: ['refused', 'the directory is not willing to', 'Read what it says, and correct the value.'],
	64: ['refused', 'its name and its values do not fit together', 'Map the attribute that names it, too.'],
	65: [
		'refused',
		'the object classes do not allow these values',
		'Choose other object classes, or fill what they need.',
	],
	66: ['refused', 'other entries stand below it', 'Move or remove those first.'],
	67: ['refused', 'the attribute names the entry', 'Map the naming attribute chosen in the node.'],
	68: ['conflict', 'an entry of this name is there already', 'Match by what names it, so that it is adopted.'],
	80: ['refused', 'the directory could not do it', 'See its log.'],
};

/** Whether a directory refused it, and with which code. */
export function codeOf(error: unknown): number | undefined {
	return error instanceof ResultCodeError ? error.code : undefined;
}

/** Whether the whole directory is meant, not the record that was sent. */
export function isOfSystem(error: unknown): boolean {
	const code = codeOf(error);
	if (code !== undefined) return [8, 13, 49, 52].includes(code);
	return !(error instanceof SyncError) || ['unreachable', 'denied'].includes(error.kind);
}

/** Tells of a failure. `what`: one record's write, or a request about everything. */
export function told(error: unknown, where: string, what: 'record' | 'all'): SyncError {
	if (error instanceof SyncError) return error;
	const code = codeOf(error);
	if (code === undefined) return unreachable(error, where);
	const [kind, sentence, todo] = SENTENCES[code] ?? ['refused', 'the directory refused it', 'Read what it says.'];
	const said = saidOf(error as Error);
	const field = /(?:^|\W)attribute '?([a-z][\w;-]*)'?/iu.exec(said)?.[1] ?? /^([a-z][\w-]*): /iu.exec(said)?.[1];
	const all = what === 'all' && kind === 'missing';
	// One record that may not be changed is no reason to stop; an account that may do nothing is.
	const own = what === 'record' && code === 50 ? 'refused' : kind;
	return new SyncError(
		all ? 'setup' : own,
		`${what === 'all' ? `${where}: ` : ''}${all ? 'the base is not there' : sentence}${said === '' ? '' : ` (${said})`}`,
		{ todo: all ? 'Correct the base DN in the node.' : todo, ...(field !== undefined && { field }), cause: error },
	);
}

function unreachable(error: unknown, where: string): SyncError {
	const why = error instanceof Error ? error.message.split('\n').at(-1)! : String(error);
	const certificate = /certificate|self[- ]signed|altnames|ssl|tls/iu.test(why);
	return new SyncError('unreachable', `${where} cannot be reached: ${why}`, {
		todo: certificate
			? 'Give the CA certificate in the credential, and the name that the certificate is for as the address.'
			: 'Check address, port and network; it is tried again by itself.',
		cause: error,
	});
}

/** The server's own words, without the code behind them. */
function saidOf({ message, name }: Error): string {
	const code = message.lastIndexOf('Code: 0x');
	const text = (/^Code: 0x[0-9a-f]+\s*$/iu.test(message.slice(code)) ? message.slice(0, code) : message).trim();
	return text === name ? '' : text.slice(0, 200);
}
