/** An object of a system as a destination. */
import { canonical } from '../../sync/canonical';
import type {
	ActualRecord,
	Changes,
	Destination,
	FieldInfo,
	Fields,
	Lookup,
	Value,
	Write,
	WriteResult,
} from '../../sync/types';
import { SyncError } from '../../sync/types';
import type { ChangedSince, ObjectDefinition, RemovalStep, SystemDefinition } from './definition';
import { accessTo, type Given } from './net/access';
import { Client, type Asked } from './net/client';
import { ChangeList } from './records/changes';
import { editsOf } from './records/edits';
import { lengths } from './records/length';
import { pagesOf } from './records/pages';
import { Reader } from './records/read';
import { Shape } from './records/shape';
import { Survey } from './records/survey';
import { writeRecords } from './records/write';

export interface RestOptions extends Given {
	object: string;
	/** Fields that a mapping uses, where any path is a field. */
	also?: string[];
	signal?: AbortSignal;
}

/** The object's definition. Throws {@link SyncError} `setup` for a name that is none. */
export function objectOf(system: SystemDefinition, name: string): ObjectDefinition {
	const object = Object.hasOwn(system.objects, name) ? system.objects[name] : undefined;
	if (!object)
		throw new SyncError(
			'setup',
			name === '' ? 'No object is chosen.' : `${system.displayName} has no object “${name}” here.`,
			{
				todo: `Choose one in Object: ${Object.keys(system.objects).join(', ')}.`,
			},
		);
	return object;
}

/** An object as a person names it. Throws {@link SyncError} `setup` for a name that is none. */
function namedObject(system: SystemDefinition, given: string): ObjectDefinition {
	const alike = (one: string) => one.toLowerCase() === given.trim().toLowerCase();
	const found = Object.entries(system.objects).find(([name, { displayName }]) => alike(name) || alike(displayName));
	if (found) return found[1];
	throw new SyncError('setup', `${system.displayName} has no object “${given}” here to look through.`, {
		todo: `Write one of these in Look Up In of the mapping: ${Object.keys(system.objects).join(', ')}.`,
	});
}

/** How what changed since a time is asked for, with these settings. */
export function changesOf({ read }: ObjectDefinition, settings: Record<string, string>): ChangedSince | 'none' {
	const { changedSince } = read;
	if (changedSince === 'none' || changedSince.takes === undefined) return changedSince;
	return (settings[changedSince.takes] ?? '') === '' ? 'none' : changedSince;
}

/** What a system's object is, for identity and for people. */
export function placeOf(
	{ system, object: name }: Pick<RestOptions, 'system' | 'object'>,
	base: string,
	settings: Record<string, string>,
): { id: string; text: string } {
	const { displayName, place } = objectOf(system, name);
	return {
		id: canonical(['rest', system.name, base, name, settings, ...(place === undefined ? [] : [place])]),
		text: `${displayName} in ${system.displayName} (${new URL(base).host})`,
	};
}

/** Where a system gives more at once, that many go together. */
const BATCH = 1000;

export class RestDestination implements Destination {
	readonly batchSize: number;
	readonly target: { id: string; text: string };
	readonly client: Client;
	private readonly object: ObjectDefinition;
	private readonly reader: Reader;
	private readonly also: Set<string>;
	private shape: Promise<Shape> | undefined;

	/** Throws {@link SyncError} `setup` for settings that cannot be meant. Asks nothing yet. */
	constructor(private readonly options: RestOptions) {
		this.object = objectOf(options.system, options.object);
		if (this.object.write === 'read only')
			throw new SyncError(
				'setup',
				`${this.object.displayName} of ${options.system.displayName} can only be read.`,
				{
					todo: 'Choose another object.',
				},
			);
		const access = accessTo(options);
		this.client = new Client(options.system, access);
		this.target = placeOf(options, access.base, options.settings);
		this.reader = new Reader(this.client, this.object, this.target.id);
		this.also = new Set(options.also);
		const { batch } = this.object.read;
		this.batchSize = Math.max(BATCH, batch === 'none' ? 0 : batch.most);
	}

	/** What to take instead, where this API creates and changes none. */
	get instead(): string | undefined {
		return this.object.instead;
	}

	/** What the definition offers to remove a counterpart, mildest first. */
	get removal(): readonly RemovalStep[] {
		return this.object.write === 'read only' ? [] : this.object.write.removal;
	}

	/** Names that a mapping uses: where any path is a field, they are fields. */
	expect(names: Iterable<string>): void {
		for (const name of names) this.also.add(name);
	}

	async describe(): Promise<FieldInfo[]> {
		return (await this.shaped()).info(this.also);
	}

	async prepare(fields: Fields): Promise<{ ok: true; fields: Fields } | { ok: false; error: SyncError }> {
		const shape = await this.shaped();
		try {
			return {
				ok: true,
				fields: Object.fromEntries(
					Object.entries(fields).map(([name, value]) => [name, shape.prepare(name, value)]),
				),
			};
		} catch (error) {
			if (error instanceof SyncError) return { ok: false, error };
			throw error;
		}
	}

	async read(wanted: Lookup[], fields: string[]): Promise<ActualRecord[]> {
		const shape = await this.shaped();
		const hits = await this.reader.find(wanted, shape, this.asked(), fields);
		return hits.map(({ ref, id, record }) => ({ ref, id, fields: shape.read(record, fields) }));
	}

	async survey(fields: string[]): Promise<Survey | undefined> {
		const shape = await this.shaped();
		return await Survey.of(this.client, this.object, shape, fields, this.asked());
	}

	/** What anybody changed there, where the system can say it. */
	get changes(): Changes | undefined {
		const how = changesOf(this.object, this.options.settings);
		if (how === 'none') return undefined;
		const list = new ChangeList(this.client, this.object, how);
		return editsOf({
			list,
			how,
			object: this.object,
			shape: () => this.shaped(),
			asked: this.asked(),
		});
	}

	async write(writes: Write[], within?: number): Promise<WriteResult[]> {
		if (writes.length === 0) return [];
		const asked: Asked = { ...this.asked(), ...(within !== undefined && { before: this.client.in(within) }) };
		const { client, reader, object } = this;
		if (object.write === 'read only') throw new SyncError('setup', 'It can only be read.');
		return await writeRecords(
			{ client, reader, shape: await this.shaped(), object, writing: object.write, asked },
			writes,
		);
	}

	/** `object`: another one of the same system, by its name. */
	async findBy({ object, by }: { object?: string; by: string }, values: Value[]): Promise<string[][]> {
		const looked = object === undefined ? this.object : namedObject(this.options.system, object);
		const own = looked === this.object;
		const shape = own ? await this.shaped() : await Shape.of(this.client, looked);
		const reader = own ? this.reader : new Reader(this.client, looked, `${this.target.id} ${object}`);
		const wanted = values.flatMap((value, ref): Lookup[] => {
			try {
				return [{ ref, match: { [by]: shape.prepare(by, value) } }];
			} catch (error) {
				if (error instanceof SyncError && error.kind === 'refused') return []; // no such value can stand there
				throw error;
			}
		});
		const ids = values.map((): string[] => []);
		for (const { ref, id } of await reader.find(wanted, shape, this.asked())) ids[ref]!.push(id);
		return ids;
	}

	async isEmpty(): Promise<boolean> {
		const { write, read, id } = this.object;
		const list = write !== 'read only' && write.isEmpty !== 'by the list' ? write.isEmpty : read.list;
		for await (const { records, total } of pagesOf(this.client, list, { id, asked: this.asked() })) {
			if (list === read.list && total !== undefined) lengths.set(this.target.id, total);
			// What is counted and not shown is somebody's, too.
			if (records.length > 0 || (total ?? 0) > 0) return false;
		}
		if (list === read.list) lengths.set(this.target.id, 0);
		return true;
	}

	async close(): Promise<void> {}

	private asked(): Asked {
		const { signal } = this.options;
		return signal ? { signal } : {};
	}

	private shaped(): Promise<Shape> {
		this.shape ??= Shape.of(this.client, this.object).catch((error: unknown) => {
			this.shape = undefined;
			throw error;
		});
		return this.shape;
	}
}
