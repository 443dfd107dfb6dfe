/**
 * 10,000 records × 12 dragged-in fields through the mapping node, beside n8n's own Edit Fields node with the same fields,
 * both in n8n-core's own executor in this process; and the same where two of the twelve are real expressions.
 */
import { SourceWinsMapping } from '../nodes/SourceWinsMapping/SourceWinsMapping.node';
import { rows, stamp } from '../test/mapping/given';
import { giving, runInProcess, type NodeToRun } from '../test/n8n/inprocess';
import { number } from './parts/given';
import { median, rounded, type Measured } from './parts/measure';
import { write } from './parts/report';
import { say } from './parts/server';

const RECORDS = 10_000;
const ROUNDS = 5;
const FIELDS = 12;
/** Must be at least so many times faster: all dragged in; two real expressions among them. */
const LEAST = { dragged: 200, mixed: 5 };

const names = Array.from({ length: FIELDS }, (_, index) => `field${index}`);

/** The fields' expressions: dragged in, the first `real` ones with something to work out. */
const expressions = (real: number) =>
	names.map((name, index) => ({
		name,
		value: index < real ? `={{ $json.${name}.trim().toUpperCase() }}` : `={{ $json.${name} }}`,
	}));

const ours = (real: number): NodeToRun => ({
	name: 'Fields',
	type: new SourceWinsMapping(),
	parameters: rows(...expressions(real).map(({ name, value }) => ({ field: name, value }))),
});

const editFields = (real: number): NodeToRun => ({
	name: 'Fields',
	type: 'n8n-nodes-base.set',
	parameters: {
		assignments: {
			assignments: expressions(real).map(({ name, value }) => ({ id: name, name, value, type: 'string' })),
		},
		options: {},
	},
});

export async function run(given: string[]): Promise<{ result: unknown; held: boolean }> {
	const count = number(given, '--records', RECORDS);
	const rounds = number(given, '--rounds', ROUNDS);
	const contenders: [system: string, node: NodeToRun, took: number[]][] = [
		['ours', ours(0), []],
		['Edit Fields', editFields(0), []],
		['ours, 2 expressions', ours(2), []],
		['Edit Fields, 2 expressions', editFields(2), []],
	];
	for (let round = 1; round <= rounds; round++) {
		for (const [, node, took] of contenders) took.push(await once(node, count));
		say(
			`  round ${round}: ${contenders.map(([system, , took]) => `${system} ${rounded(took.at(-1)!)} s`).join(', ')}`,
		);
	}
	const results = contenders.map(([system, , seconds]): Measured => ({
		system,
		seconds,
		extraMemoryMB: 0,
		stallMs: 0,
		rowsWritten: 0,
		differing: 0,
	}));
	const times = (at: number, of: number) => median(results[of]!.seconds) / median(results[at]!.seconds);
	const faster = { dragged: times(0, 1), mixed: times(2, 3) };
	const held = faster.dragged >= LEAST.dragged && faster.mixed >= LEAST.mixed;
	if (!held)
		say(
			`${rounded(faster.dragged)} and ${rounded(faster.mixed)} times faster: not ${LEAST.dragged} and ${LEAST.mixed}`,
		);
	write({
		name: 'mapping',
		work: `${count} records with ${FIELDS} fields each, mapped in n8n-core's own executor, without a server.`,
		counted: [
			'*ours*: Source-Wins Mapping with twelve dragged-in fields; *Edit Fields*: n8n’s own node with the same twelve assignments. The node’s own time, as n8n counts it.',
			'*2 expressions*: two of the twelve are `{{ $json.field.trim().toUpperCase() }}`.',
			`The command fails where ours is not ${LEAST.dragged} × faster, and ${LEAST.mixed} × with the two expressions.`,
		],
		server: 'no database',
		results,
		command: 'npm run bench -- mapping',
	});
	return {
		result: {
			name: 'mapping',
			records: count,
			results: results.map(({ system, seconds }) => ({
				system,
				seconds: rounded(median(seconds)),
				spread: [rounded(Math.min(...seconds)), rounded(Math.max(...seconds))],
				rounds: seconds.length,
			})),
			ratios: {
				'Edit Fields': rounded(1 / faster.dragged),
				'Edit Fields, 2 expressions': rounded(1 / faster.mixed),
			},
		},
		held,
	};
}

/** Seconds of the node's own. */
async function once(node: NodeToRun, count: number): Promise<number> {
	const items = Array.from({ length: count }, (_, index) => ({
		...Object.fromEntries(names.map((name) => [name, ` ${name} of ${index} `])),
		_sync: stamp(String(index)),
	}));
	const finished = await runInProcess({ nodes: [{ name: 'Source', type: giving(items) }, node] });
	const error = finished.error();
	if (error) throw error;
	const made = finished.json('Fields');
	if (made.length !== count || names.some((name) => made.at(-1)![name] === undefined))
		throw new Error(`${made.length} items came out`);
	return finished.run.data.resultData.runData['Fields']!.at(-1)!.executionTime / 1000;
}
