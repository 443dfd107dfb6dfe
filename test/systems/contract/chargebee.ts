/** Judges requests to Chargebee by the schemas that its own client has for what may be sent. */
import { join } from 'node:path';

import { judge, judgesFolder } from '../../judges/judges';
import type { Check, Qs } from './check';

interface Issue {
	path: (string | number)[];
	message: string;
	expected?: string;
}
interface Schema {
	shape: Record<string, unknown>;
	safeParse(value: unknown): { success: true } | { success: false; error: { issues: Issue[] } };
}

const SCHEMAS = join(judgesFolder, 'node_modules', 'chargebee', 'cjs', 'schema');
const KINDS: Record<string, string> = { customers: 'Customer', items: 'Item', item_prices: 'ItemPrice' };
const ACTIONS: Record<string, string> = { update_billing_info: 'UpdateBillingInfo', delete: 'Delete' };

export function chargebeeCheck(): Check {
	const qs = judge<Qs>('qs');
	return ({ method, url, body, headers }) => {
		const { pathname, search } = new URL(url, 'http://contract');
		const [, plural, id, action, ...more] = pathname.split('/');
		const kind = KINDS[plural ?? ''];
		if (kind === undefined || more.length > 0) return [`there is no path ${pathname}`];
		if (method === 'GET' && id !== undefined) return search === '' ? [] : [`${pathname} takes no query`];
		const name =
			method === 'GET' ? 'List' : action !== undefined ? ACTIONS[action] : id === undefined ? 'Create' : 'Update';
		if (name === undefined || (method !== 'GET' && method !== 'POST')) return [`there is no ${method} ${pathname}`];
		const media = String(headers['content-type'] ?? '');
		if (body !== '' && !media.includes('urlencoded')) return [`media type ${media}`];
		// By their files: the package names them to nobody but itself.
		const file = `${kind.replace(/(?!^)[A-Z]/gu, '_$&').toLowerCase()}.schema.js`;
		const schema = judge<Record<string, Schema>>(join(SCHEMAS, file))[`${name}${kind}BodySchema`];
		if (!schema) return [`there is no ${name} of ${kind}`];
		const sent = qs.parse(method === 'GET' ? search.slice(1) : body, { depth: 5 });
		// The schemas let unknown members pass, since custom fields are such.
		const unknown = Object.keys(sent).filter((one) => !(one in schema.shape) && !one.startsWith('cf_'));
		return [...unknown.map((one) => `${name}${kind} has no ${one}`), ...problems(schema, sent)];
	};
}

/** A form is all texts: those that are to be numbers or truths, and can be, are. An empty text empties any of them. */
function problems(schema: Schema, sent: Record<string, unknown>): string[] {
	const result = schema.safeParse(sent);
	if (result.success) return [];
	const left: string[] = [];
	for (const { path, message, expected } of result.error.issues) {
		const parent = path.slice(0, -1).reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], sent);
		const members = parent as Record<string, unknown>; // what was parsed is objects all the way down
		const last = path.at(-1)!;
		const text = String(members[last]);
		if (text === '') delete members[last];
		else if (expected === 'number' && /^-?\d+$/u.test(text)) members[last] = Number(text);
		else if (expected === 'boolean' && /^(true|false)$/u.test(text)) members[last] = text === 'true';
		else left.push(`${path.join('.')}: ${message}`);
	}
	return left.length > 0 ? left : problems(schema, sent);
}
