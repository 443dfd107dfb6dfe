/**
 * What a destination made of a write. A respelling is learned; a value that it did not take, or took as another one, is
 * a failure that names both values.
 */
import { same, set as setField } from './canonical';
import { conceal } from './fingerprint';
import { show } from './outcome';
import { respelled } from './respell';
import { SyncError, type Fields } from './types';

/**
 * Compares what was written with what was read back.
 * `told`: the fields that the destination spells in its own way. Throws SyncError `refused` for a field that it did not take.
 */
export function verify(written: Fields, actual: Fields, before: Fields, sensitive: string[]): Fields | null {
	let told: Fields | null = null;
	for (const [field, value] of Object.entries(written)) {
		const found = Object.hasOwn(actual, field) ? actual[field]! : null;
		if (same(value, found)) continue;
		if (!respelled(value, found)) {
			const [now, stands] = sensitive.includes(field) ? ['the value', 'another one'] : [show(value), show(found)];
			const kept = Object.hasOwn(before, field) && same(before[field], found);
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
		told ??= {};
		setField(told, field, found);
	}
	return told;
}

/** Values for the ledger: sensitive ones as keyed fingerprints. */
export function forLedger(fields: Fields | null, sensitive: string[], secret: string): Fields | null {
	return fields === null ? null : conceal(fields, sensitive, secret);
}

/** An error that holds no sensitive value: neither the field's own, nor one that the destination quotes. */
export function redact(error: SyncError, fields: Fields, sensitive: string[]): SyncError {
	if (sensitive.length === 0) return error;
	const { field, retryAfter } = error.detail;
	if (field !== undefined && sensitive.includes(field)) {
		return new SyncError(
			error.kind,
			`“${field}”, which is sensitive, has a value that the destination does not take`,
			{
				field,
				retryAfter,
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
