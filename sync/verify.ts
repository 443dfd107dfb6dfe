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
