import {
	bytesOf,
	decimalText,
	exactBytes,
	exactFloat,
	exactFraction,
	exactInteger,
	exactJson,
	exactLocalTime,
	exactNumber,
	exactTimeOfDay,
	exactUtcTime,
	parseDecimal,
} from '../../sql/exact';

describe('a number', () => {
	test.each([
		['0', 0],
		['-0', 0],
		['-0.00', 0],
		['1', 1],
		['1.50', 1.5],
		['0.1', 0.1],
		['-17.10', -17.1],
		['1e3', 1000],
		['100000000000000000000', 1e20],
		['9007199254740991', 9007199254740991],
		['9007199254740992', 9007199254740992],
		['1e-7', 1e-7],
		['0.30000000000000004', 0.30000000000000004],
	])('%s is the number %p', (text, value) => {
		expect(exactNumber(text)).toBe(value);
	});

	test.each([
		['9007199254740993', '9007199254740993'],
		['-9007199254740993.10', '-9007199254740993.1'],
		['00012345678901234567890.5000', '12345678901234567890.5'],
		['0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
		['1e400', `1${'0'.repeat(400)}`],
		['1.5e-400', `0.${'0'.repeat(399)}15`],
		['NaN', 'NaN'],
		['Infinity', 'Infinity'],
		['-Infinity', '-Infinity'],
	])('%s stays text: no double holds it', (text, value) => {
		expect(exactNumber(text)).toBe(value);
	});

	test('keeps a 64-bit integer to the last digit', () => {
		expect(exactInteger(42n)).toBe(42);
		expect(exactInteger(9223372036854775807n)).toBe('9223372036854775807');
		expect(exactInteger(-9223372036854775808n)).toBe('-9223372036854775808');
		expect(exactInteger(1n << 60n)).toBe('1152921504606846976');
	});

	test('of single precision is the shortest decimal that means it', () => {
		expect(exactFloat(Math.fround(0.1))).toBe(0.1);
		expect(exactFloat(Math.fround(16777217))).toBe(16777216);
		expect(exactFloat(-Infinity)).toBe('-Infinity');
	});

	test('is taken apart and put together again', () => {
		expect(parseDecimal('abc')).toBeUndefined();
		expect(parseDecimal('.')).toBeUndefined();
		expect(parseDecimal('')).toBeUndefined();
		expect(decimalText(parseDecimal(' +.50 ')!)).toBe('0.5');
		expect(decimalText(parseDecimal('-120e-1')!)).toBe('-12');
	});
});

describe('a time', () => {
	test('shows no fraction, three digits or six', () => {
		expect(exactFraction('000')).toBe('');
		expect(exactFraction('1')).toBe('.100');
		expect(exactFraction('120000')).toBe('.120');
		expect(exactFraction('123456')).toBe('.123456');
	});

	test('with a zone ends in Z', () => {
		expect(exactUtcTime('2026-01-01 10:00:00+00')).toBe('2026-01-01T10:00:00Z');
		expect(exactUtcTime('2026-01-01 10:00:00.123456+00')).toBe('2026-01-01T10:00:00.123456Z');
		expect(exactUtcTime('2026-01-01 10:00:00')).toBe('2026-01-01T10:00:00Z');
		expect(exactUtcTime('infinity')).toBe('infinity');
	});

	test('without a zone does not', () => {
		expect(exactLocalTime('2026-01-01 10:00:00.5')).toBe('2026-01-01T10:00:00.500');
		expect(exactLocalTime('0044-03-15 00:00:00 BC')).toBe('0044-03-15 00:00:00 BC');
	});

	test('of day keeps its hours', () => {
		expect(exactTimeOfDay('10:00:00')).toBe('10:00:00');
		expect(exactTimeOfDay('-838:59:59.5')).toBe('-838:59:59.500');
	});
});

describe('bytes', () => {
	test('travel as base64 and come back', () => {
		const bytes = new Uint8Array([0, 1, 254, 255]);
		expect(exactBytes(bytes)).toBe('base64:AAH+/w==');
		expect(Buffer.from(bytesOf('base64:AAH+/w==')!)).toEqual(Buffer.from(bytes));
		expect(bytesOf('base64:')).toHaveLength(0);
	});

	test('are not taken from other text', () => {
		expect(bytesOf('AAH+/w==')).toBeUndefined();
		expect(bytesOf('base64:not bytes!')).toBeUndefined();
	});
});

describe('JSON', () => {
	test('is parsed', () => {
		expect(exactJson('{"a": [1, 2.50, null, true]}')).toEqual({ a: [1, 2.5, null, true] });
	});

	test('keeps numbers that no double holds, as text', () => {
		expect(exactJson('{"id": 9007199254740993, "n": 1.0}')).toEqual({ id: '9007199254740993', n: 1 });
	});
	test.each([
		['[0.1000000000000000055511151231257827]', ['0.1000000000000000055511151231257827']],
		[' 12345678901234567890', '12345678901234567890'],
		['{"a":[{"b":\n-12345678901234567890}]}', { a: [{ b: '-12345678901234567890' }] }],
		[
			'{"a":"1e5 and 12345678901234567890","b":"x: 12345678901234567890"}',
			{ a: '1e5 and 12345678901234567890', b: 'x: 12345678901234567890' },
		],
		['[1E2,1,-0.0]', [100, 1, 0]],
	])('numbers are told from texts that look like them: %s', (text, value) => expect(exactJson(text)).toEqual(value));

	test('a member called __proto__ is a member', () => {
		const value = exactJson('{"__proto__": {"x": 1}}') as object;
		expect(Object.keys(value)).toEqual(['__proto__']);
		expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
	});

	test('that is broken stays text', () => {
		expect(exactJson('{')).toBe('{');
	});
});
