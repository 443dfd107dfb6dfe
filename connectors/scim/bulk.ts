/** Many requests in one, where the server offers it. Each answer is tied to its request by name or place, never by order alone. */
import { failureOf } from './errors';
import type { HttpRequest, Json } from './http';
import { isObject } from './path';
import type { Scim } from './resources';

export interface Sending {
	method: Exclude<HttpRequest['method'], 'GET'>;
	/** Below the base URL. */
	path: string;
	body?: Json;
	/** The entity tag that must still be the resource's. */
	version?: string;
}

/** What one request came to: the resource's place, or why not. */
export type Sent = { ok: true; location?: string; json: Json } | { ok: false; error: unknown };

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** Whether a request may travel with others: a value that looks like a reference into the bulk would be taken for one. */
export function fitsBulk({ body }: Sending): boolean {
	return body === undefined || !JSON.stringify(body).includes('"bulkId:');
}

/** Sends in as few requests as the server's limits allow; `answer` hears of each. Throws where a whole one fails. */
export async function sendBulk(
	{ http, abilities }: Scim,
	sendings: Sending[],
	deadline: number | undefined,
	answer: (at: number, sent: Sent) => void,
): Promise<void> {
	const { operations, bytes } = abilities.bulk!;
	const all = sendings.map(({ method, path, body, version }, at) => ({
		at,
		operation: {
			method,
			path,
			bulkId: `r${at}`,
			...(version !== undefined && { version }),
			...(body && { data: body }),
		},
	}));
	for (const group of groupsOf(all, operations, bytes)) {
		const { json } = await http.ask('POST', '/Bulk', {
			body: { schemas: [BULK], Operations: group.map(({ operation }) => operation) },
			deadline,
		});
		const given = Array.isArray(json['Operations']) ? json['Operations'].filter(isObject) : [];
		for (const { at, operation } of group) {
			const found = given.find((one) => one['bulkId'] === operation.bulkId) ?? byPlace(given, operation);
			answer(
				at,
				found ? sentOf(found) : { ok: false, error: failureOf(500, 'the bulk answer does not name it') },
			);
		}
	}
}

function groupsOf<T extends { operation: object }>(all: T[], most: number, bytes: number): T[][] {
	const groups: T[][] = [];
	let size = 0;
	for (const one of all) {
		const own = Buffer.byteLength(JSON.stringify(one.operation)) + 2;
		const last = groups.at(-1);
		if (!last || last.length >= most || size + own > bytes - 200) {
			groups.push([one]);
			size = own;
		} else {
			last.push(one);
			size += own;
		}
	}
	return groups;
}

/** The answer that names the same method and the same resource; a create has no place yet, and needs its bulkId. */
function byPlace(given: Json[], { method, path }: { method: string; path: string }): Json | undefined {
	if (method === 'POST') return undefined;
	return given.find(
		({ method: done, location }) =>
			String(done).toUpperCase() === method && typeof location === 'string' && location.endsWith(path),
	);
}

function sentOf({ status, location, response }: Json): Sent {
	const code = Number(isObject(status) ? status['code'] : status);
	if (code >= 200 && code < 300)
		return {
			ok: true,
			json: isObject(response) ? response : {},
			...(typeof location === 'string' && { location }),
		};
	return { ok: false, error: failureOf(code, response) };
}
