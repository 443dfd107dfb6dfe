/**
 * Pushed events until they are in a Postgres table: this package, and n8n's own Webhook node with a Postgres node behind
 * it (which remembers nothing and answers before anything is written), in one n8n, one after the other.
 *
 * Ten events a second for a minute over two hundred keys; each event's time runs from right before it is sent until a row
 * as new as it can be read, by the destination's clock, which is this machine's. Then a burst, of ours alone: a thousand
 * events in ten seconds; how many runs they became. `--lazy`: n8n makes a sandbox for expressions only where there is one
 * to evaluate, not for every request.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

import { sql } from 'kysely';

import { open } from '../sql/open';
import type { Database } from '../sql/types';
import { startN8n, until, type N8n } from '../test/n8n/harness';
import { available, startPostgres } from '../test/servers/postgres';
import { number } from './parts/given';
import { Loads, rounded, within } from './parts/measure';
import { publish, pushTables, send, SYSTEMS, tableOf, type Event, type System } from './parts/pushing';
import { write } from './parts/report';
import { say } from './parts/server';

const KEYS = 200;
const RATE = 10;
const SECONDS = 60;
/** How often a sender tries; a second later each time. */
const TIMES = 10;
/** What 95 of 100 events must need at most. */
const MOST = 2;

export async function run(given: string[]): Promise<{ result: unknown; held: boolean }> {
	const there = available();
	if (!there.ok) throw new Error(`missing: ${there.missing}`);
	const duration = number(given, '--seconds', SECONDS);
	say('· starting PostgreSQL and n8n …');
	const server = await startPostgres();
	const { host, port, database, user, password } = server;
	const db = await open(
		{ dialect: 'postgres', host, port, database, user, password },
		{ readOnly: false, values: 'plain' },
	);
	let n8n: N8n | undefined;
	try {
		n8n = await startN8n(given.includes('--lazy') ? { env: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' } } : {});
		await pushTables(db);
		await publish(n8n, { host, port, database, user, password, ssl: 'disable' });
		await settle(n8n, db);
		const results = [];
		for (const system of SYSTEMS) results.push(await steady(n8n, db, system, duration));
		const burst = await many(n8n, db);
		const [first, second] = results;
		if (duration === SECONDS && !given.includes('--lazy')) report(results, burst, await versionOf(db));
		return {
			result: {
				name: 'push',
				p95Seconds: first!.p95Seconds,
				results,
				ratios: { 'n8n nodes': rounded(first!.seconds / second!.seconds) },
				burst,
			},
			held: first!.p95Seconds < MOST && first!.missing === 0 && burst.missing === 0,
		};
	} finally {
		await n8n?.remove();
		await db.close();
		await server.stop();
	}
}

/** Both answer and write before anything is measured. */
async function settle(n8n: N8n, db: Database): Promise<void> {
	for (const system of SYSTEMS) {
		await until(async () => (await send(n8n, system, { key: 'first', number: 0, name: 'first' })) === 200, {
			what: `${system} to answer`,
		});
		await until(async () => (await newest(db, system)).has('first'), { what: `${system} to write` });
	}
}

/** When each version of each key came, the first first. */
async function newest(db: Database, system: System): Promise<Map<string, { number: number; at: number }[]>> {
	const rows = await db.all(
		sql<{ key: string; number: number; at: number }>`SELECT * FROM ${sql.id(`${tableOf(system)}_log`)} ORDER BY at`,
	);
	const found = new Map<string, { number: number; at: number }[]>();
	for (const { key, number, at } of rows) found.set(key, [...(found.get(key) ?? []), { number, at }]);
	return found;
}

/** Sends events evenly over a time; answers when each was sent. */
async function sending(n8n: N8n, system: System, rate: number, duration: number, offset: number) {
	const sent: { event: Event; at: number; done: Promise<number> }[] = [];
	const begin = Date.now();
	for (let n = 0; n < rate * duration; n++) {
		await delay(Math.max(0, begin + (n * 1000) / rate - Date.now()));
		const event = { key: String((n * 7919) % KEYS), number: offset + n, name: `version ${offset + n}` };
		const at = Date.now();
		sent.push({ event, at, done: delivered(n8n, system, event) });
	}
	const repeated = (await Promise.all(sent.map(({ done }) => done))).filter((times) => times > 1).length;
	if (repeated > 0) say(`  ${repeated} events were sent again, since they were not answered with 200`);
	return { sent, repeated };
}

/** Sends an event until it is answered with 200, as senders do; how often it was sent. */
async function delivered(n8n: N8n, system: System, event: Event): Promise<number> {
	for (let times = 1; ; times++) {
		if ((await send(n8n, system, event).catch(() => 0)) === 200 || times === TIMES) return times;
		await delay(times * 1000);
	}
}

async function arrivals(db: Database, system: System, sent: { event: Event; at: number }[]): Promise<number[]> {
	const came = await newest(db, system);
	return sent.flatMap(({ event, at }) => {
		const there = came.get(event.key)?.find(({ number }) => number >= event.number);
		return there ? [(there.at - at) / 1000] : [];
	});
}

async function steady(n8n: N8n, db: Database, system: System, duration: number) {
	say(`· ${system}: ${RATE} events a second for ${duration} s …`);
	const loads = new Loads((await n8n.load()).rssMB);
	await n8n.resetLoad();
	const { sent, repeated } = await sending(n8n, system, RATE, duration, 1);
	const seconds = await until(
		async () => {
			const all = await arrivals(db, system, sent);
			return all.length === sent.length && all;
		},
		{ what: 'all events to arrive', timeout: 60_000 },
	).catch(async () => await arrivals(db, system, sent));
	loads.add(await n8n.load());
	const found = {
		seconds: within(seconds, 0.5),
		p95Seconds: within(seconds, 0.95),
		slowest: within(seconds, 1),
	};
	say(`  median ${found.seconds} s, 95 of 100 within ${found.p95Seconds} s, the slowest ${found.slowest} s`);
	const missing = sent.length - seconds.length;
	const rows = [...(await newest(db, system)).values()].reduce((sum, all) => sum + all.length, 0);
	return {
		system,
		...found,
		events: sent.length,
		repeated,
		missing,
		rows,
		extraMemoryMB: loads.extraMemoryMB,
		stallMs: loads.stallMs,
	};
}

async function versionOf(db: Database): Promise<string> {
	const [row] = await db.all(sql<{ version: string }>`SELECT current_setting('server_version') AS version`);
	return `PostgreSQL ${row!.version.split(' ')[0]}`;
}

function report(
	results: Awaited<ReturnType<typeof steady>>[],
	burst: Awaited<ReturnType<typeof many>>,
	server: string,
): void {
	const each = results.map(
		({ system, p95Seconds, slowest }) => `*${system}*: 95 of 100 within ${p95Seconds} s, the slowest ${slowest} s.`,
	);
	write({
		name: 'push',
		work: `${RATE} events a second for ${SECONDS} s over ${KEYS} keys, signed, from right before each is sent until a row as new as it can be read in a PostgreSQL table.`,
		counted: [
			...each,
			'*ours*: Sync From Webhook Trigger → Source-Wins Mapping → Sync To Database; the first event after a quiet time is handed over at once, what comes within half a second of that is gathered. *n8n nodes*: Webhook → Postgres (upsert), which remembers nothing, answers before anything is written, and writes events in the order in which their runs happen to end.',
			`Then ${burst.events} events in 10 s, of ours alone: ${burst.runs} runs, 95 of 100 within ${burst.p95Seconds} s, ${burst.missing} of ${burst.keys} keys without their newest version at the end. ${burst.repeated} events had to be sent again, since n8n itself did not answer them: for every request to a webhook that is not of its own Webhook node it makes a sandbox for expressions, unless N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE=true (\`--lazy\`).`,
			'The command fails where *ours* needs more than 2 s for 95 of 100, or where an event is missing in the end.',
		],
		server,
		results: results.map(({ system, seconds, extraMemoryMB, stallMs, rows, missing }) => ({
			system,
			seconds: [seconds],
			extraMemoryMB,
			stallMs,
			rowsWritten: rows,
			differing: missing,
		})),
		command: 'npm run bench -- push',
	});
}

/** A thousand events in ten seconds, and how many runs they became. */
async function many(n8n: N8n, db: Database) {
	say('· ours: a burst of 1,000 events in 10 s …');
	const runs = () => {
		const ledger = new DatabaseSync(join(n8n.folder, '.n8n', 'one-way-sync.sqlite'), { readOnly: true });
		const row = ledger.prepare('SELECT count(*) AS count FROM run').get() as { count: number };
		ledger.close();
		return row.count;
	};
	const before = runs();
	const { sent, repeated } = await sending(n8n, 'ours', 100, 10, 1_000_000);
	const wanted = new Map(sent.map(({ event }) => [event.key, event.number]));
	const open_ = async () => {
		const came = await newest(db, 'ours');
		return [...wanted].filter(([key, number]) => !came.get(key)?.some((one) => one.number >= number)).length;
	};
	await until(async () => (await open_()) === 0, { what: 'the newest version of every key', timeout: 60_000 }).catch(
		() => undefined,
	);
	const seconds = await arrivals(db, 'ours', sent);
	const result = {
		events: sent.length,
		repeated,
		keys: wanted.size,
		runs: runs() - before,
		p95Seconds: within(seconds, 0.95),
		missing: await open_(),
	};
	say(`  ${result.runs} runs, 95 of 100 within ${result.p95Seconds} s`);
	return result;
}
