/** An object of a system as a source. It only looks: a request that could change something cannot be sent from here. */
import { fingerprint } from '../../sync/fingerprint';
import { encodeKey } from '../../sync/key';
import { canonical } from '../../sync/canonical';
import type { Cursor, Fields, RecordPage, Source, SourceRecord } from '../../sync/types';
import { SyncError } from '../../sync/types';
import type { ChangedSince, ObjectDefinition } from './definition';
import { changesOf, objectOf, placeOf, type RestOptions } from './destination';
import { accessTo } from './net/access';
import { Client, QuotaSpent, type Asked } from './net/client';
import { get } from './text/path';
import { holds } from './text/condition';
import { ahead } from './records/ahead';
import { ChangeList, later, servedAt, told } from './records/changes';
import { moment } from './records/moment';
import { idOf, pagesOf } from './records/pages';
import { pooled } from './records/pool';
import { Reader } from './records/read';
import { Shape } from './records/shape';
import { isObject } from './records/values';

export interface RestSourceOptions extends RestOptions {
	/** Read only what changed, where the system can say it. */
	follow?: boolean;
}

export class RestSource implements Source {
	readonly tag: string;
	readonly place: string;
	readonly client: Client;
	private readonly object: ObjectDefinition;
	private readonly reader: Reader;
	private shape: Promise<Shape> | undefined;

	/** Throws {@link SyncError} `setup`. Asks nothing yet. */
	constructor(private readonly options: RestSourceOptions) {
		this.object = objectOf(options.system, options.object);
		const access = accessTo(options);
		this.client = new Client(options.system, access);
		const place = placeOf(options, access.base, options.settings);
		this.place = place.id;
		this.tag = fingerprint(
			canonical(['rest 1', options.system.name, options.object, Object.keys(this.object.fields)]),
		);
		this.reader = new Reader(this.client, this.object, place.id);
	}

	async *read(since?: Cursor, signal?: AbortSignal): AsyncIterable<RecordPage> {
		const changedSince = changesOf(this.object, this.options.settings);
		const from =
			this.options.follow === true && changedSince !== 'none' && isObject(since) ? since['at'] : undefined;
		const asked: Asked = signal ? { signal } : {};
		try {
			if (changedSince !== 'none' && typeof from === 'number') yield* this.changed(changedSince, from, asked);
			else yield* this.all(asked);
		} catch (error) {
			// What was read so far counts, and nothing is missing for it: the rest comes when the quota is renewed.
			if (!(error instanceof QuotaSpent)) throw error;
			yield { records: [], unkeyed: 0, complete: false };
		}
	}

	async fetch(keys: string[]): Promise<SourceRecord[]> {
		const shape = await this.shaped();
		const hits = await this.reader.byIds([...new Set(keys)].map((id, ref) => ({ ref, id })));
		const records = await this.detailed(
			hits.map(({ record }) => record),
			{},
		);
		return records.flatMap((record) => {
			const one = this.recordOf(record, shape);
			return one && one.removed !== true ? [one] : [];
		});
	}

	async close(): Promise<void> {}

	private async *all(asked: Asked): AsyncIterable<RecordPage> {
		const shape = await this.shaped();
		const { list } = this.object.read;
		const changedSince = changesOf(this.object, this.options.settings);
		const began = Date.now();
		let latest: number | undefined;
		let served: number | undefined;
		let read = 0;
		for await (const page of ahead(pagesOf(this.client, list, { id: this.object.id, asked }))) {
			served ??= (changedSince === 'none' ? undefined : told(changedSince, page)) ?? servedAt(page) ?? began;
			read += page.records.length;
			latest = later(this.object, latest, page.records);
			yield { ...(await this.taken(page.records, shape, asked)), complete: false };
			asked.signal?.throwIfAborted();
		}
		if (list.ceiling !== undefined && read >= list.ceiling) {
			if (changedSince === 'none' || latest === undefined)
				throw new SyncError(
					'setup',
					`${this.options.system.displayName} gives no more than ${list.ceiling} records at once, and there are more.`,
					{
						todo: 'Choose an object, or settings, that give fewer.',
					},
				);
			for await (const page of new ChangeList(this.client, this.object, changedSince).pages(latest, asked))
				yield { ...(await this.taken(page.records, shape, asked)), complete: false };
		}
		const at = changedSince !== 'none' && changedSince.watermark === 'updatedAt' ? (latest ?? served) : served;
		yield { records: [], unkeyed: 0, complete: true, ...(at !== undefined && { cursor: { at } }) };
	}

	private async *changed(changedSince: ChangedSince, from: number, asked: Asked): AsyncIterable<RecordPage> {
		const shape = await this.shaped();
		const list = new ChangeList(this.client, this.object, changedSince);
		let next = from;
		for await (const { records: listed, at } of list.since(from, asked)) {
			const records = changedSince.then === 'get' ? await this.whole(listed, asked) : listed;
			// A list of ids alone does not say when they changed.
			const end = changedSince.watermark === 'updatedAt' ? later(this.object, at, records) : at;
			next = Math.max(next, end ?? at);
			yield { ...(await this.taken(records, shape, asked)), complete: false };
			asked.signal?.throwIfAborted();
		}
		yield { records: [], unkeyed: 0, complete: false, cursor: { at: next } };
	}

	/** The records behind listed ids. What says that it is gone is as it was listed. */
	private async whole(listed: Fields[], asked: Asked): Promise<Fields[]> {
		const gone = listed.filter((record) => this.isGone(record));
		const ids = listed
			.filter((record) => !gone.includes(record))
			.flatMap((record) => idOf(record, this.object.id) ?? []);
		const hits = await this.reader.byIds(
			ids.map((id, ref) => ({ ref, id })),
			asked,
		);
		return [...gone, ...hits.map(({ record }) => record)];
	}

	private async taken(
		listed: Fields[],
		shape: Shape,
		asked: Asked,
	): Promise<Pick<RecordPage, 'records' | 'unkeyed'>> {
		const records = (await this.detailed(listed, asked)).map((record) => this.recordOf(record, shape));
		const keyed = records.filter((record) => record !== undefined);
		return { records: keyed, unkeyed: records.length - keyed.length };
	}

	/** With the second request that each record takes, where it takes one. */
	private async detailed(listed: Fields[], asked: Asked): Promise<Fields[]> {
		const { detail } = this.object.read;
		if (detail === 'none') return listed;
		const whole = [...listed];
		await pooled([...listed.keys()], this.options.system.limits.concurrent, async (n) => {
			const record = listed[n]!;
			if (this.isGone(record)) return;
			try {
				const { body } = await this.client.look(
					detail.request,
					{ id: idOf(record, this.object.id), record },
					asked,
				);
				const found = get(body, detail.record);
				if (isObject(found)) whole[n] = { ...record, ...found };
			} catch (error) {
				if (!(error instanceof SyncError) || error.kind !== 'missing') throw error;
			}
		});
		return whole;
	}

	private recordOf(record: Fields, shape: Shape): SourceRecord | undefined {
		const id = idOf(record, this.object.id);
		const key = encodeKey([id]);
		if (key === null || key === '') return undefined;
		const label = get(record, this.object.label);
		const ordering = this.object.updatedAt === false ? undefined : moment(get(record, this.object.updatedAt));
		return {
			key,
			fields: shape.readAll(record),
			...(label !== undefined && label !== null && typeof label !== 'object' && { name: String(label) }),
			...(ordering !== undefined && { ordering }),
			...(this.isGone(record) && { removed: true }),
		};
	}

	private isGone(record: Fields): boolean {
		const { removed } = this.object.read;
		return typeof removed === 'object' && holds(removed, record);
	}

	private shaped(): Promise<Shape> {
		this.shape ??= Shape.of(this.client, this.object).catch((error: unknown) => {
			this.shape = undefined;
			throw error;
		});
		return this.shape;
	}
}
