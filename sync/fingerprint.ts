/** Short hashes of canonical values: equal for equal values, whatever order their members came in. */
import { createHmac, hash } from 'node:crypto';

import { canonical, set } from './canonical';
import type { Fields, Value } from './types';

/** 132 bits of SHA-256 in base64url: two of a billion records share one by chance about once in 10^21. */
export function fingerprint(text: string): string {
	return hash('sha256', text, 'base64url').slice(0, 22);
}

/** What stands in the ledger in place of a sensitive value: comparable, and worth nothing without the ledger's secret. */
export interface Keyed {
	[name: string]: Value;
	$keyed: string;
}

/** A keyed fingerprint (HMAC-SHA-256, 132 bits) of a sensitive value. */
export function keyed(secret: string, value: Value): Keyed {
	return { $keyed: createHmac('sha256', secret).update(canonical(value)).digest('base64url').slice(0, 22) };
}

export function isKeyed(value: Value | undefined): value is Keyed {
	return (
		typeof value === 'object' &&
		value !== null &&
		!Array.isArray(value) &&
		typeof value['$keyed'] === 'string' &&
		Object.keys(value).length === 1
	);
}

/** The fields with every sensitive value replaced by its keyed fingerprint. An empty value stays empty. */
export function conceal(fields: Fields, sensitive: Iterable<string>, secret: string): Fields {
	let concealed: Fields | undefined;
	for (const name of sensitive) {
		const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
		if (value === undefined || value === null || isKeyed(value)) continue;
		concealed ??= { ...fields };
		set(concealed, name, keyed(secret, value));
	}
	return concealed ?? fields;
}

/** The key of a destination's row marks: not the secret itself, for the destination's own statements show it. */
export function markKey(secret: string, destination: number): string {
	return createHmac('sha256', secret).update(`marks of ${destination}`).digest('base64url').slice(0, 22);
}
