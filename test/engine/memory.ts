/**
 * A source and a destination in memory, for the engine's own tests: they do what a real system does when it is slow,
 * respells, refuses, or dies between a write and its answer. Real systems have the conformance suite.
 */
import {
	SyncError,
	type ActualRecord,
	type Cursor,
	type Destination,
	type FieldInfo,
	type Fields,
	type Lookup,
	type RecordPage,
	type Source,
	type SourceRecord,
	type Write,
	type WriteResult,
} from '../../sync/types';

export class MemorySource implements Source {
	readonly tag = 'memory';
	place?: string;
	readonly records = new Map<string, Fields>();
	/** The next read breaks off after that many records. */
	breakAfter?: number;
	/** Reads end without saying that they have seen everything. */
	cut = false;
	reads = 0;
	pageSize = 7;
	/** Every record comes twice, the second time with another name. */
	twice = false;
	/** The field that rises with every change. */
	ordering?: string;

	async *read(_since?: Cursor): AsyncIterable<RecordPage> {
		this.reads++;
		const all: SourceRecord[] = [...this.records].map(([key, fields]) => ({
			key,
			fields: { ...fields },
			name: String(fields.name ?? key),
			...(this.ordering !== undefined && { ordering: fields[this.ordering] }),
		}));
		if (this.twice) all.push(...all.map((record) => ({ ...record, fields: { ...record.fields, name: 'twice' } })));
		const size = this.pageSize;
		for (let from = 0; from < all.length || from === 0; from += size) {
			if (this.breakAfter !== undefined && from + size > this.breakAfter) {
				this.breakAfter = undefined;
				throw new SyncError('unreachable', 'the connection broke in the middle of the read');
			}
			yield {
				records: all.slice(from, from + size),
				unkeyed: 0,
				complete: !this.cut && from + size >= all.length,
			};
		}
	}

	async fetch(keys: string[]): Promise<SourceRecord[]> {
		return keys
			.filter((key) => this.records.has(key))
			.map((key) => ({ key, fields: { ...this.records.get(key)! } }));
	}

	async close(): Promise<void> {}
}

export class Crash extends Error {}

export class MemoryDestination implements Destination {
	batchSize = 10;
	target = { id: 'memory:people', text: 'people in memory' };
	readonly rows = new Map<string, Fields>();
	readonly inserts: string[] = [];
	/** Every write that was carried out, in order. */
	readonly log: string[] = [];
	private last = 0;
	/** What the next calls do instead of working. */
	faults: ('down' | 'die before' | 'die after')[] = [];
	/** Keys (by `email`) that are refused. */
	readonly refuses = new Set<string>();
	/** Milliseconds that it asks to wait, where it refuses or is down. */
	retryAfter?: number;
	/** How long its texts may be. */
	longest: Record<string, number> = {};
	/** Fields without which nothing is created. */
	required: string[] = [];
	/** Fields beside those of people. */
	more: string[] = [];
	/** How the destination spells a value. */
	spell: (field: string, value: Fields[string]) => Fields[string] = (_field, value) => value;

	async describe(): Promise<FieldInfo[]> {
		return ['id', 'email', 'name', 'team', 'active', 'note', ...this.more].map((name) => ({
			name,
			type: 'text',
			kind: 'text',
			required: this.required.includes(name),
			identity: name === 'id',
			writable: name !== 'id',
			...(this.longest[name] !== undefined && { maxLength: this.longest[name] }),
		}));
	}

	async prepare(fields: Fields): Promise<{ ok: true; fields: Fields } | { ok: false; error: SyncError }> {
		return { ok: true, fields };
	}

	async read(wanted: Lookup[], fields: string[]): Promise<ActualRecord[]> {
		if (this.faults[0] === 'down') {
			this.faults.shift();
			throw new SyncError('unreachable', 'memory is down', this.patience());
		}
		const found: ActualRecord[] = [];
		for (const { ref, id, match } of wanted) {
			for (const [at, row] of id !== undefined && this.rows.has(id)
				? [[id, this.rows.get(id)!] as const]
				: this.rows) {
				if (
					id !== undefined
						? at === id
						: Object.entries(match!).every(([field, value]) => row[field] === value)
				) {
					found.push({
						ref,
						id: at,
						fields: Object.fromEntries(fields.map((field) => [field, row[field] ?? null])),
					});
				}
			}
		}
		return found;
	}

	async write(writes: Write[]): Promise<WriteResult[]> {
		const fault = this.faults.shift();
		if (fault === 'down') throw new SyncError('unreachable', 'memory is down', this.patience());
		if (fault === 'die before') throw new Crash('killed before the write');
		const results = writes.map((write) => this.one(write));
		if (fault === 'die after') throw new Crash('killed after the write, before its answer was known');
		return results;
	}

	async isEmpty(): Promise<boolean> {
		return this.rows.size === 0;
	}

	private one({ ref, action, id, set, readBack }: Write): WriteResult {
		const email = String(set.email ?? (id !== undefined ? this.rows.get(id)?.email : ''));
		if (this.refuses.has(email))
			return {
				ref,
				ok: false,
				error: new SyncError('refused', `${email} is not welcome`, { field: 'email', ...this.patience() }),
			};
		const spelt = Object.fromEntries(
			Object.entries(set).map(([field, value]) => [field, this.spell(field, value)]),
		);
		if (action === 'create') {
			const at = String(++this.last);
			this.rows.set(at, spelt);
			this.inserts.push(email);
			this.log.push(`create ${email}`);
			return { ref, ok: true, id: at, actual: this.back(at, readBack) };
		}
		if (!this.rows.has(id!)) return { ref, ok: false, error: new SyncError('missing', `there is no ${id}`) };
		this.log.push(
			`${action} ${this.rows.get(id!)!.email}${action === 'update' ? ` ${Object.keys(set).sort().join(',')}` : ''}`,
		);
		if (action === 'delete') {
			this.rows.delete(id!);
			return { ref, ok: true, id: id!, actual: null };
		}
		this.rows.set(id!, { ...this.rows.get(id!)!, ...spelt });
		return { ref, ok: true, id: id!, actual: this.back(id!, readBack) };
	}

	private patience(): { retryAfter?: number } {
		return this.retryAfter === undefined ? {} : { retryAfter: this.retryAfter };
	}

	private back(id: string, fields: string[]): Fields {
		const row = this.rows.get(id)!;
		return Object.fromEntries(fields.map((field) => [field, row[field] ?? null]));
	}

	byEmail(email: string): Fields | undefined {
		return [...this.rows.values()].find((row) => row.email === email);
	}

	async close(): Promise<void> {}
}
