/**
 * A tick over a large table in which nothing has changed: all that has to be found out is that there is nothing to do.
 * Beside it, in turn, what the database itself or a plain reader takes for the same rows.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { number } from './given';
import { median, rounded, type Measured } from './measure';
import { write } from './report';
import { say } from './server';
import { startTicker, type Read, type Ticker } from './ticker';

/** A table of people, and who else looks at all of it. */
export interface Crowd {
	read: Read;
	version: string;
	/** What they are, where they are not rows. */
	what?: string;
	/** The size of a row in bytes, about. */
	size: number;
	/** The size of a record as JSON in bytes, about, where it was measured. */
	json?: number;
	/** In the order in which they are measured; the first one is what the limit is about. */
	peers: { system: string; is: string; run(): Promise<void> }[];
	/** Changes one row. */
	touch(): Promise<void>;
	stop(): Promise<void>;
}

const ROWS = 1_000_000;
const ROUNDS = 5;
const MEMORY_MB = 60;
const STALL_MS = 50;

/** `limit`: how many times as long as the first peer a tick may take; `most`: of how many rows. */
export async function detect(
	name: string,
	limit: number,
	fill: (rows: number) => Promise<Crowd>,
	given: string[],
	most = ROWS,
): Promise<{ result: unknown; held: boolean }> {
	const rows = number(given, '--rows', most);
	const looked = await look(rows, number(given, '--rounds', ROUNDS), fill);
	const { crowd, results, found } = looked;
	const [ours, ...others] = results;
	const ratios = Object.fromEntries(
		others.map(({ system, seconds }) => [system, rounded(median(ours!.seconds) / median(seconds))]),
	);
	const ratio = ratios[others[0]!.system]!;
	report(name, crowd, rows, results, limit);
	return {
		result: {
			name,
			rows,
			results: results.map(({ system, seconds, extraMemoryMB, stallMs, cpuSeconds }) => ({
				system,
				seconds: rounded(median(seconds)),
				spread: [rounded(Math.min(...seconds)), rounded(Math.max(...seconds))],
				rounds: seconds.length,
				...(system === 'ours' && { extraMemoryMB, stallMs, cpuSeconds }),
			})),
			ratios,
			firstReadSeconds: rounded(looked.firstReadSeconds),
			oneChangedSeconds: rounded(looked.oneChangedSeconds),
		},
		held: found && ratio <= limit && ours!.extraMemoryMB <= MEMORY_MB && ours!.stallMs <= STALL_MS,
	};
}

export interface Looked {
	crowd: Crowd;
	/** Ours first. */
	results: Measured[];
	/** Whether a row that was changed then was found. */
	found: boolean;
	firstReadSeconds: number;
	oneChangedSeconds: number;
	/** The ledger's size by then. */
	ledgerBytes: number;
}

/** Ticks over so many rows, of which none has changed, in turn with the others. */
export async function look(rows: number, rounds: number, fill: (rows: number) => Promise<Crowd>): Promise<Looked> {
	say(`· filling ${rows} rows …`);
	const crowd = await fill(rows);
	const folder = mkdtempSync(join(tmpdir(), 'one-way-sync-bench-'));
	const order = { file: join(folder, 'ledger.sqlite'), read: crowd.read };
	try {
		say('· the first read …');
		const first = await startTicker(order);
		const loaded = await ticked(first);
		await first.stop();
		say(`  ${rounded(loaded.ms / 1000)} s`);
		// Begun anew, so that what the first read left in memory helps nobody.
		const ticker = await startTicker(order);
		const results = await inTurn(ticker, crowd, rounds);
		await crowd.touch();
		const changed = await ticked(ticker);
		await ticker.stop();
		const ledgerBytes = statSync(order.file).size;
		const found = changed.observed?.updated === 1 && changed.observed.read === rows;
		if (!found) say(`the row that was changed was not found: ${JSON.stringify(changed)}`);
		return {
			crowd,
			results,
			found,
			firstReadSeconds: loaded.ms / 1000,
			oneChangedSeconds: changed.ms / 1000,
			ledgerBytes,
		};
	} finally {
		rmSync(folder, { recursive: true });
		await crowd.stop();
	}
}

async function inTurn(ticker: Ticker, { peers }: Crowd, rounds: number): Promise<Measured[]> {
	const idle = (await ticker.load()).rssMB;
	const ours: Measured = measured('ours');
	const others = peers.map(({ system }) => measured(system));
	for (let round = 1; round <= rounds; round++) {
		await ticker.load();
		const { ms, observed } = await ticked(ticker);
		const load = await ticker.load();
		if (observed?.unchanged !== observed?.read) throw new Error(`something changed: ${JSON.stringify(observed)}`);
		ours.seconds.push(ms / 1000);
		ours.extraMemoryMB = Math.max(ours.extraMemoryMB, Math.round(load.peakMB - idle));
		ours.stallMs = Math.max(ours.stallMs, Math.round(load.stallMs));
		ours.cpuSeconds = Math.max(ours.cpuSeconds ?? 0, rounded(load.cpuSeconds));
		for (const [at, { run }] of peers.entries()) {
			const start = performance.now();
			await run();
			others[at]!.seconds.push((performance.now() - start) / 1000);
		}
		const said = [ours, ...others].map(({ system, seconds }) => `${system} ${rounded(seconds.at(-1)!)} s`);
		say(`  round ${round}: ${said.join(', ')}; ${ours.extraMemoryMB} MB, ${ours.stallMs} ms`);
	}
	return [ours, ...others];
}

const measured = (system: string): Measured => ({
	system,
	seconds: [],
	extraMemoryMB: 0,
	stallMs: 0,
	rowsWritten: 0,
	differing: 0,
});

async function ticked(ticker: Ticker) {
	const answer = await ticker.tick();
	if (answer.troubles.length > 0) throw new Error(answer.troubles.join('; '));
	return answer;
}

function report(name: string, crowd: Crowd, rows: number, results: Measured[], limit: number): void {
	write({
		name,
		work: `A tick over ${rows} ${crowd.what ?? 'rows'} of about ${crowd.size} bytes, of which none has changed.`,
		counted: [
			'*ours*: the source, the engine and a ledger file in a process of their own, nothing behind the trigger; a whole tick, its connections opened and closed in it.',
			...crowd.peers.map(({ system, is }) => `*${system}*: ${is}, in turn with *ours*.`),
			`The command fails where *ours* takes more than ${limit} × as long as *${crowd.peers[0]!.system}*, more than ${MEMORY_MB} MB above the idle process, or holds its event loop for more than ${STALL_MS} ms, the worst of all rounds; or where one row that is changed then is not found.`,
		],
		server: crowd.version,
		results,
		command: `npm run bench -- ${name}`,
	});
}
