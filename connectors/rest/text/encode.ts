/** From a request of a definition to what goes over the wire. Pure. */
import type { Value } from '../../../sync/types';
import { SyncError } from '../../../sync/types';
import type { Encoding, Request } from '../definition';
import { fillJson, fillPath, fillText, textOf, type Names } from './template';

export interface Encoded {
	method: Request['method'];
	url: string;
	headers: Record<string, string>;
	body?: string;
}

const MEDIA: Record<Encoding, string> = {
	json: 'application/json',
	form: 'application/x-www-form-urlencoded',
	'flat form': 'application/x-www-form-urlencoded',
	ndjson: 'application/x-ndjson',
};

/** Throws {@link SyncError} where a part of the path has no value. */
export function encode(
	request: Request,
	names: Names,
	{ base, encoding }: { base: string; encoding: Encoding },
): Encoded {
	const path = fillPath(request.path, names);
	const url = new URL(
		/^https?:\/\//u.test(path) ? path : base + (path === '' || /^[/?]/u.test(path) ? path : `/${path}`),
	);
	for (const [name, template] of Object.entries(request.query ?? {})) {
		const value = fillJson(template, names);
		if (value !== undefined && value !== null)
			for (const [key, text] of pairs(name, value, 'repeat')) url.searchParams.append(key, text);
	}
	const headers: Record<string, string> = { accept: 'application/json' };
	for (const [name, template] of Object.entries(request.headers ?? {})) {
		const text = fillText(template, names);
		if (text !== undefined) headers[name.toLowerCase()] = text;
	}
	const how = request.encoding ?? encoding;
	const given = request.body === undefined ? undefined : fillJson(request.body, names);
	if (request.graphql !== undefined) {
		headers['content-type'] = MEDIA.json;
		return {
			method: request.method,
			url: url.href,
			headers,
			body: JSON.stringify({ query: request.graphql, variables: given ?? {} }),
		};
	}
	if (given === undefined) return { method: request.method, url: url.href, headers };
	headers['content-type'] = request.media ?? MEDIA[how];
	return { method: request.method, url: url.href, headers, body: bodyText(given, how) };
}

function bodyText(value: Value, encoding: Encoding): string {
	switch (encoding) {
		case 'json':
			return JSON.stringify(value);
		case 'ndjson':
			if (!Array.isArray(value)) throw new SyncError('setup', 'Only a list can be sent line by line.');
			return value.map((row) => JSON.stringify(row)).join('\n');
		default: {
			const form = new URLSearchParams();
			const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
			for (const [name, member] of members) {
				if (encoding === 'form')
					for (const [key, text] of pairs(name, member, 'number')) form.append(key, text);
				else
					form.append(
						name,
						Array.isArray(member) ? member.map(textOf).join(',') : member === null ? '' : textOf(member),
					);
			}
			return form.toString();
		}
	}
}

/** `a: { b: [1] }` as `a[b][0]=1`. `repeat`: the elements of a list all under the list's own name. */
function* pairs(name: string, value: Value, lists: 'number' | 'repeat'): Generator<[string, string]> {
	if (Array.isArray(value)) {
		for (const [n, element] of value.entries())
			yield* pairs(lists === 'number' ? `${name}[${n}]` : name, element, lists);
	} else if (typeof value === 'object' && value !== null) {
		for (const [inner, member] of Object.entries(value)) yield* pairs(`${name}[${inner}]`, member, lists);
	} else yield [name, value === null ? '' : String(value)];
}
