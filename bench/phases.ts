/**
 * Where the time of a tick goes, without n8n: the same source, ledger, engine and destination as in its nodes, over real
 * databases; what lies between them is called directly. Every call across a border (ledger, source, destination) is timed
 * by its name. For those who make it faster; compare within one run.
 *
 * `npm run bench -- phases [--rows N] [--rounds N] [--json]`. For a CPU profile: once built, start
 * `.build/bench/phases.js` by `node --cpu-prof scripts/lib/stage.mjs .build/bench/phases.js`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DatabaseDestination } from '../connectors/database/destination';
import { DatabaseSource } from '../connectors/database/source';
import { ledgerOn } from '../ledger/ledger';
import { sqliteStore } from '../ledger/sqlite';
import { apply } from '../sync/apply';
import type { DesiredItem } from '../sync/items';
import type { Ledger, Observation } from '../sync/ledger';
import { compileMapping } from '../sync/mapping';
import type { Row } from '../sync/mapping';
import { tick, type OutgoingItem, type RunEnd } from '../sync/tick';
import { number } from './parts/given';
import { median, rounded } from './parts/measure';
import { arrived, bySql, change, FIELDS, mirror, SOURCE, vacuum, type People } from './parts/people';
import { say, serve } from './parts/server';
import { TICK } from './parts/ticker';

const row = (field: string): Row => ({
	field,
	value: { kind: 'path', path: [field] },
	owner: 'source',
	ifEmpty: 'write',
	conversion: { as: 'as it is', trim: false, number: '1234.5', zone: 'UTC' },
});

const mapping = compileMapping({
	rows: FIELDS.map(row),
	match: [FIELDS[0]],
	removal: { kind: 'detach', rows: [] },
	may: { create: true, update: true },
	existing: { which: 'all' },
	zone: 'UTC',
	fingerprint: 'bench',
});

/** Milliseconds by name, of one tick. */
class Clock {
	readonly spent = new Map<string, { ms: number; calls: number }>();

	add(name: string, ms: number): void {
		const known = this.spent.get(name) ?? { ms: 0, calls: 0 };
		this.spent.set(name, { ms: known.ms + ms, calls: known.calls + 1 });
	}

	async time<T>(name: string, work: () => Promise<T> | T): Promise<T> {
		const start = performance.now();
		try {
			return await work();
		} finally {
			this.add(name, performance.now() - start);
		}
	}

	/** The object with every call timed. */
	around<T extends object>(prefix: string, object: T): T {
		return new Proxy(object, {
			get: (target, name) => {
				const value: unknown = Reflect.get(target, name);
				if (typeof value !== 'function' || name === 'read') return value;
				return (...given: unknown[]) =>
					this.time(`${prefix}.${String(name)}`, () => Reflect.apply(value, target, given) as unknown);
			},
		});
	}
}

interface Round {
	ms: number;
	cpuMs: number;
	spent: Clock['spent'];
}

export async function run(given: string[]): Promise<{ result: unknown; held: boolean }> {
	const count = number(given, '--rows', 100_000);
	const rounds = number(given, '--rounds', 7);
	const served = await serve(count);
	const folder = mkdtempSync(join(tmpdir(), 'one-way-sync-bench-'));
	const ledger = await ledgerOn(await sqliteStore(join(folder, 'ledger.sqlite')));
	try {
		const { people } = served;
		for (const name of ['ours', 'sql']) await mirror(people, name);
		const first = await one(ledger, people);
		say(table('first load', [first]));
		await bySql(people, 'sql');
		for (const name of ['ours', 'sql']) await vacuum(people, name);
		const ticks: Round[] = [];
		const statements: number[] = [];
		let all = true;
		for (let n = 1; n <= rounds; n++) {
			const changed = await change(people, 100, n);
			ticks.push(await one(ledger, people));
			all &&= await arrived(people, 'ours', changed);
			const start = performance.now();
			await bySql(people, 'sql');
			statements.push(performance.now() - start);
		}
		say(table('one percent changed (medians)', ticks));
		const nothing: Round[] = [];
		for (let n = 1; n <= rounds; n++) nothing.push(await one(ledger, people));
		say(table('nothing changed (medians)', nothing));
		const result = {
			name: 'phases',
			rows: count,
			results: [
				{
					system: 'ours',
					seconds: rounded(median(ticks.map(({ ms }) => ms)) / 1000),
					cpuSeconds: rounded(median(ticks.map(({ cpuMs }) => cpuMs)) / 1000),
				},
				{ system: 'ours, nothing changed', seconds: rounded(median(nothing.map(({ ms }) => ms)) / 1000) },
				{ system: 'sql', seconds: rounded(median(statements) / 1000) },
			],
			phases: phases(ticks),
			firstLoadSeconds: rounded(first.ms / 1000),
		};
		say(`sql: ${Math.round(median(statements))} ms`);
		return { result, held: all };
	} finally {
		await ledger.close();
		rmSync(folder, { recursive: true });
		await served.stop();
	}
}

/** One tick, with a run behind it as n8n would have it. */
async function one(plain: Ledger, people: People): Promise<Round> {
	const clock = new Clock();
	const ledger: Ledger = {
		...clock.around('ledger', plain),
		observe: async (...at) => observed(await plain.observe(...at), clock),
	};
	for (const [name, value] of Object.entries(plain)) {
		if (name !== 'observe')
			(ledger as unknown as Record<string, unknown>)[name] = (...at: unknown[]) =>
				clock.time(`ledger.${name}`, () => (value as (...at: unknown[]) => unknown)(...at));
	}
	const cpu = process.cpuUsage();
	const start = performance.now();
	const ended = await tick(
		ledger,
		{
			signal: new AbortController().signal,
			destinations: () => [{ node: 'to', name: 'To' }],
			openSource: async () =>
				timedSource(
					new DatabaseSource({
						database: people.sourceAt,
						from: { table: { name: SOURCE } },
						nameField: 'email',
					}),
					clock,
				),
			handOver: async (items) => await behind(items, ledger, people, clock),
		},
		TICK,
	);
	const ms = performance.now() - start;
	const { user, system } = process.cpuUsage(cpu);
	if (ended.troubles.length > 0) throw new Error(ended.troubles.join('; '));
	return { ms, cpuMs: (user + system) / 1000, spent: clock.spent };
}

function timedSource(source: DatabaseSource, clock: Clock): DatabaseSource {
	const read = source.read.bind(source);
	source.read = async function* (since, signal, known) {
		const pages = read(since, signal, known)[Symbol.asyncIterator]();
		for (;;) {
			const next = await clock.time('source.read (wait)', () => pages.next());
			if (next.done) return;
			yield next.value;
		}
	};
	return source;
}

function observed(observation: Observation, clock: Clock): Observation {
	return {
		blocks: async () => await clock.time('observation.blocks', () => observation.blocks()),
		add: async (records) => await clock.time('observation.add (hash, stage)', () => observation.add(records)),
		finish: async (how) => await clock.time('observation.finish (compare, merge)', () => observation.finish(how)),
		weigh: async () => await observation.weigh(),
		discard: async () => await observation.discard(),
	};
}

/** What the mapping and the destination node do with a batch. */
async function behind(items: OutgoingItem[], ledger: Ledger, { destinationAt }: People, clock: Clock): Promise<RunEnd> {
	const start = performance.now();
	const desired = await clock.time('mapping', () => items.map(map));
	const connector = new DatabaseDestination({ database: destinationAt, table: { name: 'ours' } });
	await clock.time('destination.describe', () => connector.describe());
	const destination = {
		batchSize: connector.batchSize,
		target: connector.target,
		describe: async () => await connector.describe(),
		prepare: async (fields: Parameters<typeof connector.prepare>[0]) => await connector.prepare(fields),
		read: async (...at: Parameters<typeof connector.read>) =>
			await clock.time('destination.read', () => connector.read(...at)),
		write: async (...at: Parameters<typeof connector.write>) =>
			await clock.time('destination.write', () => connector.write(...at)),
		close: async () => await connector.close(),
	};
	const known = await ledger.destination(items[0]!.stamp.id, 'to', 'To', connector.target);
	const retry = { attempts: 3, delay: () => 0 };
	const applied = await apply(desired, {
		ledger,
		destination,
		row: known,
		secret: await ledger.secret(),
		where: 'there',
		retry,
		leaseTtl: 60_000,
		clock: () => performance.now(),
		writeTtl: 60_000,
	});
	await clock.time('destination.close', () => connector.close());
	clock.add('run (all behind the trigger)', performance.now() - start);
	return applied.down ? { how: 'error', error: applied.down.message } : { how: 'ended' };
}

function map({ fields, stamp }: OutgoingItem, item: number): DesiredItem {
	const mapped = mapping.map(
		{ fields, removed: stamp.change === 'removed', sensitive: [] },
		{ evaluate: () => null },
	);
	return { item, fields: mapped.fields, stamp: { ...stamp, ...mapped.mapped } };
}

function phases(rounds: Round[]): Record<string, { ms: number; calls: number }> {
	const names = [...new Set(rounds.flatMap(({ spent }) => [...spent.keys()]))];
	const of = (name: string) => ({
		ms: rounded(median(rounds.map(({ spent }) => spent.get(name)?.ms ?? 0))),
		calls: median(rounds.map(({ spent }) => spent.get(name)?.calls ?? 0)),
	});
	return Object.fromEntries(names.map((name) => [name, of(name)] as const).sort(([, a], [, b]) => b.ms - a.ms));
}

function table(title: string, rounds: Round[]): string {
	const lines = Object.entries(phases(rounds)).map(
		([name, { ms, calls }]) => `${String(ms).padStart(9)} ms ${String(calls).padStart(5)} ×  ${name}`,
	);
	const [ms, cpu] = [median(rounds.map((round) => round.ms)), median(rounds.map((round) => round.cpuMs))];
	return `\n${title}: ${Math.round(ms)} ms, ${Math.round(cpu)} ms of processor time\n${lines.join('\n')}`;
}
