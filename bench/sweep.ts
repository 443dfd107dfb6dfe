/**
 * A sweep: 1,000,000 linked rows among 1,000,000 that are not ours, 100 of ours edited in the destination, until all of
 * them hold the source's values again and the sweep is through. Beside it: the same heal as one hand-written SQL statement
 * over both tables in one database, and n8n's own nodes at a size that they survive.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

import { sql } from 'kysely';

import { number } from './parts/given';
import { idling, resting } from './parts/idle';
import { link } from './parts/linked';
import { Loads, median, momentOf, rounded, seconds, type Measured } from './parts/measure';
import { FIELDS, mirror, more, rowSize, SOURCE, vacuum, type People } from './parts/people';
import { write } from './parts/report';
import { say } from './parts/server';
import { stage, type Stage } from './parts/stage';
import { call, comparing, credentials, ours } from './parts/workflows';

const ROWS = 1_000_000;
const EDITED = 100;
const ROUNDS = 3;
/** Enough for n8n to get to know the sync by. */
const FIRST = 20;
/** Rows for n8n's own nodes: with these n8n stands still for a minute or two. */
const NODES = 50_000;
const BEAT = 10;
/** The sweep may take so many times as long as the statement, and n8n so much more memory than idle. */
const MOST = 5;
const MEGABYTES = 150;
/** The server counts a session's rows within ten seconds. */
const COUNTED = 11_000;

export async function run(given: string[]): Promise<{ result: unknown; held: boolean }> {
	const count = number(given, '--rows', ROWS);
	const rounds = number(given, '--rounds', ROUNDS);
	const peers = number(given, '--nodes', NODES);
	const place = await stage(FIRST);
	try {
		const { results, aboveStartMB } = await compare(place, count, rounds);
		if (peers > 0) results.push(await nodes(place, peers));
		const [first, sqlResult] = results as [Measured, Measured];
		const ratios = Object.fromEntries(
			results
				.slice(1)
				.map(({ system, seconds: took }) => [system, rounded(median(first.seconds) / median(took))]),
		);
		await report(place, { count, peers, aboveStartMB }, results);
		const fast = median(first.seconds) <= MOST * median(sqlResult.seconds);
		if (!fast) say(`more than ${MOST} times the time of the statement`);
		const small = aboveStartMB <= MEGABYTES;
		if (!small) say(`more than ${MEGABYTES} MB above an n8n that has just started`);
		const equal = results.every(({ differing }) => differing === 0);
		if (!equal) say('rows are left that are not as in the source');
		return {
			result: {
				name: 'sweep',
				rows: count,
				aboveStartMB,
				results: results.map(({ seconds: took, differing, ...rest }) => ({
					...rest,
					seconds: rounded(median(took)),
					spread: [rounded(Math.min(...took)), rounded(Math.max(...took))],
					rounds: took.length,
					equal: differing === 0,
				})),
				ratios,
			},
			held: fast && small && equal,
		};
	} finally {
		await place.close();
	}
}

async function compare(place: Stage, count: number, rounds: number): Promise<Compared> {
	const { people } = place;
	for (const name of ['ours', 'sql']) await mirror(people, name);
	const access = await credentials(place.n8n, people);
	const workflow = await ours(place.n8n, access, 'ours', `*/${BEAT} * * * * *`, {
		trigger: { changes: 'follow', followColumn: 'updated_at', overlap: 0 },
		destination: { idColumns: [FIELDS[0]] },
	});
	await place.n8n.api.activate(workflow.id);
	await momentOf(async () => (await rowsOf(people, 'ours')) >= FIRST, {
		timeout: 120_000,
		every: 200,
		what: 'the first rows',
	});
	await delay(3000);
	await place.n8n.api.deactivate(workflow.id);
	const file = join(place.n8n.folder, '.n8n', 'one-way-sync.sqlite');
	await place.n8n.stop();

	say(`· filling ${count} rows of ours among as many that are not …`);
	let started = Date.now();
	await more(people.source, FIRST + 1, count);
	await fill(people);
	say(`  ${seconds(started)} s`);
	say('· linking them, without n8n …');
	started = Date.now();
	await link(file, people, 'ours');
	say(`  ${seconds(started)} s`);
	for (const name of ['ours', 'sql']) await vacuum(people, name);

	const { startedMB, leastMB: idle } = await resting(place);
	await place.n8n.api.activate(workflow.id);
	await delay(2 * BEAT * 1000);
	const before = { ours: await touched(people, 'ours'), sql: await touched(people, 'sql') };
	const took: Record<'ours' | 'sql', number[]> = { ours: [], sql: [] };
	const loads = new Loads(idle);
	say('· the first sweep, which draws the ranges …');
	loads.idles((await place.n8n.load()).rssMB);
	await place.n8n.resetLoad();
	const first = await swept(file);
	const drawing = new Loads(idle);
	drawing.add(await place.n8n.load());
	say(`  ${first} s`);
	await delay(COUNTED);
	const drawn = await touched(people, 'ours');
	for (let round = 1; round <= rounds; round++) {
		for (const name of ['ours', 'sql']) await edit(people, name, round, count);
		const inSql = async () => {
			const start = Date.now();
			await bySql(people);
			took.sql.push(seconds(start));
		};
		if (round % 2 === 0) await inSql();
		await place.n8n.resetLoad();
		took.ours.push(await swept(file));
		loads.add(await place.n8n.load());
		if (round % 2 === 1) await inSql();
		say(`  round ${round}: ours ${took.ours.at(-1)} s, sql ${took.sql.at(-1)} s`);
	}
	await place.n8n.api.deactivate(workflow.id);
	await delay(COUNTED);
	const after = { ours: await touched(people, 'ours'), sql: await touched(people, 'sql') };
	const per = (now: number, then: number) => Math.round((now - then) / rounds);
	const measured = async (system: string, name: 'ours' | 'sql', then: Touched) => ({
		system,
		seconds: took[name],
		extraMemoryMB: name === 'ours' ? loads.extraMemoryMB : 0,
		stallMs: name === 'ours' ? loads.stallMs : 0,
		rowsRead: per(after[name].read, then.read),
		rowsWritten: per(after[name].written, then.written) - EDITED,
		differing: await differing(people, name),
	});
	const results = [
		await measured('ours', 'ours', drawn),
		await measured('sql', 'sql', before.sql),
		{
			system: 'ours, first sweep',
			seconds: [first],
			extraMemoryMB: drawing.extraMemoryMB,
			stallMs: drawing.stallMs,
			rowsRead: drawn.read - before.ours.read,
			rowsWritten: drawn.written - before.ours.written,
			differing: 0,
		},
	];
	const peak = Math.max(loads.peakMB, drawing.peakMB);
	return { results, aboveStartMB: Math.max(0, Math.round(peak - startedMB)) };
}

interface Compared {
	results: Measured[];
	/** What n8n held at most in a sweep, above what it held newly started. */
	aboveStartMB: number;
}

/** Lets the next tick claim a sweep, and waits until it is through; how long it took. */
async function swept(file: string): Promise<number> {
	const ledger = new DatabaseSync(file, { timeout: 30_000 });
	try {
		ledger.exec('UPDATE destination SET swept_at = 0, sweep_due_at = 0');
		let began = 0;
		const end = await momentOf(
			async () => {
				const row = ledger
					.prepare('SELECT sweep_began_at AS began, swept_at AS swept, sweep_by AS holder FROM destination')
					.get() as { began: number; swept: number; holder: string | null };
				began = row.began;
				return row.swept > 0 && row.swept === row.began && row.holder === null;
			},
			{ timeout: 900_000, every: 10, what: 'the sweep' },
		);
		return (end - began) / 1000;
	} finally {
		ledger.close();
	}
}

const listed = sql.join(FIELDS.map((name) => sql.id(name)));

/** Both mirrors as they should be, each with as many rows of somebody else's in between; and a source in the same database. */
async function fill({ destination }: People): Promise<void> {
	const from = sql.id('company', SOURCE);
	await destination.run(sql`CREATE TABLE people_here AS SELECT ${listed} FROM ${from}`);
	await destination.run(sql`CREATE UNIQUE INDEX ON people_here (employee_no)`);
	const theirs = sql.join(
		FIELDS.map((name) => (name === 'employee_no' ? sql`employee_no || 'x'` : sql`${sql.id(name)}`)),
	);
	for (const name of ['ours', 'sql']) {
		await destination.run(sql`INSERT INTO ${sql.id(name)} (${listed})
			SELECT ${listed} FROM people_here p WHERE NOT EXISTS (SELECT 1 FROM ${sql.id(name)} o WHERE o.employee_no = p.employee_no)
			UNION ALL SELECT ${theirs} FROM people_here`);
	}
	await destination.run(sql`VACUUM ANALYZE people_here`);
}

/** Somebody edits rows of ours in the destination, all over the table. */
async function edit({ destination }: People, name: string, round: number, count: number): Promise<void> {
	const step = Math.max(1, Math.floor(count / EDITED));
	await destination.run(sql`UPDATE ${sql.id(name)} SET department = 'Pirates', salary = salary + 1
		WHERE employee_no IN (SELECT 'E' || lpad((n * ${step}::integer + ${round}::integer)::text, 8, '0') FROM generate_series(0, ${EDITED - 1}::integer) AS n)`);
}

/** What somebody in a hurry would write. */
async function bySql({ destination }: People): Promise<void> {
	const others = FIELDS.slice(1);
	const set = sql.join(others.map((field) => sql`${sql.id(field)} = p.${sql.id(field)}`));
	const now = sql.join(others.map((field) => sql`m.${sql.id(field)}`));
	const then = sql.join(others.map((field) => sql`p.${sql.id(field)}`));
	await destination.run(sql`UPDATE sql AS m SET ${set} FROM people_here AS p
		WHERE m.employee_no = p.employee_no AND (${now}) IS DISTINCT FROM (${then})`);
}

/** Rows of ours that are not as in the source, and rows of others that somebody changed. */
async function differing({ destination }: People, name: string): Promise<number> {
	const others = sql.join(FIELDS.slice(1).map((field) => sql`m.${sql.id(field)}`));
	const then = sql.join(FIELDS.slice(1).map((field) => sql`p.${sql.id(field)}`));
	const [row] = await destination.all(sql<{ count: number }>`SELECT count(*) AS count FROM people_here p
		LEFT JOIN ${sql.id(name)} m ON m.employee_no = p.employee_no LEFT JOIN ${sql.id(name)} x ON x.employee_no = p.employee_no || 'x'
		WHERE (${others}) IS DISTINCT FROM (${then}) OR x.email IS DISTINCT FROM p.email OR x.department IS DISTINCT FROM p.department`);
	return Number(row!.count);
}

async function rowsOf({ destination }: People, name: string): Promise<number> {
	const [row] = await destination.all(sql<{ count: number }>`SELECT count(*) AS count FROM ${sql.id(name)}`);
	return Number(row!.count);
}

interface Touched {
	read: number;
	written: number;
}

/** Rows that the server read and wrote of a table so far. */
async function touched({ destination }: People, name: string): Promise<Touched> {
	const [row] = await destination.all(sql<Touched>`
		SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS read, n_tup_ins + n_tup_upd + n_tup_del AS written
		FROM pg_stat_user_tables WHERE relname = ${name}`);
	return { read: Number(row!.read), written: Number(row!.written) };
}

/** n8n's own nodes, once: select both sides → Compare Datasets → upsert what differs. */
async function nodes(place: Stage, size: number): Promise<Measured> {
	const { people } = place;
	say(`· n8n's own nodes with ${size} rows among as many that are not ours …`);
	await people.source.run(
		sql`CREATE TABLE some_people AS SELECT * FROM ${sql.id(SOURCE)} WHERE id <= ${size}::integer`,
	);
	await mirror(people, 'nodes');
	const last = `E${String(size).padStart(8, '0')}`;
	await people.destination.run(sql`INSERT INTO nodes (${listed}) SELECT ${listed} FROM sql
		WHERE employee_no <= ${last} OR employee_no = ${`${last}x`}`);
	await vacuum(people, 'nodes');
	await edit(people, 'nodes', 0, size);
	const access = await credentials(place.n8n, people);
	const workflow = await comparing(place.n8n, access, 'nodes', 'some_people');
	const idle = (await idling(place)) || 0;
	await place.n8n.api.activate(workflow.id);
	const before = await touched(people, 'nodes');
	await place.n8n.resetLoad();
	const start = Date.now();
	await call(place.n8n, 'compare');
	await momentOf(
		async () => {
			const [row] = await people.destination.all(
				sql<{ count: number }>`SELECT count(*) AS count FROM nodes WHERE department = 'Pirates'`,
			);
			return Number(row!.count) === 0;
		},
		{ timeout: 1_800_000, every: 50, what: "n8n's own nodes" },
	);
	const took = seconds(start);
	const loads = new Loads(idle);
	loads.add(await place.n8n.load());
	await place.n8n.api.deactivate(workflow.id);
	await delay(COUNTED);
	const after = await touched(people, 'nodes');
	return {
		system: `n8n nodes, ${size} rows`,
		seconds: [took],
		extraMemoryMB: loads.extraMemoryMB,
		stallMs: loads.stallMs,
		rowsRead: after.read - before.read,
		rowsWritten: after.written - before.written,
		differing: 0,
	};
}

async function report(
	place: Stage,
	{ count, peers, aboveStartMB }: { count: number; peers: number; aboveStartMB: number },
	results: Measured[],
): Promise<void> {
	const size = await rowSize(place.people);
	write({
		name: 'sweep',
		work: `${count} linked rows of about ${size} bytes and 12 mapped fields among ${count} that are not ours, in one PostgreSQL table with a text key; ${EDITED} of ours, all over the table, are edited in two fields there, and the time runs until the sweep is through and all of them hold the source's values again.`,
		counted: [
			'*ours*: from the claim of the sweep by the node in a real n8n until it is through, as the ledger says. The sweep before it found nothing.',
			'*sql*: one `UPDATE … FROM … WHERE (…) IS DISTINCT FROM (…)` over both tables in one database, in turn with *ours*. It sees no missing row and tells nobody what it overwrote.',
			'*ours, first sweep*: the one that draws the ranges and lists every mark once.',
			...(peers > 0
				? [
						`*n8n nodes*: select both sides → Compare Datasets → upsert what differs, with ${peers} rows among as many that are not ours.`,
					]
				: []),
			`Rows read and written: as the server's own statistics counted them for that table, per round. Extra memory: the peak of the n8n process above the least that it held at rest, ${aboveStartMB} MB above what it held newly started; stall: the longest time its event loop answered nothing; both the worst of all sweeps but the first, which has its own.`,
			'After the last round every row was compared with the source; the command fails where one differs, where *ours* takes more than five times as long as *sql*, or where n8n takes more than 150 MB above what it held newly started.',
		],
		server: place.server,
		results,
		command: `npm run bench -- sweep${count === ROWS ? '' : ` --rows ${count}`}`,
	});
}
