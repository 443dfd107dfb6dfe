/** A whole sync without n8n: source → tick → mapping → apply → destination, over a real ledger file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sql, type RawBuilder } from 'kysely';

import { ledgerOn } from '../../ledger/ledger';
import { sqliteStore } from '../../ledger/sqlite';
import { TABLES, type Store } from '../../ledger/store';
import { apply } from '../../sync/apply';
import { probeIn, type Applied, type ApplyContext } from '../../sync/context';
import { DEFAULT_GUARD } from '../../sync/guard';
import type { DesiredItem, Outcome } from '../../sync/items';
import { linkName } from '../../sync/key';
import type { Guard, Hold, Ledger } from '../../sync/ledger';
import type { Mapped } from '../../sync/mapping';
import type { Need } from '../../sync/needs';
import { isPause } from '../../sync/pause';
import { planForReview, type Planned } from '../../sync/review';
import { sweep } from '../../sync/sweep';
import { tick, type OutgoingItem, type RunEnd, type TickResult, type TickSettings } from '../../sync/tick';
import type { Destination, Fields, Source } from '../../sync/types';
import { Crash, MemoryDestination, MemorySource } from './memory';

export interface MappingOptions {
	removal: Mapped['removal'];
	match: string[];
	may: Mapped['may'];
	existing: Mapped['existing'];
	once: string[];
	fill: string[];
	/** Fields that are left alone where the source has no value. */
	leave: string[];
	/** Source fields without a row. */
	unmapped: string[];
	/** Mapped only to find the counterpart by. */
	foreign: string[];
	sensitive: string[];
	fingerprint: string;
	scope: (fields: Fields) => boolean;
	/** When time alone takes a record into the scope or out of it. */
	flipsAt?: (fields: Fields) => number | undefined;
	daily?: true;
	/** What only the ledger or the destination knows of a record. */
	needs?: (fields: Fields) => Need[];
	lists?: Mapped['lists'];
	/** A record is several counterparts: the key and the fields of each. */
	parts?: (fields: Fields) => { key: string; fields: Fields }[];
	/** Fields that are owned though the record itself does not have them. */
	owned?: string[];
}

export class World {
	readonly source = new MemorySource();
	readonly destination = new MemoryDestination();
	/** A real destination instead of the one in memory. */
	into?: Destination;
	/** How many counterparts a sweep's range is drawn for. */
	rangeSize?: number;
	readonly outcomes: Outcome[] = [];
	readonly held: Hold[] = [];
	guard: Guard = DEFAULT_GUARD;
	sensitive: string[] = [];
	sweepEvery: number | null = null;
	identity = { instance: 'i', workflow: 'w', node: 'trigger' };
	name = 'people';
	takeOver?: string;
	release?: number;
	forgetRetired?: boolean;
	attempts = 3;
	/** Milliseconds between the tries of a record. */
	delay: (tries: number) => number = () => 0;
	/** A person who looks at plans before they are applied; those that come back are approved. */
	review?: (planned: Planned[]) => Promise<Planned[]>;
	/** The field in which the destination says who edited last. */
	editor?: string;
	probeIn = 0;
	unconfirmedAfter?: number;
	retryIn = 0;
	/** What the workflow remembers of the ledger. */
	seen?: number;
	/** Milliseconds of every lease; longer than a busy machine stalls, except where a test waits for its end. */
	ttl = 10_000;
	stuckAfter = 60_000;
	/** Records that one run carries. */
	batch = 50;
	/** The runs that wait, each with what comes next in it. */
	readonly parked: OutgoingItem[][] = [];
	/** Runs wait at a Wait node: for so long, or for nobody knows how long. */
	waits?: number | 'for somebody';
	/** n8n's stop button. */
	stopButton?: AbortSignal;
	node = 'to';
	/** Other destinations of the sync, by their nodes. */
	readonly beside = new Map<string, MemoryDestination>();
	/** The destination stands in a sub-workflow, where the trigger does not see it. */
	hidden = false;
	flow?: string;
	/** What stands between, as the trigger sees it. */
	way?: string;
	/** How the destination node is set up, as the trigger sees it. */
	settings?: string;
	/** The record's own date, for records that are taken only when newer. */
	dateOf?: (fields: Fields) => string;
	/** Milliseconds that a waiting run keeps its leases. */
	parkedTtl = 1000;
	/** Closes the workflow. */
	stop = new AbortController();
	/** Called when a batch has been handed over, before anything of it arrives. */
	beforeRun: () => Promise<void> = async () => undefined;
	/** Several records of the source become one. */
	grouped?: (source: Source) => Source;
	/** What a mapping makes of a record's fields before it maps them by their names. */
	before: (fields: Fields) => Fields = (fields) => fields;
	/** A node between the trigger and the mapping. */
	between: (items: OutgoingItem[]) => OutgoingItem[] = (items) => items;
	mapping: MappingOptions = {
		removal: { kind: 'deactivate', set: { active: 'no' }, onReturn: { active: 'yes' } },
		match: ['email'],
		may: { create: true, update: true },
		existing: { which: 'all' },
		once: [],
		fill: [],
		leave: [],
		unmapped: [],
		foreign: [],
		sensitive: [],
		fingerprint: 'mapping 1',
		scope: () => true,
	};

	private constructor(
		public ledger: Ledger,
		private readonly folder: string,
		private readonly store: () => Promise<Store>,
	) {}

	/** Over a ledger file of its own, or over the store that is given. */
	static async open(store?: () => Promise<Store>): Promise<World> {
		const folder = await mkdtemp(join(tmpdir(), 'one-way-sync-'));
		const opened = store ?? (async () => await sqliteStore(join(folder, 'ledger.sqlite')));
		return new World(await ledgerOn(await opened()), folder, opened);
	}

	/** As after a crash: a new process on the same ledger. */
	async reopen(): Promise<void> {
		await this.ledger.close();
		this.ledger = await ledgerOn(await this.store());
	}

	async close(): Promise<void> {
		await this.ledger.close();
		await rm(this.folder, { recursive: true });
	}

	/** All that stands in the ledger. */
	async everything(): Promise<unknown[]> {
		return await this.inStore(async (store) => {
			const tables = await Promise.all(
				TABLES.map(async (name) => await store.db.all(sql`SELECT * FROM ${store.table(name)}`)),
			);
			return tables.flat();
		});
	}

	/** What a statement over the ledger's tables answers. */
	async ask<Row>(statement: (tag: typeof sql, store: Store) => RawBuilder<unknown>): Promise<Row[]> {
		return await this.inStore(async (store) => (await store.db.all(statement(sql, store))) as Row[]);
	}

	async destinations(): Promise<{ id: number }[]> {
		return await this.inStore(
			async (store) =>
				await store.db.all(sql<{ id: number }>`SELECT id FROM ${store.table('destination')} ORDER BY id`),
		);
	}

	/** Every link, and whether its destination is retired. */
	async links(): Promise<{ key: string; state: string; retired: boolean }[]> {
		return await this.inStore(async (store) => {
			const rows = await store.db.all(sql<{ key: string; state: string; destination: string }>`
				SELECT l.key, l.state, d.state AS destination FROM ${store.table('link')} l
				JOIN ${store.table('destination')} d ON d.id = l.destination ORDER BY d.id, l.key`);
			return rows.map(({ key, state, destination }) => ({ key, state, retired: destination === 'retired' }));
		});
	}

	/** What the history says of each key, in its order. */
	async history(): Promise<{ key: string; outcome: string; why: string }[]> {
		return await this.inStore(
			async (store) =>
				await store.db.all(
					sql<{
						key: string;
						outcome: string;
						why: string;
					}>`SELECT key, outcome, why FROM ${store.table('history')} ORDER BY at, key`,
				),
		);
	}

	private async inStore<T>(ask: (store: Store) => Promise<T>): Promise<T> {
		const store = await this.store();
		return await ask(store).finally(async () => await store.db.close());
	}

	/** As if the time of every lease were over. */
	async expire(): Promise<void> {
		await this.inStore(async ({ db, table }) => {
			await db.run(sql`UPDATE ${table('link')} SET lease_until = 0 WHERE lease IS NOT NULL`);
			await db.run(sql`UPDATE ${table('destination')} SET sweep_until = 0`);
		});
	}

	/** As if every destination that is down had to be asked again now. */
	async renewed(): Promise<void> {
		await this.inStore(async ({ db, table }) => {
			await db.run(sql`UPDATE ${table('destination')} SET probe_at = 0 WHERE probe_at IS NOT NULL`);
			await db.run(sql`UPDATE ${table('link')} SET due_at = 0 WHERE due_at IS NOT NULL`);
		});
	}

	/** The fields that the ledger keeps of each record, as text. */
	async stored(): Promise<Map<string, string | null>> {
		const rows = await this.inStore(
			async (store) =>
				await store.db.all(
					sql<{ key: string; fields: string | null }>`SELECT key, fields FROM ${store.table('record')}`,
				),
		);
		return new Map(rows.map(({ key, fields }) => [key, fields]));
	}

	person(key: string, fields: Fields = {}): void {
		this.source.records.set(key, {
			id: key,
			email: `${key}@x.test`,
			name: `Person ${key}`,
			team: 'Sales',
			...fields,
		});
	}

	/** One tick. A crash in the run is what n8n would make of it: a failed run. */
	async tick(more: Pick<TickSettings, 'keepBack'> = {}): Promise<TickResult> {
		return await tick(
			this.ledger,
			{
				signal: this.stop.signal,
				openSource: async () => this.grouped?.(this.source) ?? this.source,
				destinations: () =>
					this.hidden
						? []
						: [
								{
									node: this.node,
									name: 'To',
									mappings: this.flow === undefined ? undefined : [this.flow],
									...(this.way !== undefined && { way: this.way }),
									...(this.settings !== undefined && { settings: this.settings }),
								},
								...[...this.beside.keys()].map((node) => ({ node, name: node })),
							],
				handOver: async (items) => await this.run(items),
			},
			{
				identity: this.identity,
				name: this.name,
				takeOver: this.takeOver,
				release: this.release,
				forgetRetired: this.forgetRetired,
				holder: 'test',
				sensitive: this.sensitive,
				completeEvery: null,
				sweepEvery: this.sweepEvery,
				guard: this.guard,
				batch: { keys: this.batch, bytes: 1e6 },
				leaseTtl: this.ttl,
				retryIn: this.retryIn,
				parkedTtl: this.parkedTtl,
				stuckAfter: this.stuckAfter,
				historyDays: 90,
				unconfirmedAfter: this.unconfirmedAfter,
				seen: this.seen,
				...more,
			},
		);
	}

	/** One run of the workflow behind the trigger. */
	async run(items: OutgoingItem[]): Promise<RunEnd> {
		await this.beforeRun();
		if (this.waits !== undefined) {
			this.parked.push(items);
			return { how: 'parked', ...(this.waits !== 'for somebody' && { waits: this.waits }) };
		}
		try {
			const desired = this.between(items)
				.flatMap((item) => this.mapEach(item))
				.map((item, n) => ({ ...item, item: n }));
			const mine = desired.filter(({ stamp }) => this.beside.size === 0 || stamp.for.includes(this.node));
			if (mine.length > 0) await this.node_(mine);
			for (const [node, destination] of this.beside) {
				const its = desired.filter(({ stamp }) => stamp.for.includes(node));
				if (its.length > 0) await this.node_(its, node, destination);
			}
			return { how: 'ended' };
		} catch (error) {
			if (error instanceof Crash) return { how: 'silent' };
			if (error instanceof Stumble) return { how: 'error', error: error.message };
			throw error;
		}
	}

	/** A record as one counterpart, or as one for each of its parts. */
	private mapEach(outgoing: OutgoingItem): DesiredItem[] {
		const { parts: partsOf } = this.mapping;
		if (!partsOf) return [this.map(outgoing, 0)];
		const { fields, stamp } = outgoing;
		const found = partsOf(fields);
		const { removal } = this.mapping;
		const parts = { keys: found.map(({ key }) => key), set: removal.kind === 'deactivate' ? removal.set : {} };
		if (found.length === 0) {
			const only = this.map({ fields: {}, stamp }, 0);
			return [{ ...only, stamp: { ...only.stamp, owned: [], needs: [], parts } }];
		}
		return found.map(({ key, fields: its }) => {
			const item = this.map({ fields: its, stamp }, 0);
			return { ...item, stamp: { ...item.stamp, part: key, parts } };
		});
	}

	map({ fields: given, stamp }: OutgoingItem, item: number): DesiredItem {
		const { mapping } = this;
		const fields = this.before(given);
		const left = (field: string) => mapping.leave.includes(field) && (fields[field] ?? '') === '';
		const desired = Object.fromEntries(
			Object.entries(fields).filter(
				([field]) => field !== 'id' && !mapping.unmapped.includes(field) && !left(field),
			),
		);
		const inScope = stamp.change !== 'removed' && mapping.scope(fields);
		return {
			item,
			fields: desired,
			stamp: {
				...stamp,
				action: inScope ? 'write' : 'remove',
				why: inScope ? undefined : stamp.change === 'removed' ? 'removed' : 'out of scope',
				owned: [...new Set([...Object.keys(desired), ...(mapping.owned ?? [])])].filter(
					(field) => ![...mapping.once, ...mapping.fill, ...mapping.foreign].includes(field),
				),
				once: mapping.once,
				...(mapping.fill.length > 0 && { fill: mapping.fill }),
				match: mapping.match,
				sensitive: mapping.sensitive,
				removal: mapping.removal,
				may: mapping.may,
				existing: { ...mapping.existing, ...(this.dateOf && { at: this.dateOf(fields) }) },
				mapping: mapping.fingerprint,
				flipsAt: mapping.flipsAt?.(fields),
				daily: mapping.daily,
				...(mapping.lists && { lists: mapping.lists }),
				...(inScope && mapping.needs && { needs: mapping.needs(fields) }),
			},
		};
	}

	/** The runs that wait go on. */
	async goOn(): Promise<void> {
		this.waits = undefined;
		for (const items of this.parked.splice(0)) await this.run(items);
	}

	/** What the destination node does. */
	private async node_(
		items: DesiredItem[],
		node = this.node,
		destination: Destination = this.into ?? this.destination,
	): Promise<Applied> {
		const { ledger, rangeSize } = this;
		const row = await ledger.destination(items[0]!.stamp.id, node, 'To', destination.target);
		const context: ApplyContext = {
			ledger,
			destination,
			row: { id: row.id, epoch: 1, firstWrite: row.firstWrite },
			secret: await ledger.secret(),
			where: 'People',
			editor: this.editor,
			retry: { attempts: this.attempts, delay: this.delay },
			leaseTtl: this.ttl,
			writeTtl: this.ttl,
			clock: () => performance.now(),
			signal: this.stopButton,
			rangeSize,
		};
		await ledger.owns(row.id, [...new Set(items.flatMap(({ stamp: { owned } }) => owned))]);
		const applied = await (this.review ? this.reviewed(items, context, this.review) : apply(items, context));
		await sweep(context, 'test', row.revision, applied);
		this.outcomes.push(...applied.outcomes);
		this.held.push(...applied.held);
		const { down } = applied;
		const todo = down?.detail.todo ?? '';
		const said = down && isPause(todo) ? `${down.message} ${todo}` : down?.message;
		await ledger.setDown(row.id, said ?? null, down ? probeIn(down, this.probeIn) : 0);
		return applied;
	}

	/** A node that only plans, a person, and a node that applies what was reviewed. */
	private async reviewed(
		items: DesiredItem[],
		context: ApplyContext,
		review: (planned: Planned[]) => Promise<Planned[]>,
	): Promise<Applied> {
		const { ledger, row, destination } = context;
		const keys = items.map(({ stamp }) => stamp.key);
		const looked = await ledger.look(items[0]!.stamp.id, this.node, destination.target.id, keys);
		const { planned, rest } = await planForReview(items, {
			...context,
			links: new Map(looked.links.map((link) => [linkName(link), link])),
			row: { id: row.id },
		});
		context.reviewed = true;
		const first = await apply(rest, context);
		const approved = (await review(planned)).map(({ item, plan }) => ({ ...item, stamp: { ...item.stamp, plan } }));
		const second = await apply(approved, context);
		return { ...second, outcomes: [...first.outcomes, ...second.outcomes], held: [...first.held, ...second.held] };
	}

	/** Outcomes since the last call, `unchanged` left out: `key outcome`. */
	told(): string[] {
		return this.outcomes
			.splice(0)
			.filter(({ outcome }) => outcome !== 'unchanged')
			.map(({ key, part, outcome }) => `${part === undefined ? key : `${key}/${part}`} ${outcome}`)
			.sort();
	}
}

/** A node of the user's that fails the run. */
export class Stumble extends Error {}

export const sleep = async (ms: number): Promise<void> => await new Promise((resolve) => setTimeout(resolve, ms));
