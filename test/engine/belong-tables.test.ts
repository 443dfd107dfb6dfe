/** Records that belong together in real tables: foreign keys, look-ups in other tables, arrays and JSON columns. */
import { sql, type RawBuilder } from 'kysely';

import { DatabaseDestination } from '../../connectors/database/destination';
import type { Database, DialectName } from '../../sql/types';
import { ITSELF } from '../../sync/needs';
import type { Fields } from '../../sync/types';
import { overEveryDatabase } from '../sql/databases';
import { World } from './world';

const STAFF = 300;
const PRODUCTS = 60;
const VARIANTS = 8;
const ID: Record<DialectName, RawBuilder<unknown>> = {
	sqlite: sql`id INTEGER PRIMARY KEY`,
	postgres: sql`id SERIAL PRIMARY KEY`,
	mysql: sql`id INT AUTO_INCREMENT PRIMARY KEY`,
};
const JSON_TYPE: Record<DialectName, RawBuilder<unknown>> = {
	sqlite: sql`JSON`,
	postgres: sql`JSONB`,
	mysql: sql`JSON`,
};

overEveryDatabase((place) => {
	let world: World;
	let database: Database;
	let into: DatabaseDestination;
	beforeEach(async () => {
		world = await World.open();
		world.mapping.removal = { kind: 'delete', set: {}, onReturn: {} };
		world.mapping.unmapped = ['refs'];
		world.batch = 500;
		database = await place.open({ values: 'plain' });
	});
	afterEach(async () => {
		await into?.close();
		await world.close();
		for (const table of ['people', 'users', 'teams'])
			await database.run(sql`DROP TABLE IF EXISTS ${sql.id(table)}`);
		await database.close();
	});
	const rows = async <Row>(statement: RawBuilder<unknown>) => await database.all(statement as RawBuilder<Row>);
	const mirror = (table: string) => {
		into = new DatabaseDestination({ database: place.config(), table: { name: table } });
		world.into = into;
	};
	const record = (key: string, fields: Fields) => world.source.records.set(key, { id: key, email: key, ...fields });

	test(`${STAFF} employees whose managers go round in a circle, under a foreign key, and are deleted whatever goes first`, async () => {
		await database.run(sql`CREATE TABLE people (${ID[place.dialect]}, email VARCHAR(50) NOT NULL UNIQUE, manager_id INT,
			FOREIGN KEY (manager_id) REFERENCES people (id))`);
		mirror('people');
		world.mapping.owned = ['manager_id'];
		world.mapping.needs = ({ refs }) => [
			{ kind: 'reference', field: 'manager_id', to: ITSELF, keys: [String(refs)], patience: 1e9 },
		];
		for (let n = 0; n < STAFF; n++) record(`e${n}`, { refs: `e${(n + 1) % STAFF}` });
		const { counts } = await world.tick();
		expect(counts).toMatchObject({ waiting: 0, failed: 0, due: 0 });
		const [tied] = await rows<{
			n: number;
		}>(sql`SELECT count(*) AS n FROM people p JOIN people m ON m.id = p.manager_id
			WHERE CAST(substr(m.email, 2) AS DECIMAL) = mod(CAST(substr(p.email, 2) AS DECIMAL) + 1, ${STAFF})`);
		expect(Number(tied!.n)).toBe(STAFF);

		// Three of the circle leave, and the one before them gets another manager.
		for (const key of ['e10', 'e11', 'e12']) world.source.records.delete(key);
		record('e9', { refs: 'e13' });
		for (let n = 0; n < 3; n++) await world.tick();
		const [left] = await rows<{ n: number }>(sql`SELECT count(*) AS n FROM people`);
		expect(Number(left!.n)).toBe(STAFF - 3);
		expect(world.outcomes.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
	}, 120_000);

	test(`a catalog of ${PRODUCTS} products has ${VARIANTS} variants of each, of which some come and some go`, async () => {
		await database.run(
			sql`CREATE TABLE people (${ID[place.dialect]}, email VARCHAR(50) NOT NULL UNIQUE, name VARCHAR(50), note VARCHAR(50))`,
		);
		mirror('people');
		world.mapping.parts = ({ id, name, skus }) =>
			String(skus)
				.split(' ')
				.map((sku) => ({ key: sku, fields: { email: `${String(id)}-${sku}`, name: name! } }));
		const all = Array.from({ length: VARIANTS }, (_, v) => String(v));
		for (let n = 0; n < PRODUCTS; n++) record(`p${n}`, { name: `Product ${n}`, skus: all.join(' ') });
		await world.tick();
		const count = async (where = sql`1 = 1`) =>
			Number((await rows<{ n: number }>(sql`SELECT count(*) AS n FROM people WHERE ${where}`))[0]!.n);
		expect(await count()).toBe(PRODUCTS * VARIANTS);
		await database.run(sql`UPDATE people SET note = 'theirs'`);

		// Every tenth loses its last variant and gets another one; one is gone altogether.
		for (let n = 0; n < PRODUCTS; n += 10)
			record(`p${n}`, { name: `Product ${n}`, skus: [...all.slice(0, -1), 'new'].join(' ') });
		world.source.records.delete('p1');
		world.told();
		const { counts, held } = await world.tick();
		expect(held).toEqual([]);
		expect(counts).toMatchObject({ due: 0, failed: 0, underway: 0, unrouted: 0 });
		expect(await count()).toBe((PRODUCTS - 1) * VARIANTS);
		expect(await count(sql`email LIKE '%-new' AND note IS NULL`)).toBe(PRODUCTS / 10);
		expect(await count(sql`note = 'theirs'`)).toBe((PRODUCTS - 1) * VARIANTS - PRODUCTS / 10);
		expect(world.told()).toHaveLength(2 * (PRODUCTS / 10) + VARIANTS);
	}, 120_000);

	test('a look-up goes by any column of any table of the database', async () => {
		await database.run(sql`CREATE TABLE users (${ID[place.dialect]}, mail VARCHAR(50))`);
		for (const mail of ['x', 'a', 'b', 'twice', 'twice'])
			await database.run(sql`INSERT INTO users (mail) VALUES (${mail})`);
		await database.run(
			sql`CREATE TABLE people (${ID[place.dialect]}, email VARCHAR(50) NOT NULL UNIQUE, user_id INT)`,
		);
		mirror('people');
		world.attempts = 1;
		world.mapping.owned = ['user_id'];
		world.mapping.needs = ({ refs }) => [
			{ kind: 'look up', field: 'user_id', object: 'users', by: 'mail', values: [refs!] },
		];
		for (const mail of ['a', 'b', 'twice', 'nobody']) record(`p-${mail}`, { refs: mail });
		await world.tick();
		expect(await rows(sql`SELECT email, user_id FROM people ORDER BY email`)).toEqual([
			{ email: 'p-a', user_id: 2 },
			{ email: 'p-b', user_id: 3 },
		]);
		expect(
			world.outcomes
				.filter(({ outcome }) => outcome === 'failed')
				.map(({ text }) => /nothing|two or more/u.exec(text)?.[0])
				.sort(),
		).toEqual(['nothing', 'two or more']);
	});

	const kinds = place.dialect === 'postgres' ? (['array', 'json'] as const) : (['json'] as const);
	test.each(kinds)(
		'lists of an %s column keep the order of a set, and the members of others (invariants 1, 5 and 8)',
		async (kind) => {
			const type = kind === 'array' ? sql`TEXT[]` : JSON_TYPE[place.dialect];
			await database.run(
				sql`CREATE TABLE teams (${ID[place.dialect]}, email VARCHAR(50) NOT NULL UNIQUE, members ${type}, tags ${type})`,
			);
			mirror('teams');
			world.sweepEvery = 0;
			world.mapping.lists = { members: 'members', tags: 'set' };
			const lists = async () => {
				const [row] = await rows<{ members: unknown; tags: unknown }>(
					kind === 'array'
						? sql`SELECT to_jsonb(members) AS members, to_jsonb(tags) AS tags FROM teams`
						: sql`SELECT members, tags FROM teams`,
				);
				const read = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : value);
				return { members: read(row!.members), tags: read(row!.tags) };
			};
			const edit = async (members: string[], tags: string[]) => {
				const value = (list: string[]) =>
					kind === 'array'
						? sql`ARRAY[${sql.join(list)}]::text[]`
						: sql`${JSON.stringify(list)}${place.dialect === 'postgres' ? sql`::jsonb` : sql``}`;
				await database.run(sql`UPDATE teams SET members = ${value(members)}, tags = ${value(tags)}`);
				world.told();
				await world.tick();
				await world.tick();
			};
			record('t', { members: ['ann', 'bo'], tags: ['x', 'y'] });
			await world.tick();
			expect(await lists()).toEqual({ members: ['ann', 'bo'], tags: ['x', 'y'] });

			await edit(['theirs', 'bo', 'ann'], ['y', 'x']);
			expect([world.told(), await lists()]).toEqual([[], { members: ['theirs', 'bo', 'ann'], tags: ['y', 'x'] }]);
			await edit(['theirs', 'bo'], ['y']);
			expect([world.told(), await lists()]).toEqual([
				['t healed'],
				{ members: ['theirs', 'bo', 'ann'], tags: ['x', 'y'] },
			]);
			record('t', { members: ['cy', 'bo'], tags: ['x', 'y'] });
			await world.tick();
			expect([world.told(), await lists()]).toEqual([
				['t updated'],
				{ members: ['theirs', 'bo', 'cy'], tags: ['x', 'y'] },
			]);
		},
	);
});
