import fc from 'fast-check';

import { converter, type Conversion } from '../../sync/convert';
import { SyncError, type Value } from '../../sync/types';

function convert(value: Value, as: Conversion['as'], more: Partial<Conversion> = {}): Value | { problem: string } {
	const converted = converter({ as, zone: 'UTC', ...more })(value);
	return converted.ok ? converted.value : { problem: converted.problem };
}

describe('as it is', () => {
	test('changes nothing, null and empty text included', () => {
		fc.assert(fc.property(fc.jsonValue(), (value) => expect(convert(value as Value, 'as it is')).toEqual(value)));
	});

	test('trims and changes case only when asked to, and only in text', () => {
		expect(convert('  Ann LEE ', 'as it is', { trim: true, case: 'lower' })).toBe('ann lee');
		expect(convert('  ', 'as it is', { trim: true })).toBe('');
		expect(convert(['A'], 'as it is', { trim: true, case: 'lower' })).toEqual(['A']);
	});
});

describe('text', () => {
	test.each([
		[12.5, '12.5'],
		[true, 'true'],
		[null, null],
		['', ''],
		[{ b: 1, a: [2] }, '{"a":[2],"b":1}'],
	])('of %j is %j', (value, text) => expect(convert(value as Value, 'text')).toEqual(text));
});

describe('number', () => {
	test.each<[Value, Value, Conversion['number']?]>([
		['42', 42],
		[' -0.10 ', -0.1],
		['1e3', 1000],
		['.5', 0.5],
		['-0', 0],
		['', null],
		['  ', null],
		['12345678901234567890', '12345678901234567890'],
		['0.12345678901234567890', '0.1234567890123456789'],
		['9007199254740993', '9007199254740993'],
		['9007199254740992', 9007199254740992],
		['1e999', `1${'0'.repeat(999)}`],
		['1,234.50', 1234.5, '1,234.5'],
		['1.234.567,5', 1234567.5, '1.234,5'],
		['1\u00a0234,5', 1234.5, '1 234,5'],
		["1'234.5", 1234.5, "1'234.5"],
		['12,345,678,901,234,567.89', '12345678901234567.89', '1,234.5'],
	])('of %j is %j', (value, number, form = undefined) =>
		expect(convert(value, 'number', { number: form })).toEqual(number),
	);

	test.each<[Value, Conversion['number']?]>([
		['12a'],
		['1,234.50'],
		['1.2.3'],
		['0x10'],
		['Infinity'],
		['NaN'],
		[true],
		[['1']],
		['1,23', '1,234.5'],
		['12,34,567', '1,234.5'],
		['€ 5'],
	])('is not made of %j', (value, form = undefined) =>
		expect(convert(value, 'number', { number: form })).toHaveProperty('problem'),
	);

	test('tells which number form would have read it', () => {
		expect(converter({ as: 'number', zone: 'UTC' })('1,234.50')).toMatchObject({
			todo: 'If it means a number, set Number Form to 1,234.5.',
		});
	});

	test('keeps every number that a double can hold, and every digit of one that it cannot', () => {
		fc.assert(
			fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) =>
				expect(convert(String(number), 'number')).toBe(number === 0 ? 0 : number),
			),
		);
		fc.assert(
			fc.property(fc.bigInt(), (integer) => {
				expect(String(convert(String(integer), 'number')).replace(/^(-?[\d]+)$/u, '$1')).toEqual(
					Number.isSafeInteger(Number(integer)) ? String(integer) : expect.anything(),
				);
				const converted = convert(String(integer), 'number');
				expect(BigInt(converted as string | number)).toBe(integer);
			}),
		);
	});
});

describe('yes/no', () => {
	test.each([
		...['true', 'T', 'yes', 'Y', 'on', '1', ' Yes ', 1, true].map((value) => [value, true] as const),
		...['false', 'F', 'no', 'N', 'off', '0', 0, false].map((value) => [value, false] as const),
	])('of %j is %j', (value, answer) => expect(convert(value, 'yes/no')).toBe(answer));
	test('of an empty value is empty', () => expect(convert('', 'yes/no')).toBeNull());
	test.each([['maybe'], [2], [[true]], [{}]])('is not made of %j', (value) =>
		expect(convert(value as Value, 'yes/no')).toHaveProperty('problem'),
	);
});

describe('date', () => {
	test.each<[Value, string, Partial<Conversion>?]>([
		['2026-07-31', '2026-07-31'],
		['20260731', '2026-07-31'],
		['2026-07-31 23:30:00', '2026-07-31'],
		['2026-07-31T23:30:00Z', '2026-08-01', { zone: 'Europe/Berlin' }],
		['2026-07-31T23:30:00', '2026-07-31', { zone: 'Europe/Berlin' }],
		['31.07.2026', '2026-07-31', { format: 'dd.MM.yyyy' }],
		['Jul 31, 2026', '2026-07-31', { format: 'MMM d, yyyy' }],
		[1785542400, '2026-08-01', { format: 'X' }],
		['1785542400000', '2026-07-31', { format: 'x', zone: 'America/New_York' }],
	])('of %j is %s', (value, date, more = {}) => expect(convert(value, 'date', more)).toBe(date));

	test.each<[Value, Partial<Conversion>?]>([
		['12:30'],
		['2026'],
		['2026-02-30'],
		['tomorrow'],
		[1785542400],
		[45000],
		[true],
		['2026-07-31', { format: 'dd.MM.yyyy' }],
		['31.13.2026', { format: 'dd.MM.yyyy' }],
	])('is not made of %j', (value, more = {}) => expect(convert(value, 'date', more)).toHaveProperty('problem'));

	test('needs a zone that exists and a format with a year', () => {
		expect(() => converter({ as: 'date', zone: 'Mars/Olympus' })).toThrow(SyncError);
		expect(() => converter({ as: 'date', zone: 'UTC', format: 'HH:mm' })).toThrow('has no year');
	});
});

describe('date and time', () => {
	test.each<[Value, string, Partial<Conversion>?]>([
		['2026-07-31T10:00:00Z', '2026-07-31T10:00:00Z'],
		['2026-07-31T10:00:00.120+02:00', '2026-07-31T08:00:00.12Z'],
		['2026-07-31 10:00:00.123456', '2026-07-31T08:00:00.123456Z', { zone: 'Europe/Berlin' }],
		['2026-07-31 10:00:00.123456+00', '2026-07-31T10:00:00.123456Z'],
		['2026-07-31', '2026-07-30T22:00:00Z', { zone: 'Europe/Berlin' }],
		['2026-07-31T10:00:00Z', '2026-07-31T12:00:00', { local: 'Europe/Berlin' }],
		['31.07.2026 10:00', '2026-07-31T08:00:00Z', { format: 'dd.MM.yyyy HH:mm', zone: 'Europe/Berlin' }],
		['1785542400123', '2026-08-01T00:00:00.123Z', { format: 'x' }],
	])('of %j is %s', (value, time, more = {}) => expect(convert(value, 'date and time', more)).toBe(time));

	test('of its own answer is that answer', () => {
		fc.assert(
			fc.property(
				fc.date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
				(date) => {
					const once = convert(date.toISOString(), 'date and time', { zone: 'Asia/Tokyo' });
					expect(new Date(once as string).getTime()).toBe(date.getTime());
					expect(convert(once, 'date and time')).toBe(once);
				},
			),
		);
	});
});

test('what is wrong is said without the value', () => {
	for (const as of ['number', 'yes/no', 'date', 'date and time'] as const) {
		const converted = converter({ as, zone: 'UTC' })('s3cret-value');
		expect(JSON.stringify(converted)).not.toContain('s3cret');
		expect(converted).toMatchObject({
			ok: false,
			problem: expect.stringMatching(/^is /u),
			todo: expect.stringMatching(/\.$/u),
		});
	}
});
