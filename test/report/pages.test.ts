/** Whatever stands in a record, a page shows it as text. */
import fc from 'fast-check';

import { charts } from '../../report/chart';
import { escaped, html } from '../../report/html';
import { overviewPage } from '../../report/overview';
import { historyTable, holdList, recordPage, recordTable } from '../../report/records';
import { page } from '../../report/style';
import { long, shown } from '../../report/words';
import { tokenFor, tokenHolds, type Wish } from '../../nodes/SyncBoardTrigger/access';
import { said, wishOf } from '../../nodes/SyncBoardTrigger/wishes';
import type { Cell, RecordLook, SyncLook } from '../../sync/look';

const EVIL = `"><script>alert('x')</script><img src=x onerror="alert(1)">\u0000&amp;`;
const moment = { now: Date.UTC(2026, 0, 2), zone: 'Europe/Berlin' };

const counted = (count: number) => ({ count, more: false });
const sync: SyncLook = {
	id: 1,
	name: EVIL,
	workflow: EVIL,
	health: 'failing',
	trouble: EVIL,
	records: 5,
	tickAt: moment.now - 5000,
	completeReadAt: null,
	oldestUnconfirmed: moment.now - 3_600_000,
	destinations: [
		{
			id: 2,
			node: 'n',
			name: EVIL,
			target: EVIL,
			open: { pending: { count: 10_000, more: true }, held: counted(1), failed: counted(0), dropped: counted(0) },
			sweptAt: null,
			sweeping: false,
			down: { text: EVIL, since: null },
			holds: 1,
			load: { done: 250, total: 1000, perSecond: 5, left: 150_000 },
		},
	],
};
const cell: Cell = {
	destination: 2,
	part: EVIL,
	standing: 'failed',
	state: 'failed',
	healedAt: moment.now,
	confirmedAt: null,
	error: EVIL,
	attempts: 3,
	dueAt: moment.now,
	counterpart: EVIL,
	behind: true,
	detached: false,
};
const record: RecordLook = {
	key: EVIL,
	name: EVIL,
	present: true,
	changedAt: moment.now,
	version: 3,
	cells: [cell],
	fields: { [EVIL]: EVIL },
	sides: [{ ...cell, fields: { [EVIL]: EVIL }, told: { [EVIL]: EVIL }, provisional: { [EVIL]: EVIL } }],
};
const line = {
	destination: 2,
	key: EVIL,
	part: EVIL,
	at: moment.now,
	version: 1,
	outcome: EVIL,
	field: EVIL,
	was: EVIL,
	now: EVIL,
	why: EVIL,
	run: 7,
};
const to = (query: Record<string, unknown>) => `?${new URLSearchParams(query as Record<string, string>).toString()}`;

test('nothing of a record, a name or an error becomes part of a page', () => {
	const whole = page(EVIL, [
		overviewPage([sync], moment, to),
		recordTable(sync, [record], moment, to),
		recordPage(sync, record, [line], moment, {
			to,
			allowed: { retry: true, release: true, resync: true, done: true },
			older: '?x',
		}),
		historyTable(sync, [line], moment, { keys: true, to }),
		holdList(
			sync,
			[{ id: 3, destination: 2, kind: 'removals', reason: EVIL, count: 9, names: [EVIL], createdAt: moment.now }],
			moment,
			{ to },
		),
		charts([{ at: moment.now, changes: 4, heals: 0, failures: 1 }], moment),
	]);
	expect(whole).not.toMatch(/<script|<img|onerror="/u);
	expect(whole).not.toContain('\u0000');
	expect(whole).toContain('more than 10,000');
	expect(whole).toMatch(/250 of 1,000\s+\(25 %\)/u);
	expect(whole).toContain('about 2 minutes left');
});

test('any text is escaped, once, and can be read back', () => {
	const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme' }), (text) => {
			const given = html`<p title="${text}">${text}</p>`.text;
			expect(escaped(text)).not.toMatch(/[<>"']/u);
			const inner = /^<p title="[^"]*">([^<]*)<\/p>$/u.exec(given)![1]!;
			const kept = text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/gu, '\uFFFD');
			expect(inner.replace(/&(?:amp|lt|gt|quot|#39);/gu, (one) => entities[one]!)).toBe(kept);
		}),
	);
});

test('a value is shown as what it is', () => {
	expect(shown(null).text).toContain('empty');
	expect(shown('').text).toContain('empty text');
	expect(shown({ a: [1] }).text).toBe('{&quot;a&quot;:[1]}');
	expect(long(1000)).toBe('1 second');
	expect(long(90 * 60_000)).toBe('1 hour');
	expect(long(86_400_000)).toBe('1 day');
});

test('a form works for its person, its board, what it says, and for an hour or two', () => {
	const wish: Wish = { does: 'retry', sync: 1, record: 'a' };
	const at = Date.UTC(2026, 0, 1, 12, 30);
	const token = tokenFor('secret', 'board', 'olive', wish, at);
	const holds = (change: Partial<{ secret: string; board: string; visitor: string; wish: Wish; at: number }>) =>
		tokenHolds(
			token,
			change.secret ?? 'secret',
			change.board ?? 'board',
			change.visitor ?? 'olive',
			change.wish ?? wish,
			change.at ?? at,
		);
	expect(holds({})).toBe(true);
	expect(holds({ at: at + 3_600_000 })).toBe(true);
	expect(holds({ at: at + 2 * 3_600_000 })).toBe(false);
	for (const change of [
		{ secret: 'other' },
		{ board: 'other' },
		{ visitor: 'mallory' },
		{ wish: { ...wish, record: 'b' } },
		{ wish: { ...wish, does: 'resync' } },
		{ wish: { does: 'retry', sync: 1 } },
	])
		expect([change, holds(change)]).toEqual([change, false]);
	expect(tokenHolds('', 'secret', 'board', 'olive', wish, at)).toBe(false);
});

test('what an address or a form may ask for, and what it may have said', () => {
	expect(wishOf({ do: 'release', sync: '1', hold: '7' })).toEqual({ does: 'release', sync: 1, hold: 7 });
	expect(wishOf({ do: 'retry', sync: '1' })).toEqual({ does: 'retry', sync: 1 });
	for (const given of [
		{},
		{ do: 'forget', sync: '1' },
		{ do: 'retry' },
		{ do: 'release', sync: '1' },
		{ do: 'resync', sync: '1' },
		{ do: ['retry'], sync: '1' },
	])
		expect(wishOf(given)).toBeUndefined();
	expect(said({ said: '<b>pay here</b>', count: '3' })).toBe(false);
	expect(html`${said({ said: 'retry', count: '3' })}`.text).toContain('3 writes will be tried again');
});
