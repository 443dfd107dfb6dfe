/** Compares source and destination by itself, from both databases and what the driver knows; asks neither n8n nor the ledger. */
import { sql } from 'kysely';

import type { Driver } from './driver';
import type { Strangers } from './strangers';
import { rowsOf, TABLES, tables, writesToSource, type Belonging, type Place, type Table } from './world';

export interface Verdict {
	lost: number;
	twins: number;
	foreignFieldsChanged: number;
	removedWithoutCause: number;
	writesToSource: number;
	notConverged: number;
}

interface Person extends Belonging {
	id: number;
	email: string;
	full_name: string;
}

interface Row {
	id: number;
	person: number | null;
	login: string;
	name: string | null;
	team: string | null;
	active: string | null;
	note: number | null;
	phone: string | null;
	holder: number | null;
}

interface Event {
	at: Date | string;
	table: Table;
	kind: 'twin' | 'foreign' | 'removal';
	person: number | null;
	detail: string | null;
}

export class Judge {
	/** What was found at the last look, for people. */
	findings: string[] = [];

	constructor(
		private readonly source: Place,
		private readonly destination: Place,
		private readonly driver: Driver,
		private readonly strangers: Strangers,
	) {}

	/** `loud`: which sync's mapping writes teams in capital letters now. */
	async look(loud: (table: Table) => boolean): Promise<Verdict> {
		this.findings = [];
		const verdict: Verdict = {
			lost: 0,
			twins: 0,
			foreignFieldsChanged: 0,
			removedWithoutCause: 0,
			writesToSource: await writesToSource(this.source),
			notConverged: 0,
		};
		if (verdict.writesToSource > 0) this.findings.push('the source was written to');
		const people = await this.source.direct.all(sql<Person>`SELECT * FROM people ORDER BY id`);
		const accounts = new Map<number, number>();
		for (const table of tables) {
			const rows = await this.destination.direct.all(sql<Row>`SELECT * FROM ${sql.id(table)} ORDER BY id`);
			if (table === 'accounts') for (const { id, person } of rows) if (person !== null) accounts.set(person, id);
			this.compare(table, people, rows, { loud: loud(table), accounts }, verdict);
			this.own(table, rows, verdict);
		}
		await this.events(verdict);
		return verdict;
	}

	private compare(
		table: Table,
		people: Person[],
		rows: Row[],
		{ loud, accounts }: { loud: boolean; accounts: Map<number, number> },
		verdict: Verdict,
	): void {
		const byPerson = new Map<number, Row[]>();
		for (const row of rows) {
			if (row.person !== null) byPerson.set(row.person, [...(byPerson.get(row.person) ?? []), row]);
		}
		const strange = (row: Row) => this.strangers.has(table, row.id);
		for (const [person, found] of byPerson) {
			// One that the ledger has found again after all is nobody's stranger.
			const twins = found.length > 1 && !found.every(strange) ? found.filter((row) => !strange(row)) : found;
			byPerson.set(person, twins);
			if (twins.length > 1) {
				verdict.twins++;
				this.find(table, person, `stands ${twins.length} times`);
			}
		}
		const here = new Set<number>();
		const wanted = people.flatMap((person) => rowsOf(table, person).map((number) => ({ number, person })));
		for (const { number, person } of wanted) {
			here.add(number);
			const row = byPerson.get(number)?.[0];
			if (!row || row.active !== 'yes') {
				verdict.lost++;
				this.find(table, number, row ? `is ${row.active} there` : 'is not there');
				continue;
			}
			const team = loud ? person.team.toUpperCase() : person.team;
			const badge = table === 'badges' && {
				login: `${person.email}/${number % 10}`,
				holder: accounts.get(person.id),
			};
			for (const [field, value] of Object.entries({
				login: person.email,
				name: person.full_name,
				team,
				...badge,
			})) {
				const found = row[field as keyof Row];
				if (found === value) continue;
				verdict.notConverged++;
				this.find(table, number, `${field} is ${found}, not ${value}`);
				break;
			}
		}
		for (const [person, [row]] of byPerson) {
			if (here.has(person) || strange(row!) || (TABLES[table] === 'deactivate' && row!.active === 'no')) continue;
			verdict.notConverged++;
			this.find(table, person, `still stands, ${row!.active}`);
		}
	}

	/** The destination's own rows and columns: what the driver's last write was answered with has to stand there. */
	private own(table: Table, rows: Row[], verdict: Verdict): void {
		const byId = new Map(rows.map((row) => [row.id, row]));
		for (const [id, note] of this.driver.notes[table]) {
			const row = byId.get(id);
			if (!row || (Number(row.note) >= note && row.phone === `+1 ${row.note}`)) continue;
			verdict.foreignFieldsChanged++;
			this.findings.push(`${table} row ${id}: the note is ${row.note}, ${note} was written`);
		}
		const byLogin = new Map(rows.filter(({ person }) => person === null).map((row) => [row.login, row]));
		for (const login of this.driver.own[table].keys()) {
			const row = byLogin.get(login);
			if (row && row.name === login && row.phone === login && row.active === 'yes' && row.team === null) continue;
			verdict.foreignFieldsChanged++;
			this.findings.push(`${table}: the row ${login}, which is no record's, is ${row ? 'changed' : 'gone'}`);
		}
	}

	/** What the triggers noticed, even if it was mended later. */
	private async events(verdict: Verdict): Promise<void> {
		const events = await this.destination.direct.all(
			sql<Event>`SELECT at, "table", kind, person, detail FROM events ORDER BY at`,
		);
		for (const { at, table, kind, person, detail } of events) {
			const where = `at ${String(at)}`;
			if (kind === 'twin') {
				if (this.strangers.have(table, person)) continue;
				verdict.twins++;
				this.find(table, person, `was inserted a second time as ${detail} ${where}`);
			} else if (kind === 'foreign') {
				verdict.foreignFieldsChanged++;
				this.find(table, person, `what is the destination’s own was changed ${where}: ${detail}`);
			} else {
				const left = person === null ? undefined : this.driver.left[table].get(person);
				if (left !== undefined && new Date(at).getTime() >= left - 1) continue;
				verdict.removedWithoutCause++;
				this.find(table, person, `was removed ${where} and has never left`);
			}
		}
	}

	private find(table: Table, person: number | null, what: string): void {
		this.findings.push(`${table}: person ${person} ${what}`);
	}
}

/** Whether the two sides are as they should be. */
export function clean(verdict: Verdict): boolean {
	return Object.values(verdict).every((count) => count === 0);
}
