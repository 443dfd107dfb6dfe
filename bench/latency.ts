/**
 * How long one change takes, all else being idle: from right before it is made until it can be read in the destination.
 *
 * By the clock: one row of a thousand is updated in the source at a moment of its own between two ticks, which come every ten
 * seconds; beside it, in the same n8n and afterwards, n8n's Postgres Trigger, which the database calls, with its Postgres
 * node. By push: one signed event every three seconds to the webhook trigger, and to n8n's Webhook and Postgres nodes.
 */
import { setTimeout as delay } from 'node:timers/promises';

import { sql } from 'kysely';

import type { ServerConfig } from '../sql/types';
import { until } from '../test/n8n/harness';
import { number } from './parts/given';
import { Loads, median, momentOf, rounded, within, type Measured } from './parts/measure';
import { arrived, bySql, mirror, rows, type Change, type People } from './parts/people';
import { publish, pushed, pushTables, SYSTEMS, type System } from './parts/pushing';
import { write } from './parts/report';
import { say } from './parts/server';
import { stage, type Stage } from './parts/stage';
import { credentials, ours, triggered } from './parts/workflows';

const ROWS = 1000;
const BEAT = 10;
const CHANGES = 20;
const EVENTS = 30;
const APART = 3000;
/** Seconds within which 95 of 100 must be. */
const BY_CLOCK = BEAT + 1;
const BY_PUSH = 0.5;

export async function run(given: string[]): Promise<{ result: unknown; held: boolean }> {
	const times = number(given, '--changes', CHANGES);
	const events = number(given, '--events', EVENTS);
	const place = await stage(ROWS);
	try {
		const results = [...(await byClock(place, times)), ...(await byPush(place, events))];
		for (const { system, seconds } of results)
			say(`  ${system}: median ${rounded(median(seconds))} s, 95 of 100 within ${p95(seconds)} s`);
		const of = (system: string) => p95(results.find((one) => one.system === system)!.seconds);
		if (times === CHANGES && events === EVENTS) report(place.server, results);
		return {
			result: {
				name: 'latency',
				results: results.map(({ system, seconds, extraMemoryMB, stallMs }) => ({
					system,
					seconds: rounded(median(seconds)),
					p95Seconds: p95(seconds),
					slowest: rounded(Math.max(...seconds)),
					times: seconds.length,
					extraMemoryMB,
					stallMs,
				})),
			},
			held: of('ours, every 10 s') <= BY_CLOCK && of('ours, pushed') <= BY_PUSH,
		};
	} finally {
		await place.close();
	}
}

async function byClock(place: Stage, times: number): Promise<Measured[]> {
	const { people, n8n } = place;
	for (const name of ['ours', 'nodes']) await mirror(people, name);
	const access = await credentials(n8n, people);
	const own = await ours(n8n, access, 'ours', `*/${BEAT} * * * * *`);
	await n8n.api.activate(own.id);
	await until(async () => (await rows(people, 'ours')) >= ROWS, { what: 'the first load', timeout: 120_000 });
	say(`· ${times} changes, one by one, every ${BEAT} s looked for …`);
	// Each at another moment between two ticks.
	const first = await changing(place, 'ours', times, (n) => (BEAT * 1000 * (n + 0.5)) / times);
	await n8n.api.deactivate(own.id);
	await bySql(people, 'nodes');
	const theirs = await triggered(n8n, access, 'nodes');
	await n8n.api.activate(theirs.id);
	await delay(APART);
	say("· as many, of which the database tells n8n's Postgres Trigger …");
	const second = await changing(place, 'nodes', times, () => APART);
	await n8n.api.deactivate(theirs.id);
	return [
		{ ...first, system: `ours, every ${BEAT} s` },
		{ ...second, system: 'n8n nodes, told by the database' },
	];
}

/** Changes one row after the other; the next one so long after a strike of the clock or, where none counts, after the last. */
async function changing(
	{ people, n8n }: Stage,
	name: 'ours' | 'nodes',
	times: number,
	wait: (n: number) => number,
): Promise<Measured> {
	const loads = new Loads((await n8n.load()).rssMB);
	await n8n.resetLoad();
	const took: number[] = [];
	for (let n = 0; n < times; n++) {
		if (name === 'ours') await delay(BEAT * 1000 - (Date.now() % (BEAT * 1000)));
		await delay(wait(n));
		const began = Date.now();
		const changed = await touch(people, n + 1 + (name === 'ours' ? 0 : times));
		const there = await momentOf(() => arrived(people, name, changed), {
			timeout: 60_000,
			every: 10,
			what: `change ${n + 1}`,
		});
		took.push((there - began) / 1000);
	}
	loads.add(await n8n.load());
	return {
		system: name,
		seconds: took,
		extraMemoryMB: loads.extraMemoryMB,
		stallMs: loads.stallMs,
		rowsWritten: times,
		differing: 0,
	};
}

async function touch({ source }: People, id: number): Promise<Change> {
	const at = new Date().toISOString();
	const changed = await source.all(sql<{ employee_no: string }>`
		UPDATE people SET salary = salary + 1, updated_at = ${at} WHERE id = ${id}::integer RETURNING employee_no`);
	return { employees: changed.map(({ employee_no }) => employee_no), at };
}

async function byPush({ people, n8n }: Stage, events: number): Promise<Measured[]> {
	const { host, port, database, user, password }: ServerConfig = people.destinationAt;
	await pushTables(people.destination);
	await publish(n8n, { host, port, database, user, password, ssl: 'disable' });
	const send = async (system: System, number: number) =>
		await pushed(n8n, people.destination, system, { key: String(number), number, name: `version ${number}` });
	// Both answer before anything is measured.
	for (const system of SYSTEMS) await until(async () => await send(system, 0).catch(() => false), { what: system });
	const results: Measured[] = [];
	for (const system of SYSTEMS) {
		say(`· ${events} events to ${system}, one by one …`);
		const loads = new Loads((await n8n.load()).rssMB);
		await n8n.resetLoad();
		const took: number[] = [];
		for (let n = 1; n <= events; n++) {
			await delay(APART);
			took.push(await send(system, n));
		}
		loads.add(await n8n.load());
		results.push({
			system: `${system}, pushed`,
			seconds: took,
			extraMemoryMB: loads.extraMemoryMB,
			stallMs: loads.stallMs,
			rowsWritten: events,
			differing: 0,
		});
	}
	return results;
}

const p95 = (seconds: number[]): number => within(seconds, 0.95);

function report(server: string, results: Measured[]): void {
	write({
		name: 'latency',
		work: `One change, all else being idle, from right before it is made until it can be read in a PostgreSQL table.`,
		counted: [
			...results.map(({ system, seconds }) => `*${system}*: 95 of 100 within ${p95(seconds)} s.`),
			`*ours, every ${BEAT} s*: one row of ${ROWS} is updated, each time at another moment between two ticks; Sync From Database Trigger → Source-Wins Mapping → Sync To Database. *n8n nodes, told by the database*: Postgres Trigger (the table's own trigger sends the row by NOTIFY) → Postgres (update); a change that is made while n8n is down is lost.`,
			`*ours, pushed*: one signed event every ${APART / 1000} s; Sync From Webhook Trigger → Source-Wins Mapping → Sync To Database. *n8n nodes, pushed*: Webhook → Postgres (upsert).`,
			`The command fails where *ours* needs more than ${BY_CLOCK} s, or pushed more than ${BY_PUSH} s, for 95 of 100.`,
		],
		server,
		results,
		command: 'npm run bench -- latency',
	});
}
