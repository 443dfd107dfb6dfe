/** The fingerprint of a mapping: equal as long as the mapping means the same, whatever order its parts are in. */
import { canonical } from '../canonical';
import { fingerprint } from '../fingerprint';
import type { Value } from '../types';
import { toValue } from './value';

/** Parameters that only help to fill in the form, and traces that lists leave behind. */
const PRESENTATIONAL = new Set(['fieldsOf', 'database', 'schema', 'table', 'file', 'notice']);
const TRACES = new Set(['id', 'cachedResultName', 'cachedResultUrl']);

/**
 * The fingerprint of a Source-Wins Mapping node's raw parameters. Every list in them is a set (rows, conditions,
 * exceptions, match fields), so moving a row up changes nothing.
 */
export function mappingFingerprint(parameters: Readonly<Record<string, unknown>>): string {
	const meaning = Object.fromEntries(Object.entries(parameters).filter(([name]) => !PRESENTATIONAL.has(name)));
	return fingerprint(canonical(settled(toValue(meaning) ?? {})));
}

/** Without traces, and with every list in an order of its own. */
function settled(value: Value): Value {
	if (value === null || typeof value !== 'object') return value;
	if (Array.isArray(value)) {
		const members = value.map((member) => ({ member: settled(member), text: '' }));
		for (const entry of members) entry.text = canonical(entry.member);
		return members.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)).map((entry) => entry.member);
	}
	return Object.fromEntries(
		Object.entries(value)
			.filter(([name]) => !TRACES.has(name))
			.map(([name, member]) => [name, settled(member)]),
	);
}
