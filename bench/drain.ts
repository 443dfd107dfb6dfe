/**
 * Back-pressure: 100,000 new records drain through a real n8n in batches, and n8n stays what it was: little more memory,
 * an event loop that is never blocked for long. Beside it, the same rows in the same batches through n8n's own nodes that
 * do nothing with them: what any run of that many items costs n8n.
 *
 * What is counted, from the activation of the workflow (the call of the first run) until the last row can be read in the
 * destination (the last run has ended): seconds; the peak of n8n's resident memory above what it held newly started, and
 * above the least that it held at rest, once it had given back what its start took; the longest time in which its event loop answered nothing, and how much of that was its own work: on a
 * machine with other work it may only have waited for a processor. `--profile` tells of every long stall whose code ran.
 */
import { join } from 'node:path';

import { until, type Stall } from '../test/n8n/harness';
import { number } from './parts/given';
import { resting } from './parts/idle';
import { Loads, median, momentOf, rounded, seconds, type Measured } from './parts/measure';
import { differing, mirror, rows, rowSize } from './parts/people';
import { write } from './parts/report';
import { say } from './parts/server';
import { stage, type Stage } from './parts/stage';
import { blame } from './parts/stalls';
import { credentials, ours, passingOn, passOn, type Credentials } from './parts/workflows';

const ROWS = 100_000;
/** As the trigger's own batches. */
const BATCH = 500;
/** What must hold. */
const MOST_MEMORY_MB = 200;
const LONGEST_STALL_MS = 200;

interface Drained extends Measured {
	/** What n8n held at most above what it held newly started. */
	aboveStartMB: number;
	/** Of the longest stall, what the event loop's thread itself computed. */
	stallOwnMs: number;
	/** n8n's task runner, a process of its own, at the end. */
	taskRunnerMB: number;
	batches: number;
}

export async function run(given: string[]): Promise<{ result: unknown; held: boolean }> {
	const count = number(given, '--rows', ROWS);
	const profiled = given.includes('--profile');
	const place = await stage(count);
	try {
		const access = await credentials(place.n8n, place.people);
		const drained = await drain(place, access, count, profiled);
		const passed = await pass(place, access, count, profiled);
		const held =
			drained.aboveStartMB <= MOST_MEMORY_MB && drained.stallOwnMs <= LONGEST_STALL_MS && drained.differing === 0;
		if (drained.aboveStartMB > MOST_MEMORY_MB)
			say(`more than ${MOST_MEMORY_MB} MB above an n8n that has just started`);
		if (drained.stallOwnMs > LONGEST_STALL_MS) say(`the event loop was blocked over ${LONGEST_STALL_MS} ms`);
		if (drained.differing > 0) say(`${drained.differing} rows are not as in the source`);
		const results = [drained, passed];
		if (!profiled && count === ROWS) await report(place, count, results);
		const listed = results.map(({ seconds: took, differing: left, ...rest }) => ({
			...rest,
			seconds: rounded(median(took)),
			equal: left === 0,
		}));
		const ratio = rounded(median(drained.seconds) / median(passed.seconds));
		return { result: { name: 'drain', rows: count, results: listed, ratios: { [passed.system]: ratio } }, held };
	} finally {
		await place.close();
	}
}

async function drain(place: Stage, access: Credentials, count: number, profiled: boolean): Promise<Drained> {
	const { people } = place;
	await mirror(people, 'ours');
	const workflow = await ours(place.n8n, access, 'ours', '*/10 * * * * *');
	return await measured(place, 'ours', count, profiled, async () => {
		await place.n8n.api.activate(workflow.id);
		await momentOf(async () => (await rows(people, 'ours')) >= count, {
			timeout: 900_000,
			every: 250,
			what: 'the last row',
		});
		await place.n8n.api.deactivate(workflow.id);
		return await differing(people, 'ours');
	});
}

/** The same rows through a trigger, a read and two nodes that pass them on. */
async function pass(place: Stage, access: Credentials, count: number, profiled: boolean): Promise<Drained> {
	const workflow = await passingOn(place.n8n, access, BATCH);
	return await measured(place, 'n8n passing on', count, profiled, async () => {
		await place.n8n.api.activate(workflow.id);
		for (let after = 0; after < count; after += BATCH) await passOn(place.n8n, after);
		const isOver = async () =>
			(await place.n8n.api.executions({ workflowId: workflow.id, status: 'running' })).length === 0;
		await until(isOver, { timeout: 60_000, every: 250, what: 'the last run to end' });
		await place.n8n.api.deactivate(workflow.id);
		return 0;
	});
}

/** Does `work` in a fresh n8n; it answers how many rows differ at the end. */
async function measured(
	place: Stage,
	system: string,
	count: number,
	profiled: boolean,
	work: () => Promise<number>,
): Promise<Drained> {
	const { startedMB, leastMB } = await resting(place);
	const loads = new Loads(leastMB);
	say(`· ${system} …`);
	const file = join(place.n8n.folder, `${system}.cpuprofile`);
	if (profiled) await place.n8n.profile(file);
	await place.n8n.resetLoad();
	const start = Date.now();
	const left = await work();
	const took = seconds(start);
	const load = await place.n8n.load();
	loads.add(load);
	const children = place.n8n.childrenMB();
	if (profiled) await place.n8n.profile(file);
	tell(profiled ? blame(file, load.stalls) : load.stalls);
	const longest = Math.max(0, ...load.stalls.map(({ cpuMs }) => cpuMs));
	say(
		`  ${rounded(took)} s, ${loads.extraMemoryMB} MB above rest, stalled ${loads.stallMs} ms at most, of which own work ${longest} ms`,
	);
	return {
		system,
		seconds: [took],
		extraMemoryMB: loads.extraMemoryMB,
		stallMs: loads.stallMs,
		aboveStartMB: Math.max(0, Math.round(load.peakMB - startedMB)),
		stallOwnMs: Math.round(longest),
		taskRunnerMB: children,
		batches: Math.ceil(count / BATCH),
		rowsWritten: system === 'ours' ? count : 0,
		cpuSeconds: rounded(load.cpuSeconds),
		differing: left,
	};
}

function tell(stalls: (Stall & { by?: string })[]): void {
	for (const { ms, cpuMs, by } of stalls)
		say(`  stalled ${Math.round(ms)} ms, own work ${Math.round(cpuMs)} ms${by ? `: ${by}` : ''}`);
}

async function report(place: Stage, count: number, results: Drained[]): Promise<void> {
	write({
		name: 'drain',
		work: `${count} new rows of about ${await rowSize(place.people)} bytes and 12 mapped fields, PostgreSQL to PostgreSQL (two databases of one server), in batches of ${BATCH}.`,
		counted: [
			'*ours*: Sync From Database Trigger → Source-Wins Mapping → Sync To Database, from the activation of the workflow until the last row can be read in the destination.',
			'*n8n passing on*: a webhook → Postgres (select) → two nodes that do nothing, called for one batch after the other: what so many items cost n8n itself; nothing is written.',
			`An n8n of this version that has just started holds some 700 MB, and gives nearly half of that back within a minute; above what it held newly started were at most: ${results.map(({ system, aboveStartMB }) => `${aboveStartMB} MB (*${system}*)`).join(', ')}. The command fails where *ours* is more than ${MOST_MEMORY_MB} MB above that, or blocks the event loop for more than ${LONGEST_STALL_MS} ms by its own work.`,
			'Extra memory: the peak of the n8n process above the least that it held at rest; its task runner, a process of its own, takes part in nothing here. Stall: the longest time its event loop answered nothing; on a machine with other work that is also the time in which it waited for a processor. `--profile` tells whose code ran in each stall.',
		],
		server: place.server,
		results,
		command: 'npm run bench -- drain',
	});
}
