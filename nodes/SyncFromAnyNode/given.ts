/** The input items as records, and as a source that a tick can read. */
import { setImmediate } from 'node:timers/promises';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { encodeKey } from '../../sync/key';
import { SyncError, type RecordPage, type Source, type SourceRecord, type Value } from '../../sync/types';
import { jsonFields } from '../shared/json';
import { isBlankItem } from '../SourceWinsMapping/stamp';
import { failureOf } from '../shared/failed';
import type { Settings } from './settings';

const PAGE = 1000;
/** n8n's event loop is let go at least this often, in milliseconds. */
const BREATH = 25;

export interface Given {
	records: SourceRecord[];
	/** Items without a key, and the first of them. */
	unkeyed: number;
	firstUnkeyed: number | undefined;
	/** Items that stand for a failure of a node before, and what the first of them says. */
	failed: number;
	firstFailure: string | undefined;
}

/** Reads the input. Throws {@link SyncError} for items that belong to a sync already. */
export async function readInput(context: IExecuteFunctions, settings: Settings): Promise<Given> {
	const given: Given = { records: [], unkeyed: 0, firstUnkeyed: undefined, failed: 0, firstFailure: undefined };
	const failure = failureOf(context);
	let breathed = performance.now();
	for (const [index, item] of context.getInputData().entries()) {
		if (isBlankItem(item)) continue;
		const failed = failure(item);
		if (failed !== undefined) {
			given.failed++;
			given.firstFailure ??= failed;
		} else {
			const record = recordOf(context, item, index, settings);
			if (record) given.records.push(record);
			else {
				given.unkeyed++;
				given.firstUnkeyed ??= index;
			}
		}
		if (performance.now() - breathed > BREATH) {
			await setImmediate();
			breathed = performance.now();
		}
	}
	return given;
}

/** Undefined where a part of the key is empty. */
function recordOf(
	context: IExecuteFunctions,
	{ json }: INodeExecutionData,
	index: number,
	{ key, name, removed }: Settings,
): SourceRecord | undefined {
	if (Object.hasOwn(json, '_sync'))
		throw new SyncError('setup', 'These items have a field “_sync”: they come from another source of a sync.', {
			todo: 'Put this node behind the node that reads the records; a trigger of a sync needs none.',
		});
	const fields = jsonFields(json);
	const evaluate = (at: string) => context.getNodeParameter(at, index);
	const id = encodeKey(key.map((find) => emptyToNull(find(fields, evaluate))));
	if (id === null) return undefined;
	const label = name?.(fields, evaluate);
	return {
		key: id,
		fields,
		...(label !== undefined && label !== null && label !== '' && { name: textOf(label) }),
		...(isYes(removed?.(fields, evaluate)) && { removed: true }),
	};
}

/** A source that has been read by others. It cannot be asked again, except for what it gave. */
export class GivenSource implements Source {
	readonly tag: string;

	constructor(
		private readonly given: Given,
		private readonly settings: Settings,
		/** The input is the last part of a read. */
		private readonly before?: { failed: SyncError | undefined },
	) {
		this.tag = `items 1 ${settings.keyText}`;
	}

	async *read(): AsyncIterable<RecordPage> {
		const { records, unkeyed, failed, firstFailure } = this.given;
		const { all, emptyMeansEmpty } = this.settings;
		if (this.before?.failed) throw this.before.failed;
		if (failed > 0 && (all || records.length === 0))
			throw new SyncError(
				'refused',
				`${failed} of the items come from a node that failed${firstFailure === undefined ? '' : ` (${firstFailure})`}`,
				{ todo: 'Nothing was changed. See why it failed; the next run reads everything again.' },
			);
		if (records.length === 0 && unkeyed > 0 && !this.before)
			throw new SyncError('refused', `none of the ${unkeyed} items has a key`, {
				todo: 'Correct Key, or see whether the node before this one failed.',
			});
		if (records.length === 0 && !emptyMeansEmpty && all && !this.before)
			throw new SyncError('refused', 'the input is empty', {
				todo: 'Nothing was removed. If the source may be empty, set An Empty Input to “Means That the Source Is Empty”.',
			});
		for (let from = 0; from < records.length; from += PAGE) {
			const page = records.slice(from, from + PAGE);
			const last = from + PAGE >= records.length;
			yield { records: page, unkeyed: last ? unkeyed : 0, complete: last && all && unkeyed === 0 };
			await setImmediate();
		}
		if (records.length === 0)
			yield { records: [], unkeyed, complete: all && unkeyed === 0, empty: emptyMeansEmpty };
	}

	/** A read that lacks too much is one that broke off. */
	believe({ keys, known, missing }: Parameters<NonNullable<Source['believe']>>[0]): void {
		const { least, mostMissing, emptyMeansEmpty } = this.settings;
		if (keys === 0 && emptyMeansEmpty) return;
		if (keys < least)
			throw new SyncError('refused', `only ${keys} records came, and ${least} are the least that is believed`, {
				todo: 'Nothing was changed. See whether the node before this one reads everything, or lower Fewest Records.',
			});
		if (known > 0 && missing > known * mostMissing && missing > 1)
			throw new SyncError(
				'refused',
				`${missing} of the ${known} known records are missing, and ${Math.round(mostMissing * 100)} % is the most that is believed`,
				{
					todo: 'Nothing was changed. See whether the node before this one reads everything (Return All), or raise Most That May Be Missing for one run.',
				},
			);
	}

	async fetch(keys: string[]): Promise<SourceRecord[]> {
		const wanted = new Set(keys);
		return this.given.records.filter(({ key }) => wanted.has(key));
	}

	async close(): Promise<void> {}
}

function emptyToNull(value: Value | undefined): Value | undefined {
	return value === '' ? null : value;
}

function textOf(value: Value): string {
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function isYes(value: Value | undefined): boolean {
	if (typeof value === 'string') return !['', 'false', '0', 'no', 'null'].includes(value.trim().toLowerCase());
	return value !== undefined && value !== null && value !== false && value !== 0;
}
