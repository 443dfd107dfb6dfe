/** When time alone changes what a mapping says. */
import { compileScope } from '../../nodes/SourceWinsMapping/scope';
import { flipOf, readsOutside } from '../../sync/mapping';
import { readSource } from '../../sync/mapping/value';

const zone = 'Europe/Berlin';
const at = (text: string) => Date.parse(text);
const iso = (moment: number | undefined) => (moment === undefined ? undefined : new Date(moment).toISOString());

test.each([
	// A last day: in scope until it is over, and out at its midnight in the zone of the workflow.
	['a day that is to come', '2026-12-01', '2026-11-24T00:00:00+01:00', true, '2026-11-30T23:00:00.000Z'],
	['today', '2026-11-24', '2026-11-24T00:00:00+01:00', true, '2026-11-24T23:00:00.000Z'],
	['a day that is over', '2026-11-20', '2026-11-24T00:00:00+01:00', true, undefined],
	[
		'a day, compared with two weeks ahead',
		'2026-12-10',
		'2026-12-08T00:00:00+01:00',
		true,
		'2026-11-25T23:00:00.000Z',
	],
	[
		'a day behind a change to summer time',
		'2027-04-01',
		'2026-11-24T00:00:00+01:00',
		true,
		'2027-03-31T22:00:00.000Z',
	],
	[
		'a day at which an hour is given',
		'2026-12-01T08:00:00Z',
		'2026-11-24T00:00:00+01:00',
		true,
		'2026-12-01T23:00:00.000Z',
	],
	['a moment, compared with now', '2026-11-24T18:00:00Z', '2026-11-24T12:00:00Z', false, '2026-11-24T18:00:00.000Z'],
	['a moment that is over', '2026-11-24T11:00:00Z', '2026-11-24T12:00:00Z', false, undefined],
	['no date at all', 'soon', '2026-11-24T12:00:00Z', false, undefined],
])('%s flips the moment at which its comparison comes out otherwise', (_, date, moving, byDay, expected) => {
	const clock = { now: at('2026-11-24T12:00:00Z'), zone };
	expect(iso(flipOf(date, moving, byDay, clock))).toBe(expected);
});

test('what reads the clock or variables is told from what reads the record only', () => {
	const reads = (text: string) => readsOutside(readSource(text, 'at'));
	for (const text of [
		'={{ $now.toISO() }}',
		'={{ $today }}',
		'={{ DateTime.now().year }}',
		'={{ new Date().getDay() }}',
		'={{ Date.now() }}',
		'={{ $vars.company }}',
	])
		expect([text, reads(text)]).toEqual([text, true]);
	for (const text of [
		'={{ $json.now }}',
		'={{ $json.a + 1 }}',
		'={{ new Date($json.day).toISOString() }}',
		'$now',
		'={{ $json.today.trim() }}',
	])
		expect([text, reads(text)]).toEqual([text, false]);
});

const condition = (leftValue: string, operation: string, rightValue: string) => ({
	conditions: [{ id: '1', leftValue, rightValue, operator: { type: 'dateTime', operation } }],
	combinator: 'and',
});

test('a scope flips when its first date does, on whichever side the clock stands', () => {
	const clock = { now: at('2026-11-24T12:00:00Z'), zone };
	const evaluate = () => '2026-11-24T00:00:00.000+01:00';
	for (const scope of [
		condition('={{ $json.lastDay }}', 'afterOrEquals', '={{ $today }}'),
		condition('={{ $today }}', 'beforeOrEquals', '={{ $json.lastDay }}'),
	]) {
		const compiled = compileScope(scope, { workflow: zone, own: zone })!;
		expect(compiled.outside).toBe(false);
		expect(iso(compiled.flipsAt({ lastDay: '2026-11-24' }, evaluate, clock))).toBe('2026-11-24T23:00:00.000Z');
		expect(compiled.flipsAt({ lastDay: null }, evaluate, clock)).toBeUndefined();
	}
});

test('a scope that reads the clock in another way says so', () => {
	const text = { ...condition('={{ $json.lastDay > $now.toISODate() }}', 'equals', 'true') };
	text.conditions[0]!.operator = { type: 'string', operation: 'equals' };
	expect(compileScope(text, { workflow: zone, own: zone })!.outside).toBe(true);
});
