/** Outcomes as items on the four outputs of a destination node. */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { heldText, whatToDo } from '../../sync/guard';
import type { MappedStamp, Outcome, Stamp } from '../../sync/items';
import type { Hold } from '../../sync/ledger';
import { openEnded } from '../../sync/ends';

/** The outputs' order, as the node names them. */
const SYNCED = 0;
const HELD = 1;
const FAILED = 2;
const PREVIEW = 3;

/** Outcomes that are told by hint, history and board, and by no item. */
const QUIET = new Set(['superseded', 'waiting', 'held']);

export class Output {
	readonly items: INodeExecutionData[][] = [[], [], [], []];

	constructor(private readonly settings: { includeUnchanged: boolean }) {}

	/** What came of a record. A failure is put out when it is given up, not while it is still tried again. */
	outcome(outcome: Outcome, stamp: Stamp | undefined): void {
		if (outcome.outcome === 'failed') {
			if (outcome.again !== true) this.push(FAILED, outcome, stamp);
		} else if (outcome.outcome === 'held' && outcome.action !== undefined) {
			this.push(HELD, outcome, stamp);
		} else if (!QUIET.has(outcome.outcome) && (outcome.outcome !== 'unchanged' || this.settings.includeUnchanged)) {
			this.push(SYNCED, outcome, stamp);
		}
	}

	/** In a test run, whatever came of a record is shown here. */
	preview(outcome: Outcome, stamp: Stamp): void {
		this.push(PREVIEW, outcome, stamp);
	}

	/** A plan that waits for a person, with all that is needed to apply it. */
	plan(outcome: Outcome, stamp: MappedStamp, plan: NonNullable<Stamp['plan']>): void {
		this.push(PREVIEW, outcome, stamp);
		this.items[PREVIEW]!.at(-1)!.json['_sync'] = { ...stamp, plan };
	}

	hold({ id, kind, reason, count, names, createdAt }: Hold, where: string, stamp: Stamp): void {
		const text = `${heldText({ kind, count })} for ${where}: ${reason}. ${whatToDo({ id, kind })}`;
		const json = {
			outcome: 'held',
			hold: id,
			kind,
			reason,
			count,
			names,
			since: new Date(createdAt).toISOString(),
			destination: where,
			text,
			_sync: { id: stamp.id, name: stamp.name },
		};
		this.items[HELD]!.push({ json, pairedItem: { item: 0 } });
	}

	/** In a test run: what would be run to lock or unlock the destination. */
	lock({ text, sql }: { text: string; sql: string[] }, stamp: Stamp): void {
		const json = {
			outcome: 'preview',
			action: 'lock',
			text,
			sql: sql.join('\n'),
			_sync: { id: stamp.id, name: stamp.name },
		};
		this.items[PREVIEW]!.push({ json, pairedItem: { item: 0 } });
	}

	/** Something is wrong with the run as a whole, and no record says so. */
	trouble(message: string, todo: string | undefined, item: number): void {
		const json = {
			outcome: 'failed',
			key: null,
			name: null,
			text: `${openEnded(message)}.${todo === undefined ? '' : ` ${todo}`}`,
			changes: [],
			...(todo !== undefined && { todo }),
		};
		this.items[FAILED]!.push({ json, pairedItem: { item } });
	}

	private push(
		output: number,
		{ item, outcome, action, key, part, name, text, changes, todo, counterpart, ...more }: Outcome,
		stamp: Stamp | undefined,
	): void {
		const json = {
			outcome,
			...(action !== undefined && { action }),
			key,
			...(part !== undefined && { part }),
			name,
			text,
			changes,
			...(todo !== undefined && { todo }),
			...(counterpart !== undefined && { counterpart }),
			...(more.editedBy !== undefined && { editedBy: more.editedBy }),
			...(more.confirmed && { confirmed: true }),
			...(more.seconds !== undefined && { seconds: more.seconds }),
			...(stamp && { _sync: origin(stamp, key) }),
		} as unknown as IDataObject;
		this.items[output]!.push({ json, pairedItem: { item: item ?? 0 } });
	}
}

/** Where an outcome comes from: not an item that could be written again. */
function origin(stamp: Stamp, key: string): IDataObject {
	const { id, name, run, version, change, reason, test } = stamp;
	if (stamp.key !== key) return { id, name, key, reason: 'sweep' };
	return {
		id,
		name,
		key,
		version,
		change,
		reason,
		...(run !== undefined && { run }),
		...(test === true && { test }),
	};
}
