/** Both databases, opened by the demo itself: what stands there, and whether it is as the demo says. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

import { insertEmployees, type Access, type Employee } from './roster';

/** Destination field ← source field, as the demo's mapping has them. Written here once more, so that the check is its own. */
const MAPPED = [
	['login', 'login'],
	['name', 'name'],
	['email', 'email'],
	['title', 'title'],
	['department', 'department'],
	['office', 'office'],
	['works_since', 'start_date'],
] as const satisfies readonly (readonly [keyof Access, keyof Employee])[];

export class Databases {
	private readonly hr: DatabaseSync;
	private readonly door: DatabaseSync;
	/** What stood in the access list before the sync began. */
	readonly before: Access[];

	constructor(files: { hr: string; access: string }) {
		this.hr = new DatabaseSync(files.hr, { timeout: 10_000 });
		this.door = new DatabaseSync(files.access, { timeout: 10_000 });
		this.before = this.accessList();
	}

	close(): void {
		this.hr.close();
		this.door.close();
	}

	employees(): Employee[] {
		return this.hr.prepare('SELECT * FROM employees ORDER BY employee_no').all() as unknown as Employee[];
	}

	accessList(): Access[] {
		return this.door.prepare('SELECT * FROM access_list ORDER BY id').all() as unknown as Access[];
	}

	employee(login: string): Employee {
		return this.hr.prepare('SELECT * FROM employees WHERE login = ?').get(login) as unknown as Employee;
	}

	access(login: string): Access | undefined {
		return this.door.prepare('SELECT * FROM access_list WHERE login = ?').get(login) as unknown as
			Access | undefined;
	}

	/** An edit in HR's own program. */
	inHr(statement: string, ...values: SQLInputValue[]): void {
		this.hr.prepare(statement).run(...values);
	}

	/** An edit in the program of the people at the door. */
	atTheDoor(statement: string, ...values: SQLInputValue[]): void {
		this.door.prepare(statement).run(...values);
	}

	/** An import that replaces the whole roster. */
	importRoster(people: Employee[]): void {
		this.hr.exec('DELETE FROM employees');
		if (people.length > 0) insertEmployees(this.hr, people);
	}

	/**
	 * What is not as the sync promises, in plain words; nothing when both databases agree. `roster` stands in for HR's
	 * table while that is broken.
	 */
	differences(roster: Employee[] = this.employees()): string[] {
		const rows = this.accessList();
		const wrong: string[] = [];
		const byLogin = Map.groupBy(rows, ({ login }) => login);
		const known = new Map(roster.map((person) => [person.login, person]));
		for (const person of roster) {
			const found = byLogin.get(person.login) ?? [];
			if (found.length > 1) wrong.push(`${person.name} is there ${found.length} times`);
			const [row] = found;
			if (person.status !== 'active') {
				if (row?.active === 1) wrong.push(`${person.name} is on ${person.status} and still has access`);
				continue;
			}
			if (!row) {
				wrong.push(`${person.name} is missing`);
				continue;
			}
			if (row.active !== 1) wrong.push(`${person.name} has no access`);
			for (const [to, from] of MAPPED) {
				if (row[to] !== person[from])
					wrong.push(`${to} of ${person.name} is ${row[to]} and should be ${person[from]}`);
			}
		}
		const visitors = new Set(this.visitors().map(({ login }) => login));
		for (const row of rows) {
			if (!visitors.has(row.login) && !known.has(row.login) && row.active === 1)
				wrong.push(`${row.name} has left and still has access`);
		}
		return wrong;
	}

	/** Rows of people whom HR has never known; the sync must not touch them. */
	private visitors(): Access[] {
		return this.before.filter(({ email }) => email === null);
	}

	/**
	 * What the sync touched though it is not its own: visitors' rows, badges, notes and levels, save those that the demo
	 * itself has `changed`.
	 */
	touched(changed: Map<string, Partial<Access>> = new Map()): string[] {
		const wrong: string[] = [];
		for (const was of this.before) {
			const is = this.access(was.login);
			const expected = { ...was, ...changed.get(was.login) };
			const own =
				was.email === null
					? (Object.keys(was) as (keyof Access)[])
					: (['id', 'badge_no', 'door_note', 'access_level'] as const);
			for (const field of own) {
				if (is?.[field] !== expected[field])
					wrong.push(`${field} of ${was.name} was ${expected[field]} and is ${is?.[field]}`);
			}
		}
		const old = new Set(this.before.map(({ login }) => login));
		for (const [login, expected] of changed) {
			if (old.has(login)) continue;
			const is = this.access(login);
			for (const [field, value] of Object.entries(expected)) {
				if (is?.[field as keyof Access] !== value)
					wrong.push(`${field} of ${login} is ${is?.[field as keyof Access]} and not ${value}`);
			}
		}
		return wrong;
	}
}
