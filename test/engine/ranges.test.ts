/**
 * Sweeps where the data is, on real databases: whatever anybody does to a table (rows of ours and others, any column, put
 * back to what they were, while a sweep goes on, around crashes), one sweep without faults brings every owned field back
 * to the source's value, a second one writes nothing, and what is not ours is as they left it.
 */
import fc from 'fast-check';
import { sql, type RawBuilder } from 'kysely';

import { DatabaseDestination } from '../../connectors/database/destination';
import type { Database, DialectName } from '../../sql/types';
import { SyncError, type Destination, type Fields, type Marks } from '../../sync/types';
import { overEveryDatabase } from '../sql/databases';
import { Crash } from './memory';
import { World } from './world';

/** What identifies a row: the columns of the table's primary key, and how a new row of somebody else's gets one. */
interface Identity {
	name: string;
	columns: (dialect: DialectName) => RawBuilder<unknown>;
	/** A row of somebody else's, by number. */
	foreign: (n: number) => RawBuilder<unknown>;
	/** What the source gives besides. */
	own: (n: number) => Fields;
}

const text = (dialect: DialectName) => (dialect === 'mysql' ? sql`VARCHAR(100)` : sql`TEXT`);
/** An order that is not that of bytes. */
const folded = (dialect: DialectName) =>
	({ postgres: sql`COLLATE "en-x-icu"`, mysql: sql`COLLATE utf8mb4_unicode_ci`, sqlite: sql`COLLATE NOCASE` })[
		dialect
	];
const counted = { postgres: sql`SERIAL`, mysql: sql`INTEGER AUTO_INCREMENT`, sqlite: sql`INTEGER` };
const WORDS = ['Äpfel', 'apfel2', 'B-9', 'b 10', 'Zoë', 'a', 'Ω', 'éclair', '10', '9', '_x', "O'Neil"];
const word = (n: number) => `${WORDS[n % WORDS.length]}${n >= WORDS.length ? n : ''}`;

const IDENTITIES: Identity[] = [
	{
		name: 'a number that the database counts',
		columns: (dialect) => sql`id ${counted[dialect]} PRIMARY KEY`,
		foreign: () => sql``,
		own: () => ({}),
	},
	{
		name: 'a text in an order of its own',
		columns: (dialect) => sql`code ${text(dialect)} ${folded(dialect)} NOT NULL PRIMARY KEY`,
		foreign: (n) => sql`, ${`${word(n)} theirs`}`,
		own: (n) => ({ code: word(n) }),
	},
	{
		name: 'a number and a text together',
		columns: (dialect) =>
			sql`site INTEGER NOT NULL, code ${text(dialect)} ${folded(dialect)} NOT NULL, PRIMARY KEY (site, code)`,
		foreign: (n) => sql`, ${n % 4}, ${`${word(n)} theirs`}`,
		own: (n) => ({ site: n % 4, code: word(n) }),
	},
];

const KEYS = { 0: [] as string[], 1: ['code'], 2: ['site', 'code'] } as Record<number, string[]>;

type Step =
	| { do: 'edit' | 'add'; who: number; team: string }
	| { do: 'remove'; who: number }
	| { do: 'drift'; who: number; field: 'name' | 'team' | 'active' | 'note'; value: string }
	| { do: 'exchange'; who: number; with: number }
	| { do: 'put back'; who: number }
	| { do: 'undo'; who: number; team: string }
	| { do: 'delete'; who: number }
	| { do: 'theirs'; what: 'insert' | 'update' | 'delete'; who: number; value: string }
	| { do: 'meanwhile'; step: number; who: number; value: string }
	| { do: 'fault'; at: 'write' | 'written' | 'folds' | 'list' | 'listed' | 'read'; in: number }
	| { do: 'tick' | 'sweep' | 'reopen' };

const who = fc.integer({ min: 0, max: 15 });
const value = fc.constantFrom('Sales', 'Legal', 'Ops', 'sales', '');
const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 3, arbitrary: fc.record({ do: fc.constantFrom('edit' as const, 'add' as const), who, team: value }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), who }) },
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constant('drift' as const),
			who,
			field: fc.constantFrom('name' as const, 'team' as const, 'active' as const, 'note' as const),
			value,
		}),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('exchange' as const), who, with: who }) },
	{ weight: 3, arbitrary: fc.record({ do: fc.constant('put back' as const), who }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('undo' as const), who, team: value }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), who }) },
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant('theirs' as const),
			what: fc.constantFrom('insert' as const, 'update' as const, 'delete' as const),
			who,
			value,
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant('meanwhile' as const),
			step: fc.integer({ min: 0, max: 6 }),
			who,
			value,
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant('fault' as const),
			at: fc.constantFrom(
				'write' as const,
				'written' as const,
				'folds' as const,
				'list' as const,
				'listed' as const,
				'read' as const,
			),
			in: fc.integer({ min: 0, max: 3 }),
		}),
	},
	{
		weight: 6,
		arbitrary: fc.record({
			do: fc.constantFrom('tick' as const, 'sweep' as const, 'sweep' as const, 'reopen' as const),
		}),
	},
);

/** The table, edited behind the sync's back, and the sync's own way to it, on which things can happen. */
class Staff {
	/** What happens in the middle of the destination's next calls, by how many calls from now. */
	readonly meanwhile: { in: number; run: () => Promise<void> }[] = [];
	faults: { at: string; in: number }[] = [];
	/** What was written by the sync, since it was last asked. */
	writes = 0;
	readonly to: Destination;
	/** Rows as they were before somebody wrote to them: what can be put back. */
	private readonly before = new Map<string, Fields>();

	constructor(
		readonly db: Database,
		readonly real: DatabaseDestination,
	) {
		const { marks } = real;
		const watched: Marks = {
			folds: async (...given) => await this.call('folds', async () => await marks.folds(...given)),
			list: async (...given) => {
				const answer = await this.call('list', async () => await marks.list(...given));
				await this.call('listed', async () => undefined);
				return answer;
			},
			bounds: async (...given) => await marks.bounds(...given),
		};
		this.to = {
			batchSize: 7,
			target: real.target,
			marks: watched,
			describe: async () => await real.describe(),
			prepare: async (fields) => await real.prepare(fields),
			read: async (...given) => await this.call('read', async () => await real.read(...given)),
			write: async (...given) => {
				await this.remember();
				const results = await this.call('write', async () => await real.write(...given));
				this.writes += given[0].length;
				await this.call('written', async () => undefined);
				return results;
			},
			close: async () => await real.close(),
		};
	}

	private async call<T>(name: string, work: () => Promise<T>): Promise<T> {
		for (const one of [...this.meanwhile]) {
			if (one.in-- > 0) continue;
			this.meanwhile.splice(this.meanwhile.indexOf(one), 1);
			await one.run();
		}
		const fault = this.faults.find(({ at }) => at === name);
		if (fault && fault.in-- <= 0) {
			this.faults = this.faults.filter((one) => one !== fault);
			if (fault.at === 'read') throw new SyncError('unreachable', 'the connection is lost');
			throw new Crash(`killed at ${name}`);
		}
		return await work();
	}

	async rows(): Promise<Fields[]> {
		return await this.db.all(sql<Fields>`SELECT * FROM staff`);
	}

	private async remember(): Promise<void> {
		for (const row of await this.rows()) this.before.set(String(row['email']), row);
	}

	async set(email: string, fields: Fields): Promise<void> {
		await this.remember();
		const set = sql.join(
			Object.entries(fields).map(([field, to]) => sql`${sql.id(field)} = ${to as string | null}`),
		);
		await this.db.run(sql`UPDATE staff SET ${set} WHERE email = ${email}`);
	}

	/** The row as it stood before the last write to it. */
	async putBack(email: string): Promise<void> {
		const row = this.before.get(email);
		if (row) await this.set(email, { name: row['name']!, team: row['team']!, active: row['active']! });
	}

	async delete(email: string): Promise<void> {
		await this.db.run(sql`DELETE FROM staff WHERE email = ${email}`);
	}
}

const email = (n: number) => `k${n}@x.test`;
const theirEmail = (n: number) => `theirs${n}@x.test`;

async function play(world: World, staff: Staff, identity: number, steps: Step[]): Promise<void> {
	const { own, foreign } = IDENTITIES[identity]!;
	const insertTheirs = async (n: number, team: string) => {
		const columns = ['email', 'name', 'team', ...KEYS[identity]!].map((name) => sql.id(name));
		const known = await staff.db.all(sql`SELECT 1 FROM staff WHERE email = ${theirEmail(n)}`);
		if (known.length === 0)
			await staff.db.run(
				sql`INSERT INTO staff (${sql.join(columns)}) VALUES (${theirEmail(n)}, 'Theirs', ${team}${foreign(n)})`,
			);
	};
	const person = (n: number, team: string) => world.person(`k${n}`, { team, active: 'yes', ...own(n) });
	for (let n = 0; n < 12; n++) person(n, 'Sales');
	for (let n = 0; n < 12; n += 2) await insertTheirs(n, 'Sales');
	await world.tick();
	for (const one of steps) {
		switch (one.do) {
			case 'edit':
			case 'add':
				person(one.who, one.team);
				break;
			case 'remove':
				world.source.records.delete(`k${one.who}`);
				break;
			case 'drift':
				await staff.set(email(one.who), { [one.field]: one.value });
				break;
			case 'exchange': {
				const rows = new Map((await staff.rows()).map((row) => [row['email'], row]));
				const [a, b] = [rows.get(email(one.who)), rows.get(email(one.with))];
				if (!a || !b) break;
				await staff.set(email(one.who), { name: b['name']!, team: b['team']! });
				await staff.set(email(one.with), { name: a['name']!, team: a['team']! });
				break;
			}
			case 'put back':
				await staff.putBack(email(one.who));
				break;
			case 'undo':
				// Ours, and put back before any sweep has seen it.
				person(one.who, one.team);
				world.sweepEvery = null;
				await world.tick();
				await staff.putBack(email(one.who));
				break;
			case 'delete':
				await staff.delete(email(one.who));
				break;
			case 'theirs':
				if (one.what === 'insert') await insertTheirs(one.who, one.value);
				else if (one.what === 'update') await staff.set(theirEmail(one.who), { team: one.value });
				else await staff.delete(theirEmail(one.who));
				break;
			case 'meanwhile':
				staff.meanwhile.push({
					in: one.step,
					run: async () =>
						one.value === ''
							? await staff.putBack(email(one.who))
							: await staff.set(email(one.who), { team: one.value }),
				});
				break;
			case 'fault':
				staff.faults.push({ at: one.at, in: one.in });
				break;
			case 'reopen':
				await world.reopen();
				break;
			case 'tick':
			case 'sweep':
				await world.expire();
				world.sweepEvery = one.do === 'sweep' ? 0 : null;
				await world.tick();
		}
	}
}

const OWNED = ['email', 'name', 'team'];

overEveryDatabase((place) => {
	let db: Database;
	beforeEach(async () => {
		db = await place.open();
	});
	afterEach(async () => {
		await db.close();
	});

	async function setUp(identity: number): Promise<{ world: World; staff: Staff }> {
		const { columns } = IDENTITIES[identity]!;
		const t = text(place.dialect);
		await db.run(sql`DROP TABLE IF EXISTS staff`);
		await db.run(
			sql`CREATE TABLE staff (email ${t} NOT NULL UNIQUE, name ${t}, team ${t}, active ${t}, note ${t}, ${columns(place.dialect)})`,
		);
		const world = await World.open();
		const staff = new Staff(db, new DatabaseDestination({ database: place.config(), table: { name: 'staff' } }));
		world.into = staff.to;
		world.ttl = 60_000;
		world.attempts = 100;
		world.rangeSize = 4;
		world.guard = { ...world.guard, few: 1000, share: 1, changes: 1, first: false };
		return { world, staff };
	}

	describe.each(IDENTITIES.map(({ name }, n) => [name, n] as const))('by %s', (_name, identity) => {
		it('finds whatever was changed, and nothing else (invariants 1, 5, 8)', async () => {
			await fc.assert(
				fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
					const { world, staff } = await setUp(identity);
					try {
						await play(world, staff, identity, steps);
						staff.faults = [];
						staff.meanwhile.length = 0;
						world.sweepEvery = null;
						await settle(world);
						const theirs = await foreignOf(staff);
						const notes = await notesOf(staff);
						// One sweep heals; what it found missing is created by the next tick.
						world.sweepEvery = 0;
						await world.tick();
						await settle(world);
						const rows = new Map((await staff.rows()).map((row) => [row['email'], row]));
						for (const fields of world.source.records.values()) {
							const row = rows.get(fields['email']);
							expect(row).toMatchObject(Object.fromEntries(OWNED.map((field) => [field, fields[field]])));
						}
						expect(await foreignOf(staff)).toEqual(theirs);
						expect(await notesOf(staff)).toMatchObject(notes);
						staff.writes = 0;
						const last = await world.tick();
						expect(staff.writes).toBe(0);
						expect(last.counts).toMatchObject({ due: 0, underway: 0, failed: 0 });
						expect(last.troubles).toEqual([]);
					} finally {
						await world.close();
						await staff.real.close();
					}
				}),
				{ numRuns: Number(process.env['PROPERTY_RUNS'] ?? 8), endOnFailure: true },
			);
		}, 240_000);
	});
});

/** Ticks until nothing is due or under way, whatever was killed before. */
async function settle(world: World): Promise<void> {
	const swept = world.sweepEvery;
	world.sweepEvery = null;
	for (let n = 0; n < 10; n++) {
		await world.expire();
		const { counts } = await world.tick();
		if (counts && counts.due + counts.later + counts.underway === 0) break;
	}
	world.sweepEvery = swept;
}

async function foreignOf(staff: Staff): Promise<Fields[]> {
	const rows = await staff.rows();
	return rows
		.filter((row) => String(row['email']).startsWith('theirs'))
		.sort((a, b) => (String(a['email']) < String(b['email']) ? -1 : 1));
}

async function notesOf(staff: Staff): Promise<Fields> {
	const rows = await staff.rows();
	return Object.fromEntries(
		rows.filter((row) => row['note'] !== null).map((row) => [String(row['email']), row['note']!]),
	);
}
