/**
 * The ledger as people come to it beside n8n: they look into it, copy it while it is in use, and put a copy back while
 * n8n is dead. The comparison at the end asks it nothing.
 */
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';

import { sql, type RawBuilder } from 'kysely';

import { open } from '../../sql/open';
import type { Database } from '../../sql/types';
import { dumpSchema, restoreDump } from '../servers/postgres';
import type { Place, Table } from './world';

const SCHEMA = 'one_way_sync';

/** A hold that waits for a person. */
export interface OpenHold {
	id: number;
	workflow: string;
	reason: string;
}

/** What is the same for a file and a schema: looking. */
abstract class Ledger {
	protected readonly folder = mkdtempSync(join(tmpdir(), 'one-way-sync-copy-'));
	private copies = 0;

	protected abstract read<T>(look: (db: Database) => Promise<T>): Promise<T>;
	protected abstract table(name: string): RawBuilder<unknown>;
	protected abstract copyTo(path: string): Promise<void>;
	/** Only while n8n is dead. */
	abstract restore(copy: string): Promise<void>;

	/** As it stands at this moment, whoever is writing to it; answers with where the copy is. */
	async copy(): Promise<string> {
		const path = join(this.folder, `copy${++this.copies}`);
		await this.copyTo(path);
		return path;
	}

	async openHolds(): Promise<OpenHold[]> {
		return await this.read(
			async (db) =>
				await db.all(sql<OpenHold>`SELECT h.id, s.workflow, h.reason FROM ${this.table('hold')} h
				JOIN ${this.table('destination')} d ON d.id = h.destination AND d.state = 'active'
				JOIN ${this.table('sync')} s ON s.id = d.sync WHERE h.released_at IS NULL ORDER BY h.id`),
		);
	}

	/** The keys, or parts, whose counterpart it knows, by the table it stands in. */
	async known(): Promise<Array<{ key: string; table: Table }>> {
		return await this.read(async (db) => {
			const rows = await db.all(sql<{
				key: string;
				part: string;
				node: string;
			}>`SELECT l.key, l.part, d.node FROM ${this.table('link')} l
				JOIN ${this.table('destination')} d ON d.id = l.destination AND d.state = 'active'
				WHERE l.counterpart IS NOT NULL AND l.version IS NOT NULL`);
			return rows.map(({ key, part, node }) => ({ key: part || key, table: node.replace('to-', '') as Table }));
		});
	}

	/** All it says of these keys, for people. */
	async about(keys: string[]): Promise<object[]> {
		return await this.read(
			async (db) =>
				await db.all(sql<object>`SELECT d.name AS destination, d.state AS destination_state, l.*, r.version AS record_version, r.present,
				r.fields AS record_fields, ${db.dialect.now} AS now FROM ${this.table('link')} l
				JOIN ${this.table('destination')} d ON d.id = l.destination JOIN ${this.table('record')} r ON r.sync = d.sync AND r.key = l.key
				WHERE l.key IN (${sql.join(keys)})`),
		);
	}

	close(): void {
		rmSync(this.folder, { recursive: true, force: true });
	}
}

/** Beside n8n's own SQLite file. */
export class FileLedger extends Ledger {
	private readonly file: string;

	constructor(userFolder: string) {
		super();
		this.file = join(userFolder, '.n8n', 'one-way-sync.sqlite');
	}

	protected override table(name: string) {
		return sql.id(name);
	}

	protected override async read<T>(look: (db: Database) => Promise<T>): Promise<T> {
		const db = await open({ dialect: 'sqlite', file: this.file }, { readOnly: true, values: 'plain' });
		return await look(db).finally(() => db.close());
	}

	protected override async copyTo(path: string): Promise<void> {
		const db = new DatabaseSync(this.file, { readOnly: true });
		try {
			await backup(db, path);
		} finally {
			db.close();
		}
	}

	override restore(copy: string): Promise<void> {
		for (const suffix of ['', '-wal', '-shm']) rmSync(this.file + suffix, { force: true });
		copyFileSync(copy, this.file);
		chmodSync(this.file, 0o600);
		return Promise.resolve();
	}
}

/** A schema in n8n's Postgres. */
export class SchemaLedger extends Ledger {
	constructor(private readonly home: Place) {
		super();
	}

	protected override table(name: string) {
		return sql.id(SCHEMA, name);
	}

	protected override async read<T>(look: (db: Database) => Promise<T>): Promise<T> {
		return await look(this.home.direct);
	}

	protected override async copyTo(path: string): Promise<void> {
		await dumpSchema({ ...this.home.server, database: this.home.database }, SCHEMA, path);
	}

	override async restore(copy: string): Promise<void> {
		// Sessions that the dead have left behind.
		await this.home.direct.run(
			sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
		);
		await restoreDump({ ...this.home.server, database: this.home.database }, SCHEMA, copy);
	}
}
