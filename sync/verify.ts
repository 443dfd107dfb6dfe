/**
 * What a destination made of a write. A respelling is learned; a value that it did not take is a failure. Another value
 * than either is provisional: it may be all that the destination can hold, or somebody's edit of that moment. It is written
 * once more, and what is there then without being what was written is a failure that names both.
 */
import { same, set as setField } from './canonical';
import { conceal } from './fingerprint';
import { holds, isListed, plainValue } from './lists';
import { show } from './outcome';
import { isOwnSpelling, matches } from './plan';
import { respelled } from './respell';
import { SyncError, type FieldInfo, type Fields, type Value } from './types';

/** What is known of a link's fields. */
export interface KnownFields {
	fields: Fields | null;
	told: Fields | null;
	provisional?: Fields | null;
}

export interface Verified {
	/** The fields that the destination spells in its own way. */
	told: Fields | null;
	/** The fields that hold another value than was written, and neither refused nor respelt it. */
	provisional: Fields | null;
}

/** Compares what was written with what was read back. Throws SyncError `refused` for a field that was not taken. */
export function verify(
	written: Fields,
	actual: Fields,
	before: Fields,
	how: {
		sensitive: string[];
		known?: KnownFields;
		secret?: string;
		/** How long a field's text may be, where the destination declares it. */
		longest?: ReadonlyMap<string, number>;
		/** Nothing is provisional: what does not read back as it was written failed. */
		strict?: boolean;
	},
): Verified {
	const { known = { fields: null, told: null }, secret = '' } = how;
	let told: Fields | null = null;
	let provisional: Fields | null = null;
	for (const field of Object.keys(written)) {
		const value = written[field]!;
		const found = Object.hasOwn(actual, field) ? actual[field]! : null;
		const meant = plainValue(value);
		if (isListed(value) ? holds(value, found) : same(value, found)) continue;
		if (respelled(meant, found, how.longest?.get(field)) || isOwnSpelling(known, field, meant, found, secret)) {
			told ??= {};
			setField(told, field, found);
			continue;
		}
		const [now, stands] = how.sensitive.includes(field) ? ['the value', 'another one'] : [show(meant), show(found)];
		if (isProvisional(known, field, meant, secret)) throw notHeld(field, now, stands);
		const kept = Object.hasOwn(before, field) && same(before[field], found);
		if (kept || how.strict === true) {
			throw new SyncError(
				'refused',
				kept
					? `the destination did not take ${now} for “${field}”; ${stands} still stands there`
					: `the destination holds ${stands} in “${field}” after ${now} was written`,
				{
					field,
					todo: 'See whether the field is read-only, too small, or written by something else too.',
				},
			);
		}
		provisional ??= {};
		setField(provisional, field, found);
	}
	return { told, provisional };
}

/** This very value was written before, and another one stood there then. */
function isProvisional(known: KnownFields, field: string, value: Value, secret: string): boolean {
	const stood = known.provisional;
	return (
		stood !== null &&
		stood !== undefined &&
		Object.hasOwn(stood, field) &&
		matches(known.fields?.[field], value, secret)
	);
}

function notHeld(field: string, now: string, stands: string): SyncError {
	return new SyncError(
		'refused',
		`“${field}” cannot hold this value, or someone else writes it: ${now} was written twice, and ${stands} stands there`,
		{
			field,
			todo: 'Convert it in the mapping to what the field can hold, end the other writer, or accept what stands there.',
			final: true,
		},
	);
}

/** How long the destination's texts may be. */
export function longestOf(fields: FieldInfo[]): Map<string, number> {
	return new Map(fields.flatMap(({ name, maxLength }) => (maxLength === undefined ? [] : [[name, maxLength]])));
}

/** Values for the ledger: sensitive ones as keyed fingerprints. */
export function forLedger(fields: Fields | null, sensitive: string[], secret: string): Fields | null {
	return fields === null ? null : conceal(fields, sensitive, secret);
}

/** An error that holds no sensitive value: neither the field's own, nor one that the destination quotes. */
export function redact(error: SyncError, fields: Fields, sensitive: string[]): SyncError {
	if (sensitive.length === 0) return error;
	const { field, retryAfter, final } = error.detail;
	if (field !== undefined && sensitive.includes(field)) {
		return new SyncError(
			error.kind,
			`“${field}”, which is sensitive, has a value that the destination does not take`,
			{
				field,
				retryAfter,
				final,
				todo: 'See in the source what it holds; convert it in the mapping, or change the field of the destination.',
			},
		);
	}
	let message = error.message;
	for (const name of sensitive) {
		const value = fields[name];
		if (value === undefined || value === null || value === '') continue;
		message = message.split(typeof value === 'object' ? JSON.stringify(value) : String(value)).join('(sensitive)');
	}
	return new SyncError(error.kind, message, { ...error.detail, cause: undefined });
}
