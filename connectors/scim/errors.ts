/** A SCIM server's refusals as SyncErrors: one plain sentence, and what to do. */
import { SyncError, type SyncErrorKind } from '../../sync/types';

/** What a server answered instead of doing what it was asked. */
export class ScimFailure extends Error {
	constructor(
		readonly status: number,
		readonly scimType: string | undefined,
		readonly detail: string,
		/** Milliseconds, where the server says so. */
		readonly retryAfter?: number,
	) {
		super(`${status} ${detail}`);
	}
}

/** Reads an error's body, whatever form it has. */
export function failureOf(status: number, body: unknown, retryAfter?: number): ScimFailure {
	const told = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
	// SCIM 1.1, and servers that answer like it: { Errors: [{ description, code }] }
	const first = Array.isArray(told['Errors'])
		? (told['Errors'][0] as Record<string, unknown> | undefined)
		: undefined;
	const words = [told['detail'], first?.['description'], told['message'], told['error']].find(
		(one): one is string => typeof one === 'string' && one !== '',
	);
	const type = typeof told['scimType'] === 'string' ? told['scimType'] : undefined;
	const detail = words ?? (typeof body === 'string' && body !== '' ? body : 'it gave no reason');
	return new ScimFailure(status, type, detail.replace(/\s+/gu, ' ').trim().slice(0, 300), retryAfter);
}

/** Whether the whole system is meant, not the record that was sent: it is down, or knows the credential no more. */
export function isOfSystem(error: unknown): boolean {
	if (error instanceof ScimFailure) return [401, 502, 503, 504].includes(error.status);
	return error instanceof SyncError && ['unreachable', 'denied', 'setup'].includes(error.kind);
}

/** Tells of a failure. `what`: one record's write, or a request about everything. */
export function told(error: unknown, where: string, what: 'record' | 'all'): SyncError {
	if (error instanceof SyncError) return error;
	if (!(error instanceof ScimFailure)) throw error;
	const [kind, message, todo] = sentence(error, where, what);
	const field = fieldOf(error.detail);
	return new SyncError(kind, message, {
		todo,
		...(field !== undefined && what === 'record' && { field }),
		...(error.retryAfter !== undefined && { retryAfter: error.retryAfter }),
		cause: error,
	});
}

function sentence(
	{ status, scimType, detail }: ScimFailure,
	where: string,
	what: 'record' | 'all',
): [SyncErrorKind, string, string] {
	const again = 'It is tried again by itself.';
	switch (status) {
		case 401:
			return [
				'denied',
				`${where} does not accept the credential: ${detail}`,
				'Renew the token or password in it.',
			];
		case 403:
			return what === 'all'
				? [
						'denied',
						`${where} refuses access: ${detail}`,
						'Give the credential’s account the rights or scopes.',
					]
				: ['refused', `the server forbids it: ${detail}`, 'See whether this account may be changed by SCIM.'];
		case 404:
			return what === 'all'
				? ['setup', `${where} is not there: ${detail}`, 'Correct the base URL in the credential.']
				: ['missing', 'it is not there any more', 'It is looked for by its match fields, or created again.'];
		case 409:
			return [
				'conflict',
				`another one has the same value already: ${detail}`,
				'Match by that field, so that it is adopted.',
			];
		case 412:
			return ['retry', 'somebody else changed it at the same moment', again];
		case 429:
			return ['retry', `${where} takes no more requests for now: ${detail}`, again];
		case 501:
			return ['setup', `${where} does not offer this: ${detail}`, 'Choose another dialect in the node.'];
		default:
			if (status > 501) return ['unreachable', `${where} failed with ${status}: ${detail}`, again];
			if (status >= 500)
				return [what === 'all' ? 'unreachable' : 'retry', `${where} failed with ${status}: ${detail}`, again];
			return scimType === 'uniqueness'
				? ['conflict', `another one has the same value already: ${detail}`, 'Match by that field.']
				: [
						what === 'all' ? 'setup' : 'refused',
						`the server refused it with ${status}: ${detail}`,
						'Correct the value in the source or the mapping.',
					];
	}
}

/** The attribute that a refusal names, if it names one between quotes. */
function fieldOf(detail: string): string | undefined {
	return /attribute '([\w.$:-]+)'/iu.exec(detail)?.[1];
}
