import fc from 'fast-check';

import { orderingText } from '../../sync/ordering';

const sign = (one: string | null, other: string | null) => (one! < other! ? -1 : one! > other! ? 1 : 0);

test('numbers keep their order as text, as numbers and as decimal text alike', () => {
	const value = fc.oneof(fc.double({ noNaN: true, min: -1e80, max: 1e80 }), fc.integer(), fc.constant(0));
	fc.assert(
		fc.property(value, value, (one, other) => {
			expect(sign(orderingText(one), orderingText(other))).toBe(Math.sign(one - other) + 0);
		}),
		{ numRuns: 5000 },
	);
	const big = fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n });
	fc.assert(
		fc.property(big, big, (one, other) => {
			const wanted = one < other ? -1 : one > other ? 1 : 0;
			expect(sign(orderingText(String(one)), orderingText(String(other)))).toBe(wanted);
		}),
		{ numRuns: 5000 },
	);
});

test('times keep their order, whatever their zone and however many digits their seconds have', () => {
	const at = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-01-01'), noInvalidDate: true });
	const offset = fc.constantFrom('Z', '+02:00', '-0730', '+05');
	const text = (date: Date, zone: string) => {
		const [, way, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/u.exec(zone) ?? [];
		const shift = (way === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
		return new Date(date.getTime() + (way === undefined ? 0 : shift)).toISOString().replace('Z', zone);
	};
	fc.assert(
		fc.property(at, at, offset, offset, (one, other, zone, another) => {
			const [first, second] = [text(one, zone), text(other, another)];
			if (first.length + second.length > 60 || first.startsWith('+') || first.startsWith('-')) return;
			expect(sign(orderingText(first), orderingText(second))).toBe(
				Math.sign(one.getTime() - other.getTime()) + 0,
			);
		}),
		{ numRuns: 5000 },
	);
	expect(orderingText('2026-11-24 10:00:00.123456')! < orderingText('2026-11-24T10:00:00.1234561Z')!).toBe(true);
});

test('what says nothing of an order is null', () => {
	for (const value of [null, undefined, '', ' ', [1], { a: 1 }, true, Number.NaN])
		expect(orderingText(value)).toBeNull();
});
