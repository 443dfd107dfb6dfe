/**
 * Two processes on one Postgres ledger: a trigger that reads, counts and hands over, and nodes that answer, all at once
 * over connections of their own. Nothing may be lost, and nobody may wait for each other for ever.
 */
import { sql } from 'kysely';

import { ledgerOn } from '../../ledger/ledger';
import type { HandedRecord, Ledger } from '../../sync/ledger';
import { onPostgres } from './stores';

const KEYS = Array.from({ length: 40 }, (_, n) => `k${n}`);
const SECONDS = Number(process.env['LEDGER_SECONDS'] ?? 4);
const GUARD = { few: 1e6, share: 1, changes: 1, first: true };
const TTL = 60_000;
const NODE = 'to';

interface Handed {
	run: number;
	mapping: string;
	records: HandedRecord[];
}

/** Numbers that look thrown, and are the same in every run. */
function dice(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
		return Math.floor((state / 2_147_483_648) * below);
	};
}

onPostgres((place) => {
	let ledgers: Ledger[];
	let sync: number;
	let destination: number;
	let mappings: number;
	const source = new Map<string, number>();
	const troubles: string[] = [];
	const handed: Handed[] = [];

	const seen = async () =>
		await ledgers[0]!.destinationsSeen(sync, [{ node: NODE, name: 'To', mappings: [`mapping ${mappings}`] }], 0);

	/** A tick: read, count, hand over. */
	async function trigger(ledger: Ledger, roll: (below: number) => number): Promise<void> {
		for (let n = roll(8); n > 0; n--) source.set(KEYS[roll(KEYS.length)]!, roll(1e9));
		if (roll(3) === 0) source.delete(KEYS[roll(KEYS.length)]!);
		if (roll(6) === 0) mappings++;
		await seen();
		const token = (await ledger.beginTick(sync, 'main', TTL))!;
		const observation = await ledger.observe(sync, token, 'together', []);
		await observation.add([...source].reverse().map(([key, value]) => ({ key, fields: { value } })));
		await observation.finish({ complete: true });
		await ledger.countIntended(sync, token, GUARD);
		for (let n = 0; n < 3; n++) {
			const mapping = `mapping ${mappings}`;
			const { run, records } = await ledger.lease(sync, token, {
				keys: 1 + roll(12),
				bytes: 1e9,
				ttl: TTL,
				before: 1e15,
				passedOnly: false,
			});
			if (records.length > 0) handed.push({ run, mapping, records });
		}
	}

	/** A destination node: claims a batch and answers for every record of it, mostly well. */
	async function node(ledger: Ledger, roll: (below: number) => number): Promise<void> {
		const batch = handed.splice(roll(handed.length), 1)[0];
		if (!batch) return void (await new Promise((resolve) => setTimeout(resolve, 5)));
		const { run, mapping, records } = batch;
		const items = records.map(({ key, version }) => ({ key, version }));
		const { revision, claims } = await ledger.claim(destination, run, mapping, items, TTL);
		const links = claims.filter(({ superseded }) => superseded === undefined).map(({ link }) => link);
		const removed = links.filter(({ present }) => !present);
		const standing = links.filter(({ present }) => present);
		const mayGo = removed.filter(({ removal, removedBefore }) => removal === 'released' || removedBefore);
		const known = removed.filter(
			(link) => !mayGo.includes(link) && (link.counterpart !== null || link.createIntended),
		);
		const never = removed.filter((link) => !mayGo.includes(link) && !known.includes(link));
		await ledger.intendRemovals(destination, run, known);
		const writes = [...standing, ...mayGo].map(({ key, part, version, counterpart }) => ({
			key,
			part,
			version,
			create: counterpart === null,
			match: null,
		}));
		const may = await ledger.intend(destination, run, writes, TTL);
		const fails = (key: string) => roll(6) === 0 && may.has(key);
		const failed = standing.filter(({ key }) => fails(key));
		const done = standing.filter((link) => may.has(link.key) && !failed.includes(link));
		const said = { fields: {}, told: null, history: [] };
		await ledger.confirm(destination, run, revision, [
			...done.map((link) => ({ ...link, ...said, counterpart: `of ${link.key}`, state: 'settled' as const })),
			...mayGo
				.filter(({ key }) => may.has(key))
				.map((link) => ({ ...link, ...said, counterpart: `of ${link.key}`, state: 'gone' as const })),
			...never.map((link) => ({ ...link, ...said, counterpart: null, state: 'settled' as const })),
		]);
		const wrong = { error: 'no', retryIn: 0, countsAttempt: true };
		await ledger.fail(
			destination,
			run,
			failed.map(({ key, part, version }) => ({ key, part, version, ...wrong })),
		);
		await ledger.endRun(run, { ok: true, retryIn: 0 });
	}

	it('loses nothing and locks nobody out while two processes work on it at once (invariants 3 and 7)', async () => {
		const stores = [await place.empty()];
		ledgers = [await ledgerOn(stores[0]!)];
		for (let n = 0; n < 2; n++) {
			stores.push(await place.again());
			ledgers.push(await ledgerOn(stores[stores.length - 1]!));
		}
		mappings = 1;
		for (const key of KEYS) source.set(key, 0);
		sync = (await ledgers[0]!.register({ instance: 'i', workflow: 'w', node: 't' }, 'together')).id;
		await seen();
		destination = (await ledgers[0]!.destination(sync, NODE, 'To', { id: 't', text: 't' })).id;

		const until = Date.now() + SECONDS * 1000;
		const work = async (n: number, one: (ledger: Ledger, roll: (below: number) => number) => Promise<void>) => {
			const roll = dice(n + 1);
			while (Date.now() < until) {
				try {
					await one(ledgers[n % ledgers.length]!, roll);
				} catch (error) {
					troubles.push(`${one.name}: ${String(error)}`);
				}
			}
		};
		await Promise.all([work(0, trigger), work(1, node), work(2, node), work(3, node), work(4, node)]);
		expect([...new Set(troubles)]).toEqual([]);

		// What is still handed over is answered; then everything comes to rest.
		for (let n = 0; n < 12; n++) {
			const token = (await ledgers[0]!.beginTick(sync, 'main', TTL))!;
			while (handed.length > 0) await node(ledgers[1]!, (below) => (below === 6 ? 1 : 0));
			await ledgers[0]!.countIntended(sync, token, GUARD);
			const limits = { keys: 100, bytes: 1e9, ttl: TTL, before: 1e15, passedOnly: false };
			const { run, records } = await ledgers[0]!.lease(sync, token, limits);
			if (records.length > 0) handed.push({ run, mapping: `mapping ${mappings}`, records });
		}
		const { table, db } = stores[0]!;
		const restless = await db.all(sql<{ key: string; state: string }>`
			SELECT r.key, l.state, r.present, r.version, l.version AS confirmed, l.revision, d.revision AS mapping
			FROM ${table('record')} r JOIN ${table('destination')} d ON d.sync = r.sync
			LEFT JOIN ${table('link')} l ON l.destination = d.id AND l.key = r.key
			WHERE l.state IS NULL OR NOT (
				(r.present = 1 AND l.state = 'settled' AND l.version = r.version AND l.revision = d.revision)
				OR (r.present = 0 AND (l.state = 'gone' OR (l.state = 'settled' AND l.counterpart IS NULL))))`);
		expect(restless).toEqual([]);
		const standing = await db.all(sql<{ key: string; fields: string }>`
			SELECT key, fields FROM ${table('record')} WHERE present = 1 ORDER BY key`);
		expect(new Map(standing.map(({ key, fields }) => [key, JSON.parse(fields).value]))).toEqual(
			new Map([...source].sort(([a], [b]) => (a < b ? -1 : 1))),
		);
	}, 600_000);

	it('gives a destination that is added in the middle of a read every record of it (invariant 3)', async () => {
		const stores = [await place.empty(), await place.again()];
		ledgers = [await ledgerOn(stores[0]!), await ledgerOn(stores[1]!)];
		sync = (await ledgers[0]!.register({ instance: 'i', workflow: 'w', node: 't' }, 'together')).id;
		mappings = 1;
		await seen();
		await ledgers[0]!.destination(sync, NODE, 'To', { id: 'first', text: 'first' });
		for (let n = 0; n < 30; n++) {
			const token = (await ledgers[0]!.beginTick(sync, 'main', TTL))!;
			const observation = await ledgers[0]!.observe(sync, token, 'together', []);
			await observation.add(KEYS.map((key) => ({ key: `${n} ${key}`, fields: { n } })));
			await Promise.all([
				observation.finish({ complete: false }),
				ledgers[1]!.destination(sync, NODE, 'To', { id: `target ${n}`, text: 'another table' }),
				ledgers[1]!.destination(sync, NODE, 'To', { id: `target ${n}`, text: 'another table' }),
			]);
		}
		const { table, db } = stores[0]!;
		const forgotten = await db.all(sql<{ key: string }>`
			SELECT r.key FROM ${table('record')} r JOIN ${table('destination')} d ON d.sync = r.sync AND d.state = 'active'
			WHERE NOT EXISTS (SELECT 1 FROM ${table('link')} l WHERE l.destination = d.id AND l.key = r.key)`);
		expect(forgotten).toEqual([]);
		const active = await db.all(sql`SELECT id FROM ${table('destination')} WHERE state = 'active'`);
		expect(active).toHaveLength(1);
	}, 60_000);
});
