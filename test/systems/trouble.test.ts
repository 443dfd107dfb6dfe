/**
 * What goes wrong anywhere, asked of every system by its own definition: what each of its answers means, that it slows
 * down before a limit where its headers tell, that nothing is made of silence, of rubbish or of answers that are cut, and
 * that a quota that is spent ends a sync early, as no failure.
 */
import type { Condition, ErrorRule, SystemDefinition, Value } from '../../connectors/rest/definition';
import { judge } from '../../connectors/rest/net/errors';
import { http, type Http } from '../../connectors/rest/net/http';
import { clock, Pace, type Clock } from '../../connectors/rest/net/pace';
import { RestDestination } from '../../connectors/rest/destination';
import { put } from '../../connectors/rest/text/path';
import { SyncError, type Fields } from '../../sync/types';
import { systems } from '../../systems';
import { given, system as small, thing } from '../connectors/rest/system';
import { readAll } from '../conformance/source';
import { World } from '../engine/world';
import { Fake, trouble, type Answer, type Fault } from './fake';
import { sourceAt, type Stand } from './open';

const each = systems.map((system) => [system.displayName, system] as const);

/** A text that a simple pattern takes. */
const sample = ({ source }: RegExp): string =>
	source
		.replace(/^\^|\$$/gu, '')
		.split('|')[0]!
		.replaceAll('.*', 'it')
		.replaceAll('\\', '');

/** An answer for which a rule holds. */
function answerOf({ status, where = [] }: ErrorRule): { status: number; body: Fields } {
	// An object; or a list, where what is said of it begins in one.
	const body = (where[0]?.path.startsWith('[') ? [] : {}) as Fields;
	// The narrower conditions stand behind the wider ones, in the same place.
	for (const condition of where) put(body, condition.path, valueFor(condition));
	const code = status === '2xx' ? 200 : Array.isArray(status) ? status[0] : status;
	return { status: code ?? 400, body };
}

function valueFor(condition: Condition): Value {
	if ('matches' in condition) return sample(condition.matches);
	if ('present' in condition) return condition.present ? [{ message: 'It is wrong' }] : null;
	return condition.not === true ? 'something else' : condition.is[0]!;
}

describe.each(each)('%s', (_, { errors, limits }: SystemDefinition) => {
	const meant = ({ status, body }: { status: number; body: Fields }) =>
		judge({ status, headers: {}, text: JSON.stringify(body) }, body, errors)?.means ?? 'fine';

	test('each of its rules is reached, and none stands in the way of another', () => {
		expect(errors.rules.map((rule) => meant(answerOf(rule)))).toEqual(errors.rules.map(({ means }) => means));
	});

	test('what no rule names means what HTTP says', () => {
		const byRule = (status: number) => errors.rules.some((rule) => [rule.status].flat().includes(status));
		for (const [status, means] of [
			[401, 'denied'],
			[408, 'unavailable'],
			[429, 'too fast'],
			[500, 'unavailable'],
			[502, 'unavailable'],
			[504, 'unavailable'],
		] as const)
			if (!byRule(status)) expect([status, meant({ status, body: {} })]).toEqual([status, means]);
	});

	const turned = (): Clock & { at: number } => ({
		at: Date.UTC(2026, 10, 28, 12),
		now() {
			return this.at;
		},
		async sleep(milliseconds) {
			this.at += milliseconds;
		},
	});
	const spelled = (at: number, turning: Clock, unit = 'seconds'): string =>
		({
			seconds: String((at - turning.now()) / 1000),
			milliseconds: String(at - turning.now()),
			'epoch seconds': String(at / 1000),
			'epoch milliseconds': String(at),
			date: new Date(at).toUTCString(),
		})[unit]!;

	test('slows down before a limit where its headers tell, and stops where a day’s quota is spent', async () => {
		for (const { remaining, reset, unit, daily } of limits.headers) {
			const turning = turned();
			const pace = new Pace({ ...limits, windows: [] }, turning);
			const began = turning.at;
			const headers: Record<string, string> = { [remaining]: daily ? '0' : '1' };
			if (reset !== undefined) headers[reset] = spelled(turning.at + 10_000, turning, unit);
			pace.heard(headers);
			const turn = await pace.begin(turning.at + 86_400_000);
			if (daily) expect(turn).toMatchObject({ turn: false, quota: true });
			else if (reset !== undefined) expect(turning.at - began).toBeGreaterThanOrEqual(4000);
		}
		if (!limits.cost) return;
		const turning = turned();
		const pace = new Pace({ ...limits, windows: [] }, turning);
		const body: Fields = {};
		put(body, limits.cost.remaining, 10);
		put(body, limits.cost.most, 1000);
		put(body, limits.cost.restorePerSecond, 50);
		const began = turning.at;
		pace.heard({}, body);
		await pace.begin(turning.at + 60_000);
		expect(turning.at - began).toBeGreaterThan(3000);
	});

	test('is never asked faster than its windows allow', async () => {
		for (const window of limits.windows) {
			const turning = turned();
			const pace = new Pace({ ...limits, headers: [], windows: [window], concurrent: 10_000 }, turning);
			const began = turning.at;
			for (let n = 0; n <= window.requests; n++) {
				await pace.begin(turning.at + 3_600_000);
				pace.end();
			}
			expect(turning.at - began).toBeGreaterThanOrEqual(window.seconds * 1000);
		}
	});
});

describe('every system at a server that is not well', () => {
	let fake: Fake;
	beforeAll(async () => {
		fake = await Fake.start();
		// Nor for the pauses between tries, which client.test.ts looks at.
		jest.spyOn(clock, 'sleep').mockResolvedValue();
	});
	afterAll(async () => {
		jest.restoreAllMocks();
		await fake.stop();
	});
	// Nobody waits a minute for silence here.
	const impatient: Http = async (request) => await http({ ...request, timeout: 250 });

	const stand = (system: SystemDefinition): Stand => ({
		system,
		type: system.credentials[0].type,
		credential: {
			name: 'Authorization',
			...Object.fromEntries(
				['accessToken', 'apiKey', 'token', 'apiToken', 'appToken', 'secretKey', 'value'].map((name) => [
					name,
					`very-secret-${name}`,
				]),
			),
		},
		settings: Object.fromEntries(Object.keys(system.settings).map((name) => [name, 'x'])),
		url: fake.url,
	});
	const cases: [string, Fault['answer']][] = [
		['silence', 'silence'],
		['an answer that is cut', 'cut'],
		['half of a JSON text', trouble.garbled],
		['an empty answer', trouble.empty()],
		['an object that is none of its own', { body: { hello: 'world' } }],
		['a page of a proxy', { status: 200, body: '<html>sign in</html>', headers: { 'content-type': 'text/html' } }],
		['a server error', trouble.broken(503)],
		['a list of nothing that is a record', { body: 'null' }],
	];

	test.each(cases)(
		'makes nothing of %s: no record, no removal, no secret in what it says',
		async (_name, answer) => {
			fake.forget();
			fake.fault({ times: 100_000, answer });
			const all = systems.flatMap((system) =>
				Object.keys(system.objects).map(async (object) => {
					const read = readAll(sourceAt(stand(system), object, false, impatient));
					const outcome = await read.then(
						({ records, completes }) => `${records.length} records, ${completes ? 'complete' : 'cut'}`,
						(error: unknown) => (error instanceof SyncError ? error.kind : String(error)),
					);
					const said = await read.catch((error: unknown) => String(error));
					return { name: `${system.name} ${object}`, outcome, told: String(said).includes('very-secret') };
				}),
			);
			for (const { name, outcome, told } of await Promise.all(all))
				expect({ name, outcome, told }).toEqual({
					name,
					outcome: expect.stringMatching(/^(unreachable|setup|retry|refused|denied)$/),
					told: false,
				});
		},
		60_000,
	);
});

describe('a quota of a day that is spent', () => {
	const spent: Answer = { status: 429, headers: { 'retry-after': '3600' }, body: { policy: 'DAILY' } };
	const quota = small(thing, {
		errors: {
			message: ['message'],
			rules: [{ status: 429, where: [{ path: 'policy', is: ['DAILY'] }], means: 'quota spent' }],
		},
	});

	test('ends a sync early and as no failure; what is left comes when it is renewed', async () => {
		const fake = await Fake.start();
		const rows: Fields[] = [];
		fake.on('GET', '/things', ({ query }) => {
			const name = query.get('name');
			const things = rows.filter((row) => name === null || row.name === name);
			return { body: { things, total: things.length } };
		});
		fake.on('POST', '/things', (call) => {
			const row: Fields = { id: rows.length + 1, ...call.json() };
			rows.push(row);
			return { status: 201, body: row };
		});
		const world = await World.open();
		try {
			world.mapping = {
				...world.mapping,
				match: ['name'],
				unmapped: ['email', 'team'],
				removal: { kind: 'detach', set: {}, onReturn: {} },
			};
			for (let n = 1; n <= 20; n++) world.person(String(n));
			world.into = new RestDestination(given(fake.url, quota));
			fake.fault({ when: ({ method }) => method === 'POST' && rows.length >= 8, times: 1000, answer: spent });
			const first = await world.tick();
			expect(first.troubles).toEqual([]);
			expect(world.outcomes.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
			const made = rows.length;
			expect(made).toBeGreaterThanOrEqual(8);
			expect(made).toBeLessThan(20);
			// Another credential has a quota of its own: as if the day were over.
			fake.forget();
			world.into = new RestDestination(given(fake.url, quota));
			await world.renewed();
			await world.tick();
			expect(rows.map(({ name }) => name).sort()).toEqual(
				[...world.source.records.values()].map(({ name }) => name).sort(),
			);
			expect(new Set(rows.map(({ name }) => name)).size).toBe(20);
		} finally {
			await world.close();
			await fake.stop();
		}
	});
});
