import { readPairs } from '../../sync/mapping/translate';
import type { Value } from '../../sync/types';
import { rows, stamp } from './given';
import { asItIs, map, row } from './rows';
import { n8nIsHere, runMapping } from './run';

const pairs = readPairs('Sales\tS\nLegal\tL\n1\tone', 'Field 1');
const translated = (value: Value, otherwise: 'fail' | 'leave' | 'keep' | { fixed: string } = 'fail') =>
	map(
		{ rows: [row('id', 'x'), row('team', '={{ $json.team }}', { translate: { pairs, otherwise } })] },
		{ team: value },
	);

describe('pairs', () => {
	test('are read as a spreadsheet copies two columns, and as people type them', () => {
		const text = 'Sales\tS\r\n\r\n"Legal ""and"" Tax"\tL\nOps = O\nR&D → RD\n\tnone\nHR;H\n';
		expect(Object.fromEntries(readPairs(text, 'Field 1'))).toEqual({
			Sales: 'S',
			'Legal "and" Tax': 'L',
			Ops: 'O',
			'R&D': 'RD',
			'': 'none',
			HR: 'H',
		});
	});

	test('that are none, or contradict each other, are named by their line', () => {
		expect(() => readPairs('Sales\tS\nLegal', 'Field 2')).toThrow(
			'Field 2: line 2 of the translation (“Legal”) is no pair',
		);
		expect(() => readPairs('a\t1\na\t2', 'Field 2')).toThrow('takes “a” to “1” and to “2”');
		expect(() => readPairs('a\t1\na\t1', 'Field 2')).not.toThrow();
	});
});

describe('a translated field', () => {
	test('takes the value of its pair; numbers by their text, lists member by member, empty values as they are', () => {
		expect(translated('Sales').fields['team']).toBe('S');
		expect(translated(' Legal ').fields['team']).toBe('L');
		expect(translated(1).fields['team']).toBe('one');
		expect(translated(['Sales', 'Legal']).fields['team']).toEqual(['S', 'L']);
		expect(translated(null)).toMatchObject({ fields: { team: null }, mapped: { action: 'write' } });
		expect(translated(null)).not.toHaveProperty('unseen');
	});

	test('is converted after that', () => {
		const translate = { pairs: readPairs('J\ttrue\nN\tfalse', 'Field 1'), otherwise: 'fail' as const };
		const { fields } = map(
			{ rows: [row('on', '={{ $json.on }}', { translate, conversion: { ...asItIs, as: 'yes/no' } })] },
			{ on: 'J' },
		);
		expect(fields['on']).toBe(true);
	});

	test('without a pair fails its record, or does what the user says', () => {
		expect(translated('Sale').mapped.error).toEqual({
			field: 'team',
			value: 'Sale',
			reason: '"Sale" has no translation.',
			todo: expect.stringContaining('Is “Sales” meant?'),
		});
		expect(translated('Ops', 'leave')).toMatchObject({ mapped: { action: 'write', owned: ['id'] } });
		expect(translated('Ops', 'leave').fields).not.toHaveProperty('team');
		expect(translated('Ops', 'keep').fields['team']).toBe('Ops');
		expect(translated('Ops', { fixed: 'X' })).toMatchObject({
			fields: { team: 'X' },
			unseen: [{ field: 'team', value: 'Ops' }],
		});
		expect(translated(['Sales', 'Ops'], { fixed: 'X' }).fields['team']).toEqual(['S', 'X']);
		expect(translated(['Sales', 'Ops']).mapped.action).toBe('fail');
	});

	test('shows nothing of a sensitive value', () => {
		const { mapped } = map(
			{ rows: [row('id', 'x'), row('team', '={{ $json.team }}', { translate: { pairs, otherwise: 'fail' } })] },
			{ team: 'Sale' },
			{ sensitive: ['team'] },
		);
		expect(JSON.stringify(mapped.error)).not.toMatch(/Sale/u);
	});
});

(n8nIsHere ? describe : describe.skip)('the node in n8n', () => {
	jest.setTimeout(120_000);

	test('translates by pasted columns, and lists what it has never seen', async () => {
		const parameters = rows(
			{ field: 'id', value: '={{ $json.id }}' },
			{
				field: 'team',
				value: '={{ $json.team }}',
				settings: { translate: 'Sales\tS\nLegal\tL', otherwise: 'fixed', otherwiseValue: '?' },
			},
		);
		const teams = ['Sales', 'Ops', 'R&D', 'Legal', 'Ops'];
		const { items, hints, error } = await runMapping(
			parameters,
			teams.map((team, id) => ({ id, team, _sync: stamp(String(id)) })),
		);
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json['team'])).toEqual(['S', '?', '?', 'L', '?']);
		expect(hints[1]).toBe(
			'2 values of “team” have no translation: Ops (2 records), R&D (1 record). Add lines in Translate.',
		);
	});
});
