/** Edits both sides as people do, and remembers what only it can know: who has ever left, and what it wrote where. */
import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import type { Random } from './random';
import { badge, DRIVING, rowsOf, TABLES, tables, type Belonging, type Place, type Table } from './world';

const TEAMS = ['Sales', 'Legal', 'Support', 'Research', 'Finance'];
const each = <T>(make: () => T) => ({ access: make(), mailing: make(), accounts: make(), badges: make() });

interface Person {
	site: string;
	kind: string;
}

/** When somebody first had a reason to be removed, by table and person; milliseconds. */
export type Left = Record<Table, Map<number, number>>;

export class Driver {
	edits = 0;
	readonly left: Left = each(() => new Map<number, number>());
	/** The last note that the destination acknowledged, by table and row. */
	readonly notes: Record<Table, Map<number, number>> = each(() => new Map<number, number>());
	/** Rows that are the destination's own. */
	readonly own: Record<Table, Map<string, string>> = each(() => new Map<string, string>());

	/**
	 * A copy of the ledger that may be put back knows nothing of what was created since. Whoever may have such a
	 * counterpart neither leaves nor gets a new address until the ledger knows it again: nobody could tell it from a row of
	 * the destination's own.
	 */
	private readonly unknown = new Set<number>();
	private copying = false;
	private readonly present = new Map<number, Person>();
	private readonly absent = new Map<number, Person>();
	private highest = 0;
	private serial = 0;
	private going = false;
	private running: Promise<void> | undefined;

	constructor(
		private readonly random: Random,
		private readonly source: Place,
		private readonly destination: Place,
	) {}

	/** The first people. */
	async fill(count: number): Promise<void> {
		for (let n = 0; n < count; n++) await this.join();
	}

	start(): void {
		this.going = true;
		this.running = this.loop();
	}

	async stop(): Promise<void> {
		this.going = false;
		await this.running;
	}

	/** From now on a copy may be put back that knows nothing of what is created from now on. */
	beforeCopy(): void {
		this.copying = true;
	}

	/** The counterparts that the copy knows, by table: whoever has, or is to have, another one may be unknown to it. */
	async copied(known: ReadonlySet<string>): Promise<void> {
		const people = await this.source.direct.all(
			sql<Belonging & { id: number }>`SELECT id, site, kind, employed, team FROM people`,
		);
		for (const person of people) if (!standsIn(known, person)) this.unknown.add(person.id);
	}

	/** The ledger goes on from what it is now. */
	copyIsBack(): void {
		this.copying = false;
	}

	/** Those whose counterparts the ledger did not know when it was put back, and may know by now. */
	get waiting(): boolean {
		return !this.copying && this.unknown.size > 0;
	}

	/** The counterparts that the ledger knows, by table. */
	async known(links: Array<{ key: string; table: Table }>): Promise<void> {
		const known = new Set(links.map(({ key, table }) => `${table} ${key}`));
		const people = await this.source.direct.all(
			sql<Belonging & { id: number }>`SELECT id, site, kind, employed, team FROM people`,
		);
		for (const person of people) if (standsIn(known, person)) this.unknown.delete(person.id);
	}

	/** Somebody whose counterparts the ledger knows whatever happens to it. */
	private steady(): [number, Person] | undefined {
		const steady = [...this.present].filter(([id]) => !this.unknown.has(id));
		return steady.length === 0 ? undefined : this.random.one(steady);
	}

	private async loop(): Promise<void> {
		while (this.going) {
			try {
				await this.edit();
				this.edits++;
			} catch {
				await sleep(100); // the server is down just now
			}
			await sleep(this.random.between(50, 450));
		}
	}

	private async edit(): Promise<void> {
		await this.random.weighted<() => Promise<unknown>>([
			[30, () => this.change()],
			[8, () => this.readdress()],
			[8, () => this.join()],
			[5, () => this.leave()],
			[5, () => this.comeBack()],
			[6, () => this.hire()],
			[15, () => this.note()],
			[12, () => this.drift()],
			[3, () => this.destroy()],
			[3, () => this.serve()],
		])();
	}

	private async change(): Promise<void> {
		const [id] = this.random.one([...this.present]);
		const team = this.random.one(TEAMS);
		// With the team, a badge comes or goes.
		const free = !this.unknown.has(id) && !this.copying;
		if (free && !DRIVING.includes(team)) this.hasLeft(badge(id, 2), ['badges']);
		await this.source.direct.run(sql`UPDATE people SET full_name = ${`Person ${id}, ${++this.serial}`},
			team = ${free ? sql`${team}` : sql`team`} WHERE id = ${id}`);
	}

	private async readdress(): Promise<void> {
		const [id] = this.steady() ?? [];
		if (id === undefined) return;
		await this.source.direct.run(
			sql`UPDATE people SET email = ${`p${id}.${++this.serial}@x.test`} WHERE id = ${id}`,
		);
	}

	private async join(): Promise<void> {
		const id = ++this.highest;
		const person = { site: this.random.one(['A', 'B']), kind: this.random.chance(0.1) ? 'ghost' : 'staff' };
		// Known before it happens: whether the insert went through, the source alone knows after a kill.
		this.absent.set(id, person);
		await this.insert(id, person);
	}

	private async insert(id: number, person: Person): Promise<void> {
		await this.source.direct.run(sql`INSERT INTO people (id, email, full_name, team, site, kind, employed)
			VALUES (${id}, ${`p${id}.${++this.serial}@x.test`}, ${`Person ${id}`}, ${this.random.one(TEAMS)}, ${person.site}, ${person.kind}, 'yes')
			ON CONFLICT (id) DO NOTHING`);
		this.absent.delete(id);
		this.present.set(id, person);
		if (this.copying) this.unknown.add(id);
	}

	private leaves(id: number, from: readonly Table[]): void {
		this.hasLeft(
			id,
			from.filter((table) => table !== 'badges'),
		);
		if (from.includes('badges')) for (const which of [1, 2] as const) this.hasLeft(badge(id, which), ['badges']);
	}

	private hasLeft(row: number, from: readonly Table[]): void {
		for (const table of from) if (!this.left[table].has(row)) this.left[table].set(row, Date.now());
	}

	private async leave(): Promise<void> {
		const one = this.steady();
		if (!one || this.present.size < 50) return;
		const [id, person] = one;
		this.leaves(id, tables);
		await this.source.direct.run(sql`DELETE FROM people WHERE id = ${id}`);
		this.present.delete(id);
		this.absent.set(id, person);
	}

	private async comeBack(): Promise<void> {
		if (this.absent.size === 0) return;
		const [id, person] = this.random.one([...this.absent]);
		await this.insert(id, person);
	}

	/** Out of the scope of one sync, or into it. */
	private async hire(): Promise<void> {
		const [id] = this.steady() ?? [];
		if (id === undefined) return;
		this.leaves(id, ['accounts', 'badges']);
		if (this.copying) this.unknown.add(id);
		await this.source.direct.run(
			sql`UPDATE people SET employed = CASE WHEN employed = 'yes' THEN 'no' ELSE 'yes' END WHERE id = ${id}`,
		);
	}

	private async row(table: Table): Promise<number | undefined> {
		const [row] = await this.destination.direct.all(sql<{ id: number }>`SELECT id FROM ${sql.id(table)}
			WHERE person IS NOT NULL AND id >= ${this.random.between(0, Math.max(1, this.highest * 2))} ORDER BY id LIMIT 1`);
		return row?.id;
	}

	private async note(): Promise<void> {
		const table = this.random.one(tables);
		const id = await this.row(table);
		if (id === undefined) return;
		const note = ++this.serial;
		const written = await this.destination.direct.run(
			sql`UPDATE ${sql.id(table)} SET note = ${note}, phone = ${`+1 ${note}`} WHERE id = ${id}`,
		);
		if (written === 1) this.notes[table].set(id, note);
	}

	/** What belongs to the source is edited in the destination. */
	private async drift(): Promise<void> {
		const table = this.random.one(tables);
		const id = await this.row(table);
		if (id === undefined) return;
		const set = this.random.one([
			sql`name = ${`Somebody ${++this.serial}`}`,
			sql`team = 'Nowhere'`,
			sql`name = NULL, team = NULL`,
			...(TABLES[table] === 'deactivate'
				? [sql`active = CASE WHEN active = 'yes' THEN 'no' ELSE 'yes' END`]
				: []),
		]);
		await this.destination.direct.run(sql`UPDATE ${sql.id(table)} SET ${set} WHERE id = ${id}`);
	}

	private async destroy(): Promise<void> {
		const table = this.random.one(tables);
		const id = await this.row(table);
		if (id === undefined) return;
		const [row] = await this.destination.direct.all(
			sql<{ person: number }>`SELECT person FROM ${sql.id(table)} WHERE id = ${id}`,
		);
		if (row && this.copying) this.unknown.add(table === 'badges' ? Math.floor(row.person / 10) : row.person);
		await this.destination.direct.run(sql`DELETE FROM ${sql.id(table)} WHERE id = ${id}`);
	}

	/** A row of the destination's own, which no record of the source matches. */
	private async serve(): Promise<void> {
		const table = this.random.one(tables);
		const login = `service-${++this.serial}`;
		await this.destination.direct.run(
			sql`INSERT INTO ${sql.id(table)} (login, name, active, phone) VALUES (${login}, ${login}, 'yes', ${login})`,
		);
		this.own[table].set(login, login);
	}
}

/** Whether the counterparts of somebody are all among these. */
function standsIn(known: ReadonlySet<string>, person: Belonging & { id: number }): boolean {
	return tables.every((table) => rowsOf(table, person).every((row) => known.has(`${table} ${row}`)));
}
