/**
 * What can be seen of the ledger: for the board, the Sync Ledger node and its report. `ledger/look/` answers; nothing here
 * changes anything. Every answer is bounded: a page of it costs the same with a million records as with ten.
 */
import type { HoldKind, LinkState } from './ledger';
import type { Fields, Value } from './types';

/** How a record stands in one destination, as a person reads it. */
export type Standing = 'in sync' | 'pending' | 'held' | 'failed' | 'dropped' | 'removed';

/** Which states that is. `dropped`: a node between the trigger and the destination let go of it. */
export const STANDINGS: Record<Standing, readonly LinkState[]> = {
	'in sync': ['settled'],
	pending: ['due', 'handed', 'claimed', 'writing', 'intended', 'waiting'],
	held: ['held', 'task'],
	failed: ['failed'],
	dropped: ['unrouted'],
	removed: ['gone'],
};

/** What a person has to know of: everything that is not at rest. */
export type Open = 'pending' | 'held' | 'failed' | 'dropped';
export const OPEN: readonly Open[] = ['pending', 'held', 'failed', 'dropped'];

export function standingOf(state: LinkState): Standing {
	for (const [standing, states] of Object.entries(STANDINGS) as [Standing, readonly LinkState[]][])
		if (states.includes(state)) return standing;
	return 'pending';
}

/** A count that stops where counting would take too long. */
export interface Counted {
	count: number;
	/** There are more than were counted. */
	more: boolean;
}

/** A first load under way. */
export interface Load {
	done: number;
	total: number;
	/** Records per second, as of late; 0 where nothing was done lately. */
	perSecond: number;
	/** Milliseconds; null where nothing was done lately. */
	left: number | null;
}

export interface DestinationLook {
	id: number;
	node: string;
	name: string;
	target: string | null;
	open: Record<Open, Counted>;
	/** When the last sweep that went through began; null: none has. */
	sweptAt: number | null;
	sweeping: boolean;
	/** Why it cannot be written to, and since when. */
	down: { text: string; since: number | null } | null;
	/** Holds that wait for a person. */
	holds: number;
	load: Load | null;
}

export interface SyncLook {
	id: number;
	name: string;
	/** The id of its workflow in n8n. */
	workflow: string;
	health: 'new' | 'healthy' | 'failing' | 'stale' | 'paused';
	/** What is wrong, in sentences. */
	trouble: string | null;
	/** How many records are present in the source. */
	records: number;
	tickAt: number | null;
	/** When everything was last read, completely. */
	completeReadAt: number | null;
	/** When the source said so of the oldest change that a destination has not confirmed. */
	oldestUnconfirmed: number | null;
	destinations: DestinationLook[];
}

/** A record's standing in one destination. */
export interface Cell {
	destination: number;
	part: string;
	standing: Standing;
	state: LinkState;
	/** Its last sweep wrote the source's value back, and that was not long ago. */
	healedAt: number | null;
	confirmedAt: number | null;
	error: string | null;
	attempts: number;
	dueAt: number;
	counterpart: string | null;
	/** The record has moved on since it was confirmed there. */
	behind: boolean;
	/** Its removal was to let go of the counterpart, which stays as it was then. */
	detached: boolean;
}

/** One record across all destinations of its sync. */
export interface RecordLine {
	key: string;
	name: string | null;
	present: boolean;
	changedAt: number;
	version: number;
	cells: Cell[];
}

/** A page, and where the next one begins. */
export interface Page<Row, At> {
	rows: Row[];
	next: At | null;
}

/** A place in the list of one standing: behind this link. */
export interface ByTime {
	at: number;
	key: string;
}

/** A record, with what is known of both sides. */
export interface RecordLook extends RecordLine {
	/** The source's fields; null once they were erased. */
	fields: Fields | null;
	sides: (Cell & {
		/** The owned fields as last confirmed, and what the destination makes of them where that is another spelling. */
		fields: Fields | null;
		told: Fields | null;
		/** What stands there in place of what was written. */
		provisional: Fields | null;
	})[];
}

/** One field's change. */
export interface HistoryLine {
	destination: number;
	key: string;
	/** Empty where the record is one counterpart. */
	part: string;
	at: number;
	version: number;
	outcome: string;
	field: string | null;
	was: Value;
	now: Value;
	why: string;
	run: number | null;
}

export interface HoldLook {
	id: number;
	destination: number;
	kind: HoldKind;
	reason: string;
	count: number;
	names: string[];
	createdAt: number;
}

/** What was done in one stretch of time. */
export interface Stretch {
	/** When it begins. */
	at: number;
	changes: number;
	heals: number;
	failures: number;
}

/** What one run did in one destination. */
export interface RunLook {
	run: number;
	destination: number;
	since: number;
	at: number;
	outcomes: Record<string, number>;
}

export interface Look {
	/** All syncs, or one. Counts stop at `most`. */
	overview(most: number, sync?: number): Promise<SyncLook[]>;
	/** Records in the order of their keys, behind or before one. */
	recordPage(sync: number, at: { after?: string; before?: string }, limit: number): Promise<Page<RecordLine, string>>;
	/** Records of one standing in one destination, the oldest first. */
	standingPage(
		sync: number,
		destination: number,
		standing: Open,
		after: ByTime | null,
		limit: number,
	): Promise<Page<RecordLine, ByTime>>;
	/** Records that a sweep healed since then, the latest first. */
	healedPage(
		sync: number,
		destination: number,
		since: number,
		before: ByTime | null,
		limit: number,
	): Promise<Page<RecordLine, ByTime>>;
	/** Records whose key or name begins with that text. */
	search(sync: number, text: string, limit: number): Promise<RecordLine[]>;
	/** Records that have that text anywhere in their names; looks at so many names, in their order, behind that one. */
	searchWithin(
		sync: number,
		text: string,
		after: { name: string; key: string } | null,
		limit: number,
		names: number,
	): Promise<Page<RecordLine, { name: string; key: string }>>;
	record(sync: number, key: string): Promise<RecordLook | undefined>;
	/** Records with both sides, in the order of their keys. */
	exportPage(sync: number, after: string | undefined, limit: number): Promise<Page<RecordLook, string>>;
	/** The history of a record, of a run or of the whole sync, the latest first. */
	history(
		sync: number,
		of: { key?: string; run?: number; since?: number },
		before: number | null,
		limit: number,
	): Promise<Page<HistoryLine, number>>;
	holds(sync: number): Promise<HoldLook[]>;
	/** What was done since then, in stretches of so many milliseconds (whole hours); none is left out. */
	series(sync: number, since: number, stretch: number): Promise<Stretch[]>;
	/** The last runs that changed something, the latest first. */
	runs(sync: number, limit: number): Promise<RunLook[]>;
}
