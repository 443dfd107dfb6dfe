/** Shorthands with which the tests write settings. */
import type { Conversion } from '../../sync/convert';
import {
	compileMapping,
	type Ask,
	type Desired,
	type Incoming,
	type MappingSettings,
	type RemovalRow,
	type Row,
} from '../../sync/mapping';
import { readSource } from '../../sync/mapping/value';
import type { Fields } from '../../sync/types';

export const asItIs: Conversion = { as: 'as it is', zone: 'UTC' };

export function row(field: string, value: unknown, more: Partial<Row> = {}): Row {
	return {
		field,
		value: readSource(value, `rows.${field}`),
		owner: 'source',
		ifEmpty: 'write',
		conversion: asItIs,
		...more,
	};
}

export function removalRow(field: string, set: unknown, onReturn: unknown, conversion = asItIs): RemovalRow {
	return {
		field,
		set: readSource(set, `set.${field}`),
		onReturn: readSource(onReturn, `return.${field}`),
		conversion,
	};
}

export function settings(more: Partial<MappingSettings> = {}): MappingSettings {
	return {
		rows: [],
		match: [more.rows?.[0]?.field ?? 'id'],
		removal: { kind: 'detach', rows: [] },
		may: { create: true, update: true },
		existing: { which: 'all' },
		zone: 'UTC',
		fingerprint: 'f',
		...more,
	};
}

export function map(
	more: Partial<MappingSettings>,
	fields: Fields,
	record: Partial<Incoming> = {},
	ask: Partial<Ask> = {},
): Desired {
	return compileMapping(settings(more)).map(
		{ fields, removed: false, sensitive: [], ...record },
		{ evaluate: () => fail('no expression here'), ...ask },
	);
}

function fail(message: string): never {
	throw new Error(message);
}
