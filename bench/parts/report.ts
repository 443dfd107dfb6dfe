/** `bench/results.md`: one section per benchmark, that of the last run. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, platform, totalmem } from 'node:os';
import { join } from 'node:path';

import { median, rounded, type Measured } from './measure';

// As in the harness, which not every benchmark needs.
const n8nVersion = process.env['N8N_UNDER_TEST'] ?? '2.41.1';
// This file runs as .build/bench/parts/report.js.
const file = join(__dirname, '..', '..', '..', 'bench', 'results.md');

const HEAD = `# Results

What \`npm run bench -- NAME\` measured last, each section written by its own run. Timings vary with the machine and with
what else runs on it; the ratios within one run are what counts.
`;

export interface Section {
	name: string;
	/** What was done, in one paragraph. */
	work: string;
	/** How it was counted, one sentence each. */
	counted: string[];
	server: string;
	results: Measured[];
	command: string;
}

export function write(section: Section): void {
	keep(section.name, text(section));
}

/** Keeps a section, in place of the one of that name. */
export function keep(name: string, section: string): void {
	const known = existsSync(file) ? readFileSync(file, 'utf8') : HEAD;
	const [head, ...sections] = known.split(/^(?=## )/m);
	const kept = sections.filter((one) => !one.startsWith(`## ${name}\n`));
	const all = [...kept, section].map((one) => one.trim()).sort();
	writeFileSync(file, `${[head!.trim(), ...all].join('\n\n')}\n`);
}

function text({ name, work, counted, server, results, command }: Section): string {
	const [first] = results;
	const read = results.some(({ rowsRead }) => rowsRead !== undefined);
	const lines = results.map(({ system, seconds, extraMemoryMB, stallMs, rowsRead, rowsWritten }) => [
		system,
		`${rounded(median(seconds))} s`,
		seconds.length > 1
			? `${rounded(Math.min(...seconds))} – ${rounded(Math.max(...seconds))} s (${seconds.length})`
			: 'once',
		system === first!.system ? '' : `${rounded(median(seconds) / median(first!.seconds), 2)} ×`,
		`${extraMemoryMB} MB`,
		`${stallMs} ms`,
		...(read ? [String(rowsRead ?? '')] : []),
		String(rowsWritten),
	]);
	const header = [
		...['system', 'median', 'spread (rounds)', 'of ours', 'extra memory', 'longest stall'],
		...(read ? ['rows read'] : []),
		'rows written',
	];
	const table = [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
	return `## ${name}

${work}

${table.join('\n')}

${counted.map((one) => `- ${one}`).join('\n')}
- Machine: ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB of memory, ${platform()}. Node ${process.versions.node}, n8n ${n8nVersion}, ${server}. Load average at the end: ${loadavg()[1]!.toFixed(1)}. ${new Date().toISOString().slice(0, 10)}.
- Again: \`${command}\``;
}
