/** How fast one may ask: windows, headers, quotas, and what is shared. A clock that the test turns. */
import { accessTo } from '../../../connectors/rest/net/access';
import { Pace, type Clock } from '../../../connectors/rest/net/pace';
import type { Limits } from '../../../connectors/rest/definition';
import type { Fields } from '../../../sync/types';
import { given, system } from './system';

class Turned implements Clock {
	at = 1_000_000;
	now = () => this.at;
	sleep = async (milliseconds: number) => {
		this.at += milliseconds;
	};
}

const LIMITS: Limits = { windows: [], concurrent: 100, headers: [], retryAfter: 'retry-after', penalty: 30 };
const LATE = Infinity;

function paced(more: Partial<Limits>): { clock: Turned; pace: Pace; take: () => Promise<number> } {
	const clock = new Turned();
	const pace = new Pace({ ...LIMITS, ...more }, clock);
	const from = clock.at;
	return {
		clock,
		pace,
		take: async () => {
			await pace.begin(LATE);
			pace.end();
			return clock.at - from;
		},
	};
}

test('several windows are kept at once', async () => {
	const { take } = paced({
		windows: [
			{ requests: 2, seconds: 1 },
			{ requests: 3, seconds: 10 },
		],
	});
	expect([await take(), await take(), await take(), await take()]).toEqual([0, 0, 1000, 10_000]);
});

test('what is left is spread over what is left of the time, before nothing is left', async () => {
	const { pace, take } = paced({ headers: [{ remaining: 'x-left', reset: 'x-reset', unit: 'seconds', spare: 4 }] });
	pace.heard({ 'x-left': '50', 'x-reset': '60' });
	expect(await take()).toBe(0);
	pace.heard({ 'x-left': '3', 'x-reset': '8' });
	expect(await take()).toBe(2000);
	pace.heard({ 'x-left': '0', 'x-reset': '8' });
	expect(await take()).toBe(10_000);
});

test('a quota of a day that is spent lets nothing through, and says until when', async () => {
	const { pace, clock } = paced({
		headers: [{ remaining: 'left', reset: 'reset', unit: 'epoch seconds', daily: true }],
	});
	pace.heard({ left: '0', reset: String((clock.at + 5000) / 1000) });
	expect(await pace.begin(LATE)).toEqual({ turn: false, quota: true, wait: 5000 });
	clock.at += 5000;
	expect(await pace.begin(LATE)).toEqual({ turn: true });
});

test('a turn that would come too late is not waited for', async () => {
	const { pace, clock } = paced({});
	pace.slowDown(clock.at + 10_000);
	expect(await pace.begin(clock.at + 5000)).toEqual({ turn: false, quota: false, wait: 10_000 });
});

test('no more are under way than are allowed', async () => {
	const { pace } = paced({ concurrent: 1 });
	await pace.begin(LATE);
	let second = false;
	const waiting = pace.begin(LATE).then(() => (second = true));
	await new Promise((resolve) => setImmediate(resolve));
	expect(second).toBe(false);
	pace.end();
	await waiting;
	expect(second).toBe(true);
});

test('cost points that run low are waited for', async () => {
	const cost = { remaining: 'left', restorePerSecond: 'rate', most: 'most' };
	const { pace, take } = paced({ cost });
	pace.heard({}, { left: 900, rate: 50, most: 1000 });
	expect(await take()).toBe(0);
	pace.heard({}, { left: 100, rate: 50, most: 1000 });
	expect(await take()).toBe(2000);
});

test('one account has one pace, whatever access token n8n holds for it just now', () => {
	const paceFor = (credential: Fields) => accessTo({ ...given('https://things.test', system()), credential }).pace;
	const oauth = (access_token: string, more: Fields = {}) => ({
		clientId: 'c',
		oauthTokenData: { access_token, ...more },
	});
	const renewed = { refresh_token: 'r' };
	expect(paceFor(oauth('a', renewed))).toBe(paceFor(oauth('b', renewed)));
	expect(paceFor({ refreshToken: 'r', accessToken: 'a' })).toBe(paceFor({ refreshToken: 'r', accessToken: 'b' }));
	const others: Fields[] = [
		oauth('a'),
		oauth('b'),
		oauth('a', renewed),
		oauth('a', { refresh_token: 'other' }),
		{ accessToken: 'a' },
		{ accessToken: 'b' },
		{ refreshToken: 'r', accessToken: 'a' },
	];
	expect(new Set(others.map(paceFor)).size).toBe(others.length);
});
