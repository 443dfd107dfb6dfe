/**
 * How a tick over a Postgres table in which nothing has changed grows with the table: 10,000, 100,000 and 1,000,000 rows
 * (`--most 5000000` goes on to five million). Beside it the size of the ledger per record.
 */
import { fill } from './detect';
import { look } from './parts/detect';
import { number } from './parts/given';
import { median, rounded, type Measured } from './parts/measure';
import { write } from './parts/report';
import { say } from './parts/server';

const SIZES = [10_000, 100_000, 1_000_000, 5_000_000];
const MOST = 1_000_000;
const ROUNDS = 5;
/** How much faster than the table the time may grow from one size to the next, and what memory may differ by, in MB. */
const FASTER = 1.15;
const MEMORY_MB = 20;
/** The ledger's bytes per record may be so many times those of the record as JSON. */
const LEDGER = 1.3;

export async function run(given: string[]): Promise<{ result: unknown; held: boolean }> {
	const most = number(given, '--most', MOST);
	const rounds = number(given, '--rounds', ROUNDS);
	const grown: { rows: number; ours: Measured; version: string; ledgerBytesPerRecord: number; jsonBytes: number }[] =
		[];
	for (const rows of SIZES.filter((size) => size <= most)) {
		const { results, crowd, ledgerBytes } = await look(rows, rounds, fill);
		grown.push({
			rows,
			ours: { ...results[0]!, system: `${rows} rows` },
			version: crowd.version,
			ledgerBytesPerRecord: Math.round(ledgerBytes / rows),
			jsonBytes: crowd.json!,
		});
	}
	const steps = grown.slice(1).map(({ rows, ours }, n) => {
		const before = grown[n]!;
		return {
			from: before.rows,
			to: rows,
			overLinear: rounded(median(ours.seconds) / median(before.ours.seconds) / (rows / before.rows)),
			memoryMB: ours.extraMemoryMB - before.ours.extraMemoryMB,
		};
	});
	for (const { to, overLinear, memoryMB } of steps)
		say(`  to ${to} rows: ${overLinear} times the growth of the table, ${memoryMB} MB more`);
	const last = grown.at(-1)!;
	const held =
		steps.every(({ overLinear, memoryMB }) => overLinear <= FASTER && memoryMB <= MEMORY_MB) &&
		last.ledgerBytesPerRecord <= LEDGER * last.jsonBytes;
	write({
		name: 'growth',
		work: 'A tick over a PostgreSQL table in which nothing has changed, for tables of several sizes, one after the other.',
		counted: [
			...steps.map(
				({ from, to, overLinear }) =>
					`From ${from} to ${to} rows: ${overLinear} times the growth of the table.`,
			),
			`The ledger, after the first read: ${grown.map(({ rows, ledgerBytesPerRecord }) => `${ledgerBytesPerRecord} bytes per record (${rows})`).join(', ')}; the record itself is about ${last.jsonBytes} bytes of JSON.`,
			`The command fails where the time grows more than ${FASTER} times as fast as the table, extra memory by more than ${MEMORY_MB} MB, or the ledger takes more than ${LEDGER} times the record's JSON.`,
		],
		server: last.version,
		results: grown.map(({ ours }) => ours),
		command: 'npm run bench -- growth',
	});
	return {
		result: {
			name: 'growth',
			results: grown.map(({ rows, ours, ledgerBytesPerRecord, jsonBytes }) => ({
				rows,
				seconds: rounded(median(ours.seconds)),
				extraMemoryMB: ours.extraMemoryMB,
				stallMs: ours.stallMs,
				ledgerBytesPerRecord,
				jsonBytes,
			})),
			steps,
		},
		held,
	};
}
