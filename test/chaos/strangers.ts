/**
 * Rows that a ledger which was put back cannot know to be its own (docs/reliability.md): made after it was copied, under an
 * address that was changed before anybody knew the row, or for somebody who has left meanwhile. They stay as they are, and
 * are the destination's own from then on.
 */
import { sql } from 'kysely';

import { rowsOf, tables, type Belonging, type Place, type Table } from './world';

interface Row {
	id: number;
	person: number;
	login: string;
}

export class Strangers {
	private readonly rows = new Set<string>();
	private readonly people = new Set<string>();

	constructor(
		private readonly source: Place,
		private readonly destination: Place,
	) {}

	get count(): number {
		return this.rows.size;
	}

	/** Looks for them when nothing of n8n runs; `known`: whose counterparts the copy knows, by table. */
	async look(known: ReadonlySet<string>): Promise<void> {
		const people = await this.source.direct.all(
			sql<Belonging & { id: number; email: string }>`SELECT id, email, site, kind, employed, team FROM people`,
		);
		for (const table of tables) {
			const addresses = new Map(
				people.flatMap((person) =>
					rowsOf(table, person).map((row) => [
						row,
						table === 'badges' ? `${person.email}/${row % 10}` : person.email,
					]),
				),
			);
			const rows = await this.destination.direct.all(
				sql<Row>`SELECT id, person, login FROM ${sql.id(table)} WHERE person IS NOT NULL`,
			);
			for (const { id, person, login } of rows) {
				if (known.has(`${table} ${person}`) || addresses.get(person) === login) continue;
				this.rows.add(`${table} ${id}`);
				this.people.add(`${table} ${person}`);
			}
		}
	}

	has(table: Table, id: number): boolean {
		return this.rows.has(`${table} ${id}`);
	}

	/** Whether somebody has such a row, so that their next one looks like a twin. */
	have(table: Table, person: number | null): boolean {
		return this.people.has(`${table} ${person}`);
	}
}
