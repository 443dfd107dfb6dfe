/** Plays steps on a real ledger and on the model beside it, and compares what every call answers. */
import { sql } from 'kysely';

import { recover } from '../../ledger/due';
import { ledgerOn } from '../../ledger/ledger';
import type { Store } from '../../ledger/store';
import type { Ledger } from '../../sync/ledger';
import { answer } from './answers';
import { Model } from './model';
import { LONG, type Run, type Step } from './steps';

const NODE = 'to';
/** A second destination, whose node never answers: what becomes of the first one is nothing to it. */
const BYSTANDER = 'bystander';
const GUARD = { few: 1e6, share: 1, changes: 1, first: true };
export class Play {
	readonly model = new Model();
	readonly source = new Map<string, number>();
	private readonly runs: Run[] = [];
	private edits = 0;
	private mappings = 1;
	sync = 0;
	destination = 0;
	bystander = 0;

	private constructor(
		readonly store: Store,
		readonly ledger: Ledger,
	) {}

	static async open(store: Store): Promise<Play> {
		const play = new Play(store, await ledgerOn(store));
		play.sync = (await play.ledger.register({ instance: 'i', workflow: 'w', node: 't' }, 'play')).id;
		await play.seen(true);
		play.destination = (await play.ledger.destination(play.sync, NODE, 'To', { id: 't', text: 't' })).id;
		const other = { id: 'other', text: 'other' };
		play.bystander = (await play.ledger.destination(play.sync, BYSTANDER, 'Other', other)).id;
		play.model.mappedAt = await play.mappedAt();
		return play;
	}

	async step(step: Step): Promise<void> {
		const { ledger, model, source, sync, destination } = this;
		switch (step.do) {
			case 'edit':
				source.set(step.key, ++this.edits);
				break;
			case 'drop':
				source.delete(step.key);
				break;
			case 'read': {
				const all = [...source].sort();
				await this.read(new Map(step.complete ? all : all.slice(0, step.keys)), step.complete);
				break;
			}
			case 'lease':
				await this.lease(step.keys);
				break;
			case 'carry':
				await this.carry();
				break;
			case 'claim':
				await this.withRun(step.run, false, async (run) => await this.claim(run));
				break;
			case 'answer':
				await this.withRun(step.run, undefined, async (run) => await answer(this, run, step.key, step.how));
				break;
			case 'age':
				await this.withRun(step.run, undefined, async ({ run }) => await this.expire(run));
				break;
			case 'end':
				await this.withRun(step.run, false, async ({ run }) => {
					await ledger.endRun(run, { ok: step.ok, retryIn: 0 });
					for (const [key, lease] of model.leases)
						if (lease.run === run && lease.phase === 'handed') model.leases.delete(key);
				});
				break;
			case 'heal':
				await this.heal(step.key);
				break;
			case 'healed':
				await this.withRun(step.run, true, async ({ run, keys }) => {
					const told = keys.map((key) => ({ key, part: '', told: null, history: [] }));
					await ledger.confirmHeal(destination, run, told);
					for (const key of keys) if (model.leases.get(key)?.run === run) model.leases.delete(key);
				});
				break;
			case 'miss':
				await ledger.sweptMissing(destination, await this.page(step.key), 'missing');
				break;
			case 'count':
				if (step.cautious)
					await this.store.db.run(sql`UPDATE ${this.store.table('destination')} SET cautious = 1`);
				await this.count();
				break;
			case 'release':
				for (const { id } of await ledger.openHolds(sync)) await this.release(id);
				break;
			case 'remap':
				this.mappings++;
				model.revision++;
				await this.seen(true);
				model.mappedAt = await this.mappedAt();
				break;
			case 'retire':
				await this.seen(false);
				await this.read(source, true);
				await this.seen(true);
				break;
			case 'reopen':
				if (this.store.shared) break;
				await recover(this.store);
				for (const [key, { phase }] of model.leases) if (phase !== 'writing') model.leases.delete(key);
				break;
			case 'restart':
				await ledger.checkAge((await ledger.sequence()) + 5);
				model.leases.clear();
				model.confirmed.clear();
				model.passed.clear();
		}
	}

	async read(values: ReadonlyMap<string, number>, complete: boolean): Promise<void> {
		const observation = await this.ledger.observe(this.sync, await this.token(), 'play', []);
		await observation.add([...values].map(([key, value]) => ({ key, fields: { value } })));
		await observation.finish({ complete });
		this.model.observe(values, complete);
	}

	async lease(keys: number): Promise<Run> {
		const limits = { keys, bytes: 1e9, ttl: LONG, before: 1e15, passedOnly: false };
		const leased = await this.ledger.lease(this.sync, await this.token(), limits);
		const { run } = leased;
		const records = leased.records.filter((record) => record.for.includes(NODE));
		for (const { key, version } of records) {
			expect([key, this.model.leases.get(key)]).toEqual([key, undefined]);
			expect([key, version]).toEqual([key, this.model.records.get(key)!.version]);
			this.model.leases.set(key, { run, version, revision: this.model.revision, phase: 'handed' });
		}
		return this.began(
			run,
			records.map(({ key }) => key),
		);
	}

	private async carry(): Promise<void> {
		const carried = await this.ledger.carrier(this.sync, await this.token(), LONG);
		for (const { key } of carried?.records ?? []) {
			const rows = await this.links(sql`l.key = ${key} AND l.state = 'handed' AND l.lease = ${carried!.run}`);
			if (rows.length === 0) continue;
			const { version } = this.model.confirmed.get(key)!;
			this.model.leases.set(key, { run: carried!.run, version, revision: this.model.revision, phase: 'handed' });
			this.began(carried!.run, [key]);
		}
	}

	async claim({ run, mapping, keys }: Run): Promise<{ key: string; removal: string; createIntended: boolean }[]> {
		const { model } = this;
		const items = keys.map((key) => ({ key, version: model.leases.get(key)?.version ?? 0 }));
		const { claims } = await this.ledger.claim(this.destination, run, mapping, items, LONG);
		const taken = new Set(keys.filter((key) => model.claims(key, run)));
		for (const { link, superseded } of claims) {
			expect([link.key, superseded === undefined]).toEqual([link.key, taken.has(link.key)]);
			const lease = model.leases.get(link.key);
			if (taken.has(link.key)) Object.assign(lease!, { phase: 'claimed', revision: model.revision });
		}
		return claims.filter(({ link }) => taken.has(link.key)).map(({ link }) => link);
	}

	async confirm({ run }: Run, key: string, counterpart: string | null, state: 'settled' | 'gone'): Promise<void> {
		const { model } = this;
		const { version, revision } = model.answers(key, run) ?? { version: 99, revision: 99 };
		const done = { key, part: '', version, counterpart, state, fields: {}, told: null, history: [] };
		const late = await this.ledger.confirm(this.destination, run, revision, [done]);
		expect([key, late.has(key)]).toEqual([key, !model.confirm(key, run, counterpart)]);
	}

	/** The run's leases end without an answer, and the next drain sees it. */
	async expire(run: number): Promise<void> {
		await this.store.db.run(sql`UPDATE ${this.store.table('link')} SET lease_until = 1 WHERE lease = ${run}`);
		const nothing = { keys: 1, bytes: 1, ttl: LONG, before: 0, passedOnly: false };
		await this.ledger.lease(this.sync, await this.token(), nothing);
		for (const [key, lease] of this.model.leases) if (lease.run === run) this.model.leases.delete(key);
	}

	private async heal(key: string): Promise<void> {
		const page = await this.page(key);
		const { run, keys } = await this.ledger.claimHeal(this.destination, page, LONG);
		for (const { version, revision } of page.filter((link) => keys.has(link.key))) {
			expect([key, this.model.leases.get(key)]).toEqual([key, undefined]);
			this.model.leases.set(key, { run, version, revision, phase: 'writing' });
		}
		this.began(run, [key], true);
	}

	/** The guard counts. What it lets pass, and nothing else, may become a removal. */
	async count(): Promise<void> {
		const waiting = await this.links(sql`l.state = 'intended' AND l.removal = 'intended'`);
		const { db, table } = this.store;
		const [row] = await db.all(
			sql<{ cautious: number }>`SELECT cautious FROM ${table('destination')} WHERE id = ${this.destination}`,
		);
		await this.ledger.countIntended(this.sync, await this.token(), GUARD);
		if (row!.cautious === 0) for (const key of waiting) this.model.passed.add(key);
	}

	async release(hold: number): Promise<void> {
		const held = sql`(l.state = 'held' OR (l.state = 'writing' AND l.healing = 'held'))`;
		const waiting = await this.links(sql`l.hold = ${hold} AND l.removal = 'intended' AND ${held}`);
		if ((await this.ledger.release(this.sync, hold)) === 'released')
			for (const key of waiting) this.model.passed.add(key);
	}

	private async page(key: string) {
		return (await this.ledger.sweepPage(this.destination, null, 100)).filter((link) => link.key === key);
	}

	private async links(where: ReturnType<typeof sql>): Promise<string[]> {
		const rows = await this.store.db.all(
			sql<{ key: string }>`SELECT l.key FROM ${this.store.table('link')} l WHERE ${where}`,
		);
		return rows.map(({ key }) => key);
	}

	private began(run: number, keys: string[], heals = false): Run {
		const one = { run, keys, heals, mapping: `mapping ${this.mappings}` };
		if (keys.length > 0) this.runs.push(one);
		return one;
	}

	/** The n-th youngest of the runs (that heal, or that do not). */
	private async withRun(n: number, heals: boolean | undefined, work: (run: Run) => Promise<unknown>): Promise<void> {
		const some = this.runs.filter((run) => heals === undefined || run.heals === heals);
		if (some.length > 0) await work(some[some.length - 1 - (n % some.length)]!);
	}

	private async token(): Promise<number> {
		return (await this.ledger.beginTick(this.sync, 'play', LONG))!;
	}

	private async seen(there: boolean): Promise<void> {
		const mappings = [`mapping ${this.mappings}`];
		const nodes = there ? [NODE, BYSTANDER].map((node) => ({ node, name: node, mappings })) : [];
		await this.ledger.destinationsSeen(this.sync, nodes, 0);
	}

	private async mappedAt(): Promise<number> {
		const { db, table } = this.store;
		const [row] = await db.all(
			sql<{ at: number }>`SELECT revision_run AS at FROM ${table('destination')} WHERE id = ${this.destination}`,
		);
		return row!.at;
	}
}
