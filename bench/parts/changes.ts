/**
 * Many rows, few of them changed, until they are in the destination: this package, one SQL statement, and n8n's own nodes
 * where these can do it at all, side by side over one PostgreSQL and in one n8n.
 *
 * What is counted. *ours*: from the second at which n8n's clock strikes (the trigger runs by a cron line) until the last
 * changed row can be read in the destination; reading the source, the comparison, the run through n8n and the write are
 * all in it, the wait for the clock is not. *n8n nodes*: from the call that starts the workflow until the same. *sql*: the
 * statement, to its commit. Memory: the n8n process's peak in that time (resident) above the least that it held idle,
 * newly started, before any of that contender's rounds.
 */
import { setTimeout as delay } from 'node:timers/promises';

import { until } from '../../test/n8n/harness';
import { number } from './given';
import { idling } from './idle';
import { Loads, median, momentOf, rounded, seconds, type Measured } from './measure';
import { arrived, bySql, change, differing, mirror, rows, rowSize, vacuum, written } from './people';
import { write } from './report';
import { say } from './server';
import { stage, type Stage } from './stage';
import { call, comparing, credentials, ours, writingAll, type Credentials } from './workflows';

export interface Changes {
	name: string;
	rows: number;
	/** One of so many rows is changed in each round. */
	share: number;
	/** Seconds between two strikes of the clock. */
	beat: number;
	/** How many times as long as the SQL statement it may take. */
	most: number;
	/** How many times faster than n8n's own nodes it must be; undefined: they are not asked. */
	least?: number;
}

const ROUNDS = 5;
/** The server counts a session's rows within ten seconds. */
const COUNTED = 11_000;

export async function changes(what: Changes, given: string[]): Promise<{ result: unknown; held: boolean }> {
	const rows = number(given, '--rows', what.rows);
	const rounds = number(given, '--rounds', ROUNDS);
	// Leaves out what takes minutes, while working on the rest.
	const peers = what.least !== undefined && !given.includes('--without-n8n-nodes');
	const place = await stage(rows);
	try {
		const results = await compare(place, { ...what, rows }, rounds, peers);
		for (const { system, differing: left } of results)
			if (left > 0) say(`${system}: ${left} rows are not as in the source`);
		const [first, ...others] = results;
		const ratios = Object.fromEntries(
			others.map(({ system, seconds: took }) => [system, rounded(median(first!.seconds) / median(took))]),
		);
		const near = ratios['sql']! <= what.most;
		if (!near) say(`more than ${what.most} times as long as the SQL statement`);
		const nodes = ratios['n8n nodes'];
		const fast = nodes === undefined || 1 / nodes >= what.least!;
		if (!fast) say(`not ${what.least} times faster than n8n's own nodes`);
		const listed = results.map(({ seconds: took, differing: left, ...rest }) => ({
			...rest,
			seconds: rounded(median(took)),
			spread: [rounded(Math.min(...took)), rounded(Math.max(...took))],
			rounds: took.length,
			equal: left === 0,
		}));
		return {
			result: { name: what.name, rows, results: listed, ratios },
			held: near && fast && results.every(({ differing: left }) => left === 0),
		};
	} finally {
		await place.close();
	}
}

async function compare(place: Stage, what: Changes, rounds: number, peers: boolean): Promise<Measured[]> {
	const { people } = place;
	const { rows: count, share, beat } = what;
	for (const name of ['ours', 'sql', 'nodes']) await mirror(people, name);
	const access = await credentials(place.n8n, people);

	say('· first load, ours …');
	const workflow = await ours(place.n8n, access, 'ours', cron(beat));
	const started = Date.now();
	await place.n8n.api.activate(workflow.id);
	await momentOf(async () => (await rows(people, 'ours')) >= count, {
		timeout: 3_600_000,
		every: 200,
		what: 'the first load',
	});
	say(`  ${seconds(started)} s`);
	await delay(3000);
	await place.n8n.api.deactivate(workflow.id);
	await bySql(people, 'sql');
	for (const name of ['ours', 'sql']) await vacuum(people, name);

	// Begun anew, so that what the first load left in memory helps nobody.
	const idle = await idling(place);
	await place.n8n.api.activate(workflow.id);
	const before = { ours: await written(people, 'ours'), sql: await written(people, 'sql') };
	const took: Record<'ours' | 'sql', number[]> = { ours: [], sql: [] };
	const loads = new Loads(idle);
	await nextStrike(beat, beat - 3); // the tick of the activation itself is over by then
	for (let round = 1; round <= rounds; round++) {
		const changed = await change(people, share, round);
		const inSql = async () => {
			const start = Date.now();
			await bySql(people, 'sql');
			took.sql.push(seconds(start));
		};
		if (round % 2 === 0) await inSql();
		const strike = await nextStrike(beat, 0.2);
		loads.idles((await place.n8n.load()).rssMB);
		await place.n8n.resetLoad();
		const there = await momentOf(() => arrived(people, 'ours', changed), {
			timeout: 600_000,
			what: 'the changed rows',
		});
		took.ours.push((there - strike) / 1000);
		await delay(2000); // the run's own end, and what it still says to the ledger, count for memory and stall
		loads.add(await place.n8n.load());
		if (round % 2 === 1) await inSql();
		say(`  round ${round}: ours ${took.ours.at(-1)} s, sql ${took.sql.at(-1)} s`);
		if (round < rounds) await nextStrike(beat, beat - 8);
	}
	await place.n8n.api.deactivate(workflow.id);
	await delay(COUNTED);
	const perRound = async (name: 'ours' | 'sql') =>
		Math.round(((await written(people, name)) - before[name]) / rounds);
	const results: Measured[] = [
		{
			system: 'ours',
			seconds: took.ours,
			extraMemoryMB: loads.extraMemoryMB,
			stallMs: loads.stallMs,
			rowsWritten: await perRound('ours'),
			differing: await differing(people, 'ours'),
		},
		{
			system: 'sql',
			seconds: took.sql,
			extraMemoryMB: 0,
			stallMs: 0,
			rowsWritten: await perRound('sql'),
			differing: await differing(people, 'sql'),
		},
	];
	if (peers) results.push(...(await nodes(place, access, share, rounds)));
	await report(place, what, results);
	return results;
}

/** n8n's own nodes, each way once: it takes minutes. */
async function nodes(place: Stage, access: Credentials, share: number, rounds: number): Promise<Measured[]> {
	const { people } = place;
	const ways = [
		{ system: 'n8n nodes', path: 'compare', workflow: await comparing(place.n8n, access, 'nodes') },
		{ system: 'n8n upsert all', path: 'all', workflow: await writingAll(place.n8n, access, 'nodes') },
	];
	const results: Measured[] = [];
	for (const [at, { system, path, workflow }] of ways.entries()) {
		say(`· ${system} …`);
		await bySql(people, 'nodes');
		await vacuum(people, 'nodes');
		const idle = await idling(place);
		await place.n8n.api.activate(workflow.id);
		const before = await written(people, 'nodes');
		const changed = await change(people, share, rounds + 1 + at);
		await place.n8n.resetLoad();
		const start = Date.now();
		await call(place.n8n, path);
		const there = await momentOf(() => arrived(people, 'nodes', changed), {
			timeout: 600_000,
			every: 20,
			what: system,
		});
		const took = (there - start) / 1000;
		say(`  ${took} s`);
		const isOver = async () =>
			(await place.n8n.api.executions({ workflowId: workflow.id, status: 'running' })).length === 0;
		await until(isOver, { timeout: 600_000, every: 500, what: `the run of ${system} to end` });
		const loads = new Loads(idle);
		loads.add(await place.n8n.load());
		await place.n8n.api.deactivate(workflow.id);
		await delay(COUNTED);
		results.push({
			system,
			seconds: [took],
			extraMemoryMB: loads.extraMemoryMB,
			stallMs: loads.stallMs,
			rowsWritten: (await written(people, 'nodes')) - before,
			differing: await differing(people, 'nodes'),
		});
	}
	return results;
}

/** A strike every so many seconds, which divide a minute or are whole minutes. */
function cron(seconds: number): string {
	return seconds < 60 ? `*/${seconds} * * * * *` : `0 */${seconds / 60} * * * *`;
}

/** Waits until `before` seconds before the clock's next strike; answers the moment of the strike. */
async function nextStrike(seconds: number, before: number): Promise<number> {
	const beat = seconds * 1000;
	const now = Date.now();
	let strike = Math.ceil(now / beat) * beat;
	if (strike - before * 1000 < now) strike += beat;
	await delay(strike - before * 1000 - now);
	return strike;
}

async function report(
	place: Stage,
	{ name, rows: count, share, most, least }: Changes,
	results: Measured[],
): Promise<void> {
	const size = await rowSize(place.people);
	write({
		name,
		work: `${count} rows of about ${size} bytes and 12 mapped fields, PostgreSQL to PostgreSQL (two databases of one server); one row of ${share} is changed in four fields, and the time runs until all of them are in the destination.`,
		counted: [
			'*ours*: Sync From Database Trigger (Compare Everything) → Source-Wins Mapping (12 dragged-in fields) → Sync To Database, from the strike of the clock that starts the tick until the last changed row can be read in the destination.',
			'*sql*: one `INSERT … SELECT … ON CONFLICT DO UPDATE … WHERE … IS DISTINCT FROM` over postgres_fdw (fetch_size 10,000), in turn with *ours*. It detects no deletions, heals nothing and remembers nothing.',
			`The command fails where *ours* takes more than ${most} × as long as *sql*${least === undefined ? '' : `, or is not ${least} × faster than *n8n nodes*`}.`,
			...(least === undefined
				? []
				: [
						'*n8n nodes*: select both sides → Compare Datasets → upsert, from the call that starts it. *n8n upsert all*: select → upsert, which writes every row whether it has changed or not.',
					]),
			'Extra memory: the peak of the n8n process above the least that it held while idle, newly started, before any of that contender’s rounds; stall: the longest time its event loop answered nothing; both the worst of all rounds. Rows written: as the destination’s own statistics counted them, per round.',
			'After each contender the destination was compared with the source, row by row; the command fails where one differs.',
		],
		server: place.server,
		results,
		command: `npm run bench -- ${name}`,
	});
}
