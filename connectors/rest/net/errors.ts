/** What an answer means, and the error that is made of it: in plain words, and without a secret. */
import { WHEN_RENEWED } from '../../../sync/pause';
import type { Value } from '../../../sync/types';
import { SyncError, type SyncErrorKind } from '../../../sync/types';
import type { ErrorRules, Meaning } from '../definition';
import { holds } from '../text/condition';
import { get, listOf } from '../text/path';
import { openEnded } from '../../../sync/ends';

export interface Found {
	means: Meaning;
	/** What the system said, shortened. */
	text: string;
	field?: string;
	todo?: string;
}

const LONGEST = 400;

/** What is wrong, if anything. */
export function judge(
	answer: { status: number; headers: Record<string, string>; text: string },
	body: Value | undefined,
	rules: ErrorRules,
): Found | undefined {
	const { status } = answer;
	for (const rule of rules.rules) {
		const meant =
			rule.status === undefined
				? status >= 400
				: rule.status === '2xx'
					? status >= 200 && status < 300
					: listOf(rule.status).includes(status);
		if (!meant || !(rule.where ?? []).every((condition) => holds(condition, body))) continue;
		if (rule.means === 'fine') return undefined;
		return { means: rule.means, ...said(answer, body, rules), ...(rule.todo !== undefined && { todo: rule.todo }) };
	}
	if (status >= 200 && status < 300) return undefined;
	return { means: byStatus(status), ...said(answer, body, rules) };
}

function byStatus(status: number): Meaning {
	if (status >= 500) return 'unavailable';
	switch (status) {
		case 401:
		case 403:
			return 'denied';
		case 404:
		case 410:
			return 'absent';
		case 408:
			return 'unavailable';
		case 409:
			return 'duplicate';
		case 412:
			return 'stale';
		case 429:
			return 'too fast';
		default:
			return 'refused';
	}
}

function said(
	{ headers, text }: { headers: Record<string, string>; text: string },
	body: Value | undefined,
	rules: ErrorRules,
): Pick<Found, 'text' | 'field'> {
	const found = messageOf(body, rules.message) ?? (rules.header === undefined ? undefined : headers[rules.header]);
	// An HTML page says nothing that a person could use.
	const plain = found ?? (/^\s*</u.test(text) ? '' : text);
	const field = rules.field === undefined ? undefined : get(body, rules.field);
	return {
		text: plain.replace(/\s+/gu, ' ').trim().slice(0, LONGEST),
		...(typeof field === 'string' && field !== '' && { field }),
	};
}

/** The first of the places where a text stands. */
export function messageOf(body: Value | undefined, places: string[]): string | undefined {
	for (const place of places) {
		const found = get(body, place);
		if (found === undefined || found === null || found === '') continue;
		const all = listOf(found).map((one) => {
			if (typeof one !== 'object' || one === null) return String(one);
			const inner = get(one, 'message') ?? get(one, 'detail') ?? get(one, 'msg');
			return typeof inner === 'string' ? inner : JSON.stringify(one);
		});
		if (all.length > 0) return all.join('; ');
	}
	return undefined;
}

const KINDS: Record<Meaning, SyncErrorKind> = {
	absent: 'missing',
	duplicate: 'conflict',
	refused: 'refused',
	denied: 'denied',
	'too fast': 'unreachable',
	'quota spent': 'unreachable',
	stale: 'retry',
	unavailable: 'unreachable',
	'not possible': 'refused',
	fine: 'refused',
};

const WORDS: Record<Meaning, string> = {
	absent: 'does not have it',
	duplicate: 'has another one with that value',
	refused: 'does not take it',
	denied: 'does not let this credential in',
	'too fast': 'asks for slower requests',
	'quota spent': 'takes no more requests for now: the quota is spent',
	stale: 'has it changed meanwhile',
	unavailable: 'cannot answer',
	'not possible': 'does not let this account do it',
	fine: '',
};

const TODOS: Partial<Record<Meaning, string>> = {
	denied: 'See that the credential is valid and has the rights that the system’s page in docs/systems.md names.',
	unavailable: 'It comes again by itself.',
	'too fast': 'It comes again by itself.',
	'quota spent': WHEN_RENEWED,
};

/** `where`: the system as people know it; `secrets`: texts that must not be seen. */
export function asError(
	found: Found,
	{ where, status, secrets, wait }: { where: string; status?: number; secrets: string[]; wait?: number },
): SyncError {
	const { means, text, field, todo } = found;
	const said = redacted(text, secrets);
	const code = status === undefined || (status >= 200 && status < 300) ? '' : ` (${status})`;
	return new SyncError(KINDS[means], `${where} ${WORDS[means]}${said === '' ? '' : `: ${openEnded(said)}`}${code}.`, {
		...((todo ?? TODOS[means]) ? { todo: todo ?? TODOS[means] } : {}),
		...(field !== undefined && { field }),
		...(wait !== undefined && { retryAfter: wait }),
		...(means === 'not possible' && { final: true as const }),
	});
}

/** A text without the secrets, in any of the forms in which they are sent. */
export function redacted(text: string, secrets: string[]): string {
	let shown = text;
	for (const secret of secrets) {
		if (secret.length < 4) continue;
		for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
			shown = shown.split(form).join('(secret)');
	}
	return shown;
}

/** The texts of a credential that must not be seen. */
export function secretsOf(credential: Value): string[] {
	if (typeof credential === 'string') return [credential];
	if (typeof credential !== 'object' || credential === null) return [];
	return Object.values(credential).flatMap((one) => secretsOf(one));
}
