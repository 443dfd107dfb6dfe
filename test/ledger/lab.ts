/** One link under glass: its row, what the table's conditions say of it, and its whole ledger kept and put back. */
import { sql } from 'kysely';

import { ledgerOn } from '../../ledger/ledger';
import type { Store, Table } from '../../ledger/store';
import type { Ledger, LinkState } from '../../sync/ledger';
import type { Condition, LinkEvent } from '../../sync/states';

export const KEY = 'ada';
/** A lease that does not end by itself. */
export const LONG = 1e9;
const NODE = 'to';
/** Records that stand around it, so that no read is empty. */
const OTHERS = ['bob', 'cy', 'dot'];
const TABLES: Table[] = ['sync', 'record', 'destination', 'link', 'hold'];

export interface Row {
	state: LinkState;
	present: number;
	counterpart: string | null;
	create_intended: number;
	record_version: number;
	version: number | null;
	handed: number | null;
	lease: number | null;
	revision_run: number;
	/** The mapping's number now, and the one that was confirmed. */
	revision: number;
	link_revision: number | null;
	removal: string;
	removed_at: number | null;
	reason: string;
	healing: string | null;
	hold: number | null;
	hold_open: number;
	cautious: number;
	first_write: string;
	way_run: number;
	error: string | null;
}

/** The run that had the link last, and how often mapping and record have changed. */
interface Memory {
	run: number;
	mapping: string;
	revision: number;
	mappings: number;
	ways: number;
	edits: number;
}

export interface Snapshot {
	rows: [Table, Record<string, number | string | null>[]][];
	memory: Memory;
}

export class Lab {
	memory: Memory = { run: 0, mapping: '', revision: 0, mappings: 1, ways: 1, edits: 0 };
	sync = 0;
	destination = 0;

	private constructor(
		readonly store: Store,
		readonly ledger: Ledger,
	) {}

	/** A ledger with the link `due`, and others around it that no event is about. */
	static async open(store: Store): Promise<Lab> {
		const lab = new Lab(store, await ledgerOn(store));
		lab.sync = (await lab.ledger.register({ instance: 'i', workflow: 'w', node: 't' }, 'lab')).id;
		await lab.seen(true);
		lab.destination = (await lab.ledger.destination(lab.sync, NODE, 'To', { id: 'target', text: 'target' })).id;
		await lab.read(true);
		await store.db.run(
			sql`UPDATE ${store.table('link')} SET state = 'failed', counterpart = key, version = 1, revision = 1 WHERE key <> ${KEY}`,
		);
		return lab;
	}

	async row(): Promise<Row> {
		const { table, db } = this.store;
		const [row] = await db.all(sql<Row>`
			SELECT l.state, r.present, l.counterpart, l.create_intended, r.version AS record_version, l.version, l.handed, l.lease, d.revision_run, d.revision, l.revision AS link_revision,
				l.removal, l.removed_at, l.reason, l.healing, l.hold, d.cautious, d.first_write, d.way_run, l.error,
				CASE WHEN EXISTS (SELECT 1 FROM ${table('hold')} h WHERE h.id = l.hold AND h.released_at IS NULL) THEN 1 ELSE 0 END AS hold_open
			FROM ${table('link')} l JOIN ${table('destination')} d ON d.id = l.destination
			JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key
			WHERE l.key = ${KEY} AND d.id = ${this.destination}`);
		return row!;
	}

	/** Says the mapping to the ledger as the trigger does; without its node, the destination retires. */
	async seen(there: boolean): Promise<void> {
		const nodes = there
			? [{ node: NODE, name: 'To', mappings: [this.mapping()], way: `way ${this.memory.ways}` }]
			: [];
		await this.ledger.destinationsSeen(this.sync, nodes, 0);
	}

	/** A complete read of the source. */
	async read(present: boolean): Promise<void> {
		const observation = await this.ledger.observe(this.sync, await this.token(), 'lab', []);
		const others = OTHERS.map((key) => ({ key, fields: { n: 0 } }));
		await observation.add(present ? [...others, { key: KEY, fields: { n: this.memory.edits } }] : others);
		await observation.finish({ complete: true });
	}

	async token(): Promise<number> {
		return (await this.ledger.beginTick(this.sync, 'lab', LONG))!;
	}

	took(run: number): void {
		Object.assign(this.memory, { run, mapping: this.mapping() });
	}

	private mapping(): string {
		return `mapping ${this.memory.mappings}`;
	}

	/** Keeps the ledger as it is. */
	async save(): Promise<Snapshot> {
		const rows: Snapshot['rows'] = [];
		for (const table of TABLES) {
			const all = sql<Record<string, number | string | null>>`SELECT * FROM ${this.store.table(table)}`;
			rows.push([table, await this.store.db.all(all)]);
		}
		return { rows, memory: { ...this.memory } };
	}

	/** Puts the ledger back to what was kept. */
	async restore({ rows, memory }: Snapshot): Promise<void> {
		this.memory = { ...memory };
		await this.store.db.transaction(async (tx) => {
			for (const [name, all] of rows) {
				const table = this.store.table(name);
				await tx.run(sql`DELETE FROM ${table}`);
				if (all.length === 0) continue;
				const columns = sql.join(Object.keys(all[0]!).map((column) => sql.id(column)));
				const values = sql.join(all.map((row) => sql`(${sql.join(Object.values(row))})`));
				await tx.run(sql`INSERT INTO ${table} (${columns}) VALUES ${values}`);
			}
		});
	}
}

/** Neither record nor mapping has moved on since the link's run got it. */
export function upToDate(row: Row): boolean {
	return row.record_version === row.handed && row.revision_run <= (row.lease ?? 0);
}

/** The counterpart that a confirmation would name: known already, or made by the write. */
export function made(row: Row): string | null {
	return row.counterpart ?? (row.state === 'writing' ? 'c1' : null);
}

export function linked(row: Row): boolean {
	return row.counterpart !== null || row.create_intended === 1;
}

/** What the table's conditions say of a link as the event finds it. */
export function judge(row: Row, event: LinkEvent): Record<Condition, boolean> {
	const healing = row.state === 'writing' ? row.healing : null;
	return {
		present: row.present === 1,
		// A confirmation says by itself whether there is a counterpart.
		linked: event === 'confirmed' || event === 'confirmedInPart' ? made(row) !== null : linked(row),
		'up to date': upToDate(row),
		'moved on': !upToDate(row),
		'as confirmed': row.version === row.record_version,
		'removal waits': row.removal === 'intended',
		'went another way': row.way_run > (row.lease ?? 0),
		'was dropped': row.state === 'failed' && (row.error ?? '').startsWith('A node between'),
		'only carried':
			row.reason === 'sweep' && row.version === row.record_version && row.link_revision === row.revision,
		'was gone': healing === 'gone',
		'hold open': healing === 'held' && row.hold_open === 1,
		'hold released': healing === 'held' && row.hold !== null && row.hold_open === 0,
		otherwise: true,
	};
}
