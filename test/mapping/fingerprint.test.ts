import fc from 'fast-check';

import { mappingFingerprint } from '../../sync/mapping';

const parameters = {
	fieldsOf: 'postgres',
	table: { __rl: true, mode: 'list', value: 'people', cachedResultName: 'People' },
	rows: {
		row: [
			{ field: 'a', value: '={{ $json.a }}', settings: {} },
			{ field: 'b', value: 'x', settings: { owner: 'once' } },
		],
	},
	scope: {
		combinator: 'and',
		options: { version: 3 },
		conditions: [
			{
				id: '1',
				leftValue: '={{ $json.a }}',
				rightValue: 'x',
				operator: { type: 'string', operation: 'equals' },
			},
		],
	},
	removal: 'detach',
};

describe('the fingerprint of a mapping', () => {
	test('stays when only the form changes: its table, the order of rows and members, ids of conditions', () => {
		const { rows, scope } = parameters;
		const other = {
			removal: 'detach',
			scope: { ...scope, conditions: [{ ...scope.conditions[0], id: '2' }] },
			rows: { row: [rows.row[1], { value: '={{ $json.a }}', settings: {}, field: 'a' }] },
			fieldsOf: 'typed',
		};
		expect(mappingFingerprint(other)).toBe(mappingFingerprint(parameters));
	});

	test('changes with everything that means something', () => {
		const all = [
			parameters,
			{ ...parameters, removal: 'delete' },
			{ ...parameters, rows: { row: parameters.rows.row.slice(0, 1) } },
			{ ...parameters, rows: { row: [parameters.rows.row[0], { ...parameters.rows.row[1], value: 'y' }] } },
			{ ...parameters, scope: { ...parameters.scope, combinator: 'or' } },
			{ ...parameters, mapAll: true },
		].map(mappingFingerprint);
		expect(new Set(all).size).toBe(all.length);
	});

	test('is the same for any parameters once they have been through JSON', () => {
		fc.assert(
			fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (any) =>
				expect(mappingFingerprint(JSON.parse(JSON.stringify(any)))).toBe(mappingFingerprint(any)),
			),
		);
	});
});
