/**
 * A destination whose writes are done by others. What stands there now is given by the caller, or is what was last
 * confirmed; what is to be written is written ahead in the ledger and handed out, and whoever learns what became of it
 * confirms it. Until then the record stays leased; after that it is due again.
 */
import { canonical, pick, same, set } from './canonical';
import { isKeyed } from './fingerprint';
import type { MappedStamp } from './items';
import type { Link } from './ledger';
import { plainFields } from './lists';
import { matches, merge, type Plan } from './plan';
import type { Ready } from './prepare';
import { respelled } from './respell';
import type { Healing } from './heal';
import { SyncError, type ActualRecord, type Destination, type Fields, type Lookup, type Value } from './types';

/** One thing that stands in the destination, as the caller read it. */
export interface Standing {
	id: string;
	fields: Fields;
}

export type Writing = Extract<Plan, { action: 'create' | 'update' | 'delete' | 'deactivate' }>;

/** What is needed to confirm a write, once it is known what became of it. JSON; travels with the write. */
export interface Errand {
	/** The destination's row in the ledger. */
	destination: number;
	run: number;
	revision: number;
	stamp: MappedStamp;
	/** The desired fields; a failure's message is searched for the sensitive ones among them. */
	desired: Fields;
	link: Pick<Link, 'key' | 'part' | 'version' | 'attempts' | 'told' | 'counterpart'>;
	plan: Writing;
	/** What stood there before. */
	before: Fields;
	/** A test run: the ledger gets to know the counterpart and nothing else. */
	test?: true;
}

/** The same for a heal: no item brought it. */
export interface HealErrand {
	destination: number;
	run: number;
	heal: Healing;
}

/** How a pass over a destination deals with writes that others do. */
export interface External {
	/** What stands there now was read; otherwise the last confirmation stands in for it. */
	readonly seen: boolean;
	/** Finds what stands there for these records. */
	look(ready: Ready[], secret: string): void;
	/** Why a record may not be planned, if so: it may stand there, and nobody can look. */
	doubt(link: Link): SyncError | undefined;
	/** Whether the destination only spells a value in its own way. */
	alike(confirmed: Value, found: Value): boolean;
	/** Takes a write that the ledger has written ahead. `item`: the number of the item that it came from. */
	handOut(item: number | undefined, errand: Errand | HealErrand): void;
}

export interface ExternalSettings {
	/** For people, and for identity: another name is another destination. */
	name: string;
	/** What stands there; undefined where nobody looked. */
	standing?: Standing[];
	/** A create whose answer never came is made again, as the user says in so many words. */
	again?: boolean;
}

/** How many records are planned at once. */
const BATCH = 1000;

export class ExternalDestination implements Destination, External {
	readonly batchSize = BATCH;
	readonly target: { id: string; text: string };
	readonly seen: boolean;
	readonly errands: { item: number | undefined; errand: Errand | HealErrand }[] = [];
	private readonly byId = new Map<string, Standing>();
	/** By the names of match fields, then by their values; made when first asked for. */
	private readonly byMatch = new Map<string, Map<string, Standing[]>>();

	constructor(private readonly settings: ExternalSettings) {
		const { name, standing } = settings;
		this.target = { id: canonical(['any node', name]), text: name };
		this.seen = standing !== undefined;
		for (const one of standing ?? []) this.byId.set(one.id, one);
	}

	/** Nobody can say which fields there are. */
	async describe(): Promise<never[]> {
		return [];
	}

	/** Where nobody looked, nobody can say, and nothing is held for it. */
	async isEmpty(): Promise<boolean> {
		return (this.settings.standing ?? []).length === 0;
	}

	async prepare(fields: Fields): Promise<{ ok: true; fields: Fields }> {
		return { ok: true, fields };
	}

	async read(wanted: Lookup[], fields: string[]): Promise<ActualRecord[]> {
		return wanted.flatMap(({ ref, id, match }) => {
			const found =
				id !== undefined ? [this.byId.get(id)].filter((one) => one !== undefined) : this.matching(match!);
			return found.map((one) => ({ ref, id: one.id, fields: pick(one.fields, fields) }));
		});
	}

	async write(): Promise<never> {
		throw new SyncError('setup', 'This destination is written to by other nodes.');
	}

	async close(): Promise<void> {}

	handOut(item: number | undefined, errand: Errand | HealErrand): void {
		this.errands.push({ item, errand });
	}

	look(ready: Ready[], secret: string): void {
		for (const one of ready) {
			if (this.seen) this.find(one, secret);
			else one.actual = lastConfirmed(one, secret);
		}
	}

	doubt(link: Link): SyncError | undefined {
		if (this.seen || this.settings.again === true || !link.createIntended || link.counterpart !== null)
			return undefined;
		return new SyncError(
			'retry',
			'it was handed out to be created, and nobody confirmed it, so that it may be there or not',
			{
				todo: `Look whether it is in ${this.settings.name}. Connect what stands there to the second input, where it is found by its match field; or, if it is not there, let such creates be made again.`,
			},
		);
	}

	/** Another type or form of the same value; other letters are another value, for nobody looked when it was written. */
	alike(confirmed: Value, found: Value): boolean {
		if (isEmpty(confirmed) && isEmpty(found)) return true;
		if (!respelled(confirmed, found) || typeof confirmed === 'object' || typeof found === 'object') return false;
		return !/\p{L}/u.test(String(confirmed)) || String(confirmed) === String(found) || isInstant(confirmed);
	}

	private find(one: Ready, secret: string): void {
		const { link, item, prepared } = one;
		let found: Standing[] = [];
		if (link.counterpart !== null) found = [this.byId.get(link.counterpart)].filter((known) => known !== undefined);
		if (
			found.length === 0 &&
			link.createIntended &&
			link.match !== null &&
			!Object.values(link.match).some(isKeyed)
		) {
			found = this.matching(link.match);
			one.byMatch = true;
		}
		const removing = item.stamp.action === 'remove' && !link.createIntended;
		const match = pick(prepared, item.stamp.match);
		if (found.length === 0 && !removing && item.stamp.match.length > 0 && isWhole(match, item.stamp.match)) {
			found = this.matching(match);
			one.byMatch = true;
		}
		one.actual = found.map(({ id, fields }) => ({ ref: 0, id, fields: this.inOurSpelling(fields, one, secret) }));
	}

	/** What is only spelt otherwise, while the source has not changed since it was confirmed, counts as ours. */
	private inOurSpelling(fields: Fields, { link, prepared }: Ready, secret: string): Fields {
		if (link.fields === null) return fields;
		const read = merge(fields);
		for (const [name, now] of Object.entries(prepared)) {
			const found = Object.hasOwn(fields, name) ? fields[name]! : null;
			if (matches(link.fields[name], now, secret) && !same(now, found) && this.alike(now, found))
				set(read, name, now);
		}
		return read;
	}

	private matching(match: Fields): Standing[] {
		const names = Object.keys(match);
		const by = canonical(names);
		let index = this.byMatch.get(by);
		if (!index) {
			index = new Map();
			for (const one of this.settings.standing ?? []) {
				const values = textOf(
					names.map((name) => (Object.hasOwn(one.fields, name) ? one.fields[name]! : null)),
				);
				const known = index.get(values);
				if (known) known.push(one);
				else index.set(values, [one]);
			}
			this.byMatch.set(by, index);
		}
		return index.get(textOf(Object.values(match))) ?? [];
	}
}

/** What was last confirmed, as if it had been read. */
function lastConfirmed({ link, prepared }: Ready, secret: string): ActualRecord[] {
	if (link.counterpart === null) return [];
	const fields = merge(plainFields(link.fields ?? {}), link.told ?? {});
	// A fingerprint stands for a sensitive value; where it is that of the desired one, the value is known.
	for (const [name, known] of Object.entries(fields)) {
		const now = Object.hasOwn(prepared, name) ? prepared[name]! : null;
		if (isKeyed(known) && matches(known, now, secret)) set(fields, name, now);
	}
	return [{ ref: 0, id: link.counterpart, fields }];
}

/** A number and its text match alike: which of the two a node puts out says nothing. */
function textOf(values: Value[]): string {
	return canonical(values.map((value) => (typeof value === 'object' ? value : String(value))));
}

function isWhole(match: Fields, names: string[]): boolean {
	return names.every((name) => !isEmpty(match[name] ?? null));
}

function isEmpty(value: Value): boolean {
	return value === null || value === '';
}

function isInstant(value: Value): boolean {
	return typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]/u.test(value);
}
