/** What database destinations do beyond what every destination must. */
import { sql, type RawBuilder } from 'kysely';

import { DatabaseDestination, type DatabaseDestinationOptions } from '../../connectors/database/destination';
import { listColumns, listTables, primaryKey } from '../../connectors/database/tables';
import type { ServerConfig } from '../../sql/types';
import type { Fields, WriteResult } from '../../sync/types';
import { create, ok, remove, update } from '../conformance/destination';
import { overEveryDatabase } from '../sql/databases';

overEveryDatabase((place) => {
	const { dialect } = place;
	const text = dialect === 'mysql' ? sql`VARCHAR(100)` : sql`TEXT`;
	const bySql = <T>(one: { sqlite: T; postgres: T; mysql: T }): T => one[dialect];
	const opened: DatabaseDestination[] = [];
	const to = (table: string, options: Partial<DatabaseDestinationOptions> = {}) => {
		const one = new DatabaseDestination({ database: place.config(), table: { name: table }, ...options });
		opened.push(one);
		return one;
	};
	const run = async <T extends object>(...statements: RawBuilder<unknown>[]): Promise<T[]> => {
		const db = await place.open();
		let rows: unknown[] = [];
		try {
			for (const statement of statements) {
				const select = /^\s*SELECT/.test(statementText(statement));
				if (select) rows = await db.all(statement);
				else await db.run(statement);
			}
		} finally {
			await db.close();
		}
		return rows as T[];
	};
	const errors = (results: WriteResult[]) => results.map((result) => (result.ok ? 'ok' : result.error.kind));

	beforeAll(() =>
		run(
			sql`CREATE TABLE team (id INTEGER PRIMARY KEY)`,
			sql`CREATE TABLE person (id INTEGER PRIMARY KEY, email ${text} NOT NULL, name ${text}, age INTEGER, team INTEGER,
			CONSTRAINT person_email UNIQUE (email), CONSTRAINT adult CHECK (age > 17), CONSTRAINT of_team FOREIGN KEY (team) REFERENCES team (id))`,
			sql`CREATE TABLE place (city ${text} NOT NULL, street ${text} NOT NULL, note ${text}, PRIMARY KEY (city, street))`,
			sql`CREATE TABLE computed (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER GENERATED ALWAYS AS (a * 2) STORED)`,
			sql`CREATE TABLE loose (a INTEGER, b INTEGER)`,
			sql`CREATE TABLE cased (id INTEGER PRIMARY KEY, name VARCHAR(50) ${bySql({ sqlite: sql`COLLATE NOCASE`, postgres: sql``, mysql: sql`COLLATE utf8mb4_general_ci` })})`,
		),
	);
	beforeEach(() => run(sql`DELETE FROM person`, sql`DELETE FROM place`));
	afterEach(async () => {
		await Promise.all(opened.splice(0).map((one) => one.close()));
	});

	const person = (id: number, more: Fields = {}): Fields => ({ id, email: `p${id}@example.com`, ...more });

	test.each([
		['an empty value', { email: null }, 'refused', 'email may not be empty'],
		['a value that another has', { email: 'p1@example.com' }, 'conflict', 'same value already'],
		['a key that another has', { id: 1 }, 'conflict', 'same value already'],
		['a rule of the database', { age: 3 }, 'refused', 'rule of the database'],
		['a reference to nothing', { team: 99 }, 'refused', 'refers to a row that is not there'],
	] as [string, Fields, string, string][])(
		'%s is told in a plain sentence, and the others go through',
		async (_name, bad, kind, message) => {
			const results = await to('person').write([
				create(0, person(1)),
				create(1, { ...person(2), ...bad }),
				create(2, person(3)),
			]);
			expect(errors(results)).toEqual(['ok', kind, 'ok']);
			const [, failed] = results;
			if (!failed || failed.ok) throw new Error('it went through');
			expect(failed.error.message).toContain(message);
			expect(failed.error.message).not.toContain('@');
			expect(failed.error.detail.todo).toMatch(/\.$/);
			expect(await run(sql`SELECT id FROM person ORDER BY id`)).toEqual([{ id: 1 }, { id: 3 }]);
		},
	);

	test('many bad ones among a thousand are found, and none of the good is lost', async () => {
		const bad = new Set([0, 1, 499, 500, 777, 999]);
		const results = await to('person').write(
			Array.from({ length: 1000 }, (_, i) => create(i, person(i, { age: bad.has(i) ? 1 : 20 }))),
		);
		expect(results.flatMap((result) => (result.ok ? [] : [result.ref]))).toEqual([...bad]);
		const updates = await to('person').write(
			Array.from({ length: 1000 }, (_, i) => update(i, String(i), { age: i === 600 ? 2 : 30 })),
		);
		expect(updates.flatMap((result) => (result.ok ? [] : [[result.ref, result.error.kind]]))).toEqual(
			[...bad, 600].sort((a, b) => a - b).map((i) => [i, i === 600 ? 'refused' : 'missing']),
		);
		const removed = await to('person').write(Array.from({ length: 1000 }, (_, i) => remove(i, String(i))));
		expect(removed.every((result) => result.ok)).toBe(true);
		expect(await run(sql`SELECT id FROM person`)).toEqual([]);
	}, 60_000);

	test('updates of different fields in one batch write each its own', async () => {
		const destination = to('person');
		await destination.write([
			create(0, person(1, { name: 'a', age: 20 })),
			create(1, person(2, { name: 'b', age: 30 })),
			create(2, person(3, { name: 'c', age: 40 })),
		]);
		const results = await destination.write([
			update(0, '1', { name: 'x' }),
			update(1, '2', { age: 31 }),
			update(2, '3', { age: 41, name: null }, ['name']),
		]);
		expect(results.map((result) => ok(result).actual)).toEqual([{ name: 'x' }, { age: 31 }, { name: null }]);
		expect(await run(sql`SELECT name, age FROM person ORDER BY id`)).toEqual([
			{ name: 'x', age: 20 },
			{ name: 'b', age: 31 },
			{ name: null, age: 41 },
		]);
	});

	test('a removal frees a unique value for a create of the same batch', async () => {
		const destination = to('person');
		await destination.write([create(0, person(1))]);
		const results = await destination.write([create(0, { id: 2, email: 'p1@example.com' }), remove(1, '1')]);
		expect(errors(results)).toEqual(['ok', 'ok']);
	});

	test('a row that a trigger keeps is not taken for removed', async () => {
		if (dialect === 'mysql') return; // its triggers cannot skip a row
		await run(sql`CREATE TABLE kept (id INTEGER PRIMARY KEY)`, sql`INSERT INTO kept VALUES (1), (2)`);
		if (dialect === 'sqlite')
			await run(sql`CREATE TRIGGER keeps BEFORE DELETE ON kept WHEN OLD.id = 1 BEGIN SELECT RAISE(IGNORE); END`);
		else
			await run(
				sql`CREATE FUNCTION keeps() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
				sql`CREATE TRIGGER keeps BEFORE DELETE ON kept FOR EACH ROW WHEN (OLD.id = 1) EXECUTE FUNCTION keeps()`,
			);
		const results = await to('kept').write([remove(0, '1'), remove(1, '2'), remove(2, '3')]);
		expect(errors(results)).toEqual(['refused', 'ok', 'ok']);
		expect(results[0]).toMatchObject({ error: { message: 'The row 1 still stands after it was deleted.' } });
	});

	test('a row that another refers to is not removed, and says why', async () => {
		await run(sql`INSERT INTO team VALUES (7)`);
		await to('person').write([create(0, person(1, { team: 7 }))]);
		const [result] = await to('team').write([remove(0, '7')]);
		expect(result).toMatchObject({ ok: false, error: { kind: 'refused' } });
	});

	test('an id may change by its own update', async () => {
		const destination = to('person');
		await destination.write([create(0, person(1))]);
		const [result] = await destination.write([update(0, '1', { id: 5, name: 'x' })]);
		expect(ok(result!)).toEqual({ ref: 0, ok: true, id: '5', actual: { id: 5, name: 'x' } });
	});

	test('a composite id ties both its parts', async () => {
		const destination = to('place');
		const made = await destination.write([
			create(0, { city: 'Bern', street: '0' }),
			create(1, { city: 'Bern', street: '' }),
			create(2, { city: '', street: '0' }),
		]);
		const ids = made.map((result) => ok(result).id);
		expect(ids).toEqual(['["Bern","0"]', '["Bern",""]', '["","0"]']);
		await destination.write([update(0, ids[1]!, { note: 'x' })]);
		expect(
			await destination.read(
				ids.map((id, ref) => ({ ref, id })),
				['note'],
			),
		).toEqual(
			expect.arrayContaining([
				{ ref: 0, id: ids[0], fields: { note: null } },
				{ ref: 1, id: ids[1], fields: { note: 'x' } },
				{ ref: 2, id: ids[2], fields: { note: null } },
			]),
		);
		expect(await destination.read([{ ref: 5, match: { city: 'Bern', street: '0' } }], [])).toEqual([
			{ ref: 5, id: ids[0], fields: {} },
		]);
		const fields = await destination.describe();
		expect(fields.filter(({ identity }) => identity).map(({ name }) => name)).toEqual(['city', 'street']);
	});

	test('a match that several rows have gives them all', async () => {
		const destination = to('person');
		await destination.write([
			create(0, person(1, { name: 'same' })),
			create(1, person(2, { name: 'same' })),
			create(2, person(3)),
		]);
		const found = await destination.read(
			[
				{ ref: 0, match: { name: 'same' } },
				{ ref: 1, match: { name: 'same', email: 'p2@example.com' } },
			],
			[],
		);
		expect(found.map(({ ref, id }) => `${ref} ${id}`).sort()).toEqual(['0 1', '0 2', '1 2']);
	});

	test('a match compares as the column does', async () => {
		const destination = to('cased');
		await destination.write([create(0, { id: 1, name: 'Ada' })]);
		const found = await destination.read([{ ref: 0, match: { name: 'ADA' } }], ['name']);
		expect(found).toEqual(dialect === 'postgres' ? [] : [{ ref: 0, id: '1', fields: { name: 'Ada' } }]);
	});

	test('a match value that the column cannot hold matches nothing, not everything', async () => {
		const destination = to('person');
		await destination.write([create(0, person(0)), create(1, person(1))]);
		expect(
			await destination.read(
				[
					{ ref: 0, match: { id: 'abc' } },
					{ ref: 1, id: 'abc' },
					{ ref: 2, id: '' },
				],
				[],
			),
		).toEqual([]);
		expect(
			errors(
				await destination.write([
					update(0, 'abc', { name: 'x' }),
					update(1, '', { name: 'x' }),
					remove(2, 'abc'),
				]),
			),
		).toEqual(['missing', 'missing', 'ok']);
		expect(await run(sql`SELECT name FROM person ORDER BY id`)).toEqual([{ name: null }, { name: null }]);
	});

	test('empty text and no value are two things', async () => {
		const destination = to('person');
		const results = await destination.write([
			create(0, person(1, { name: '' })),
			create(1, person(2, { name: null })),
		]);
		expect(results.map((result) => ok(result).actual!['name'])).toEqual(['', null]);
		expect((await destination.read([{ ref: 0, match: { name: '' } }], [])).map(({ id }) => id)).toEqual(['1']);
	});

	test('a column that the database computes is shown as not writable, and refused', async () => {
		const destination = to('computed');
		expect((await destination.describe()).map(({ name, writable }) => [name, writable])).toEqual([
			['id', true],
			['a', true],
			['b', false],
		]);
		const results = await destination.write([create(0, { id: 1, a: 2 }, ['b']), create(1, { id: 2, b: 3 })]);
		expect(results[0]).toEqual({ ref: 0, ok: true, id: '1', actual: { b: 4 } });
		expect(results[1]).toMatchObject({ ok: false, error: { kind: 'setup', detail: { field: 'b' } } });
	});

	test('describes what a mapping has to know', async () => {
		const fields = new Map((await to('person').describe()).map((field) => [field.name, field]));
		expect(fields.get('email')).toMatchObject({
			required: true,
			identity: false,
			writable: true,
			kind: 'text',
			...(dialect === 'mysql' && { maxLength: 100 }),
		});
		expect(fields.get('age')).toMatchObject({ required: false, kind: 'number' });
		expect(fields.get('id')).toMatchObject({ identity: true });
	});

	test('a table without a primary key needs columns that are unique', async () => {
		await expect(to('loose').describe()).rejects.toMatchObject({
			kind: 'setup',
			message: expect.stringContaining('no primary key') as unknown,
		});
		await expect(to('loose', { id: ['a'] }).describe()).rejects.toMatchObject({
			kind: 'setup',
			message: expect.stringContaining('may have the same') as unknown,
		});
		await run(sql`CREATE UNIQUE INDEX loose_a ON loose (a)`);
		expect(
			(await to('loose', { id: ['a'] }).describe()).filter(({ identity }) => identity).map(({ name }) => name),
		).toEqual(['a']);
	});

	test('a chosen id column is the id', async () => {
		const destination = to('person', { id: ['email'] });
		const [result] = await destination.write([create(0, person(1))]);
		expect(ok(result!).id).toBe('p1@example.com');
		expect(errors(await destination.write([update(0, 'p1@example.com', { name: 'x' })]))).toEqual(['ok']);
	});

	test("a table that is not there is the set-up's fault", async () => {
		await expect(to('absent').describe()).rejects.toMatchObject({ kind: 'setup' });
		await expect(to('absent').write([create(0, { a: 1 })])).rejects.toMatchObject({ kind: 'setup' });
	});

	test("a column that goes away meanwhile is the set-up's fault for each record, and told anew when it is back", async () => {
		await run(sql`CREATE TABLE moving (id INTEGER PRIMARY KEY, a ${text}, b ${text})`);
		const destination = to('moving');
		await destination.describe();
		await run(sql`ALTER TABLE moving DROP COLUMN b`);
		expect(errors(await destination.write([create(0, { id: 1, b: 'x' }), create(1, { id: 2, a: 'x' })]))).toEqual([
			'setup',
			'ok',
		]);
		await run(sql`ALTER TABLE moving ADD COLUMN b ${text}`);
		expect(errors(await destination.write([create(0, { id: 1, b: 'x' })]))).toEqual(['ok']);
	});

	test('a server that is not there is unreachable as a whole', async () => {
		const config =
			dialect === 'sqlite'
				? { dialect, file: '/absent/folder/x.db' }
				: { ...(place.config() as ServerConfig), port: 1 };
		const destination = to('person', { database: config });
		await expect(destination.describe()).rejects.toMatchObject({ name: 'SyncError', kind: 'unreachable' });
		await expect(destination.write([create(0, person(1))])).rejects.toMatchObject({
			name: 'SyncError',
			kind: 'unreachable',
		});
		if (dialect !== 'sqlite') return;
		const absent = to('person', {
			database: { dialect, file: `${(place.config() as { file: string }).file}.absent` },
		});
		await expect(absent.describe()).rejects.toMatchObject({ kind: 'unreachable' }); // and no empty file was made
		await expect(absent.describe()).rejects.toMatchObject({ kind: 'unreachable' });
	});

	test('the target knows the place, and nobody who logs in there', () => {
		const { id, text: shown } = to('person').target;
		expect(id + shown).not.toMatch(/postgres:|root|none needed/);
		if (dialect === 'sqlite') return;
		const config = place.config() as ServerConfig;
		expect(
			to('person', {
				database: { ...config, user: 'other', password: 'secret', host: config.host.toUpperCase() },
			}).target.id,
		).toBe(id);
		expect(to('person', { database: { ...config, database: 'other' } }).target.id).not.toBe(id);
		expect(to('team').target.id).not.toBe(id);
		expect(
			to('person', {
				table: {
					name: 'person',
					schema: bySql({ sqlite: 'main', postgres: 'public', mysql: config.database }),
				},
			}).target.id,
		).toBe(id);
	});

	test('lists tables and columns', async () => {
		const tables = await listTables(place.config());
		expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['person', 'place', 'team']));
		expect(tables.some(({ name }) => /^(sqlite_|pg_|COLUMNS)/.test(name))).toBe(false);
		expect((await listColumns(place.config(), { name: 'place' })).map(({ name }) => name)).toEqual([
			'city',
			'street',
			'note',
		]);
		expect(await primaryKey(place.config(), { name: 'place' })).toEqual(['city', 'street']);
		expect(await primaryKey(place.config(), { name: 'loose' })).toEqual([]);
		await expect(listColumns(place.config(), { name: 'absent' })).rejects.toMatchObject({ kind: 'setup' });
	});

	test('names that attack come out as names', async () => {
		const evil = [
			'"; DROP TABLE person; --',
			"'); DELETE FROM person; --",
			'`; DROP TABLE person; #',
			'__proto__',
			'constructor',
			'a.b',
			'$1',
			'?',
			':x',
			dialect === 'mysql' ? 'Zoë' : 'Zoë \u{1F600}',
		];
		const name = 'evil "table\'`; --';
		await run(
			sql`CREATE TABLE ${sql.id(name)} (id INTEGER PRIMARY KEY, ${sql.join(evil.map((column) => sql`${sql.id(column)} ${text}`))})`,
		);
		await to('person').write([create(0, person(1))]);
		const destination = to(name);
		const set = Object.fromEntries([
			['id', 1] as const,
			...evil.map((column) => [column, `${column}'"\`\\`] as const),
		]);
		const [result] = await destination.write([create(0, set)]);
		expect(ok(result!).actual).toEqual(set);
		for (const column of evil) {
			const match = Object.fromEntries([[column, set[column]!]]);
			expect(await destination.read([{ ref: 0, match }], [column])).toEqual([{ ref: 0, id: '1', fields: match }]);
			const changed = Object.fromEntries([[column, 'x']]);
			expect(ok((await destination.write([update(0, '1', changed)]))[0]!).actual).toEqual(changed);
		}
		expect(await run(sql`SELECT id FROM person`)).toEqual([{ id: 1 }]);
		expect(({} as Fields)['x']).toBeUndefined();
	});

	test('the same write twice leaves one row', async () => {
		const write = create(0, person(1));
		expect(errors(await to('person').write([write]))).toEqual(['ok']);
		expect(errors(await to('person').write([write]))).toEqual(['conflict']);
		expect(await run(sql`SELECT id FROM person`)).toHaveLength(1);
	});
});

overEveryDatabase(
	(place) => {
		test('a constraint that is checked at COMMIT holds up only its own record', async () => {
			const db = await place.open();
			await db.run(
				sql`CREATE TABLE boss (id INTEGER PRIMARY KEY, chief INTEGER REFERENCES boss (id) DEFERRABLE INITIALLY DEFERRED)`,
			);
			const destination = new DatabaseDestination({ database: place.config(), table: { name: 'boss' } });
			const results = await destination.write([
				create(0, { id: 1, chief: null }),
				create(1, { id: 2, chief: 99 }),
				create(2, { id: 3, chief: 1 }),
			]);
			expect(results.map((result) => (result.ok ? 'ok' : result.error.kind))).toEqual(['ok', 'refused', 'ok']);
			await destination.close();
			expect(await db.all(sql`SELECT id FROM boss ORDER BY id`)).toEqual([{ id: 1 }, { id: 3 }]);
			await db.close();
		});
	},
	['postgres', 'sqlite'],
);

overEveryDatabase(
	(place) => {
		test('a trigger of the database has the last word, and is read back', async () => {
			const db = await place.open();
			await db.run(sql`CREATE TABLE audited (id INTEGER PRIMARY KEY, name TEXT)`);
			await db.run(sql`CREATE FUNCTION upper_name() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF NEW.name = 'skip' THEN RETURN NULL; END IF;
			IF NEW.name = 'raise' THEN RAISE EXCEPTION 'not this one'; END IF;
			NEW.name := upper(NEW.name); RETURN NEW; END $$`);
			await db.run(
				sql`CREATE TRIGGER upper_name BEFORE INSERT OR UPDATE ON audited FOR EACH ROW EXECUTE FUNCTION upper_name()`,
			);
			const destination = new DatabaseDestination({ database: place.config(), table: { name: 'audited' } });
			const results = await destination.write(
				['a', 'skip', 'raise', 'b'].map((name, i) => create(i, { id: i, name })),
			);
			expect(results.map((result) => (result.ok ? result.actual!['name'] : result.error.kind))).toEqual([
				'A',
				'refused',
				'refused',
				'B',
			]);
			await destination.close();
			await db.close();
		});
	},
	['postgres'],
);

overEveryDatabase(
	(place) => {
		test.each(['latin1_swedish_ci', 'utf8mb3_general_ci', 'utf8mb4_bin', 'utf8mb4_unicode_ci', 'ascii_general_ci'])(
			'texts of a column with %s are matched in it, and found by its index',
			async (collation) => {
				const db = await place.open();
				const name = `texts_${collation}`;
				await db.run(
					sql`CREATE TABLE ${sql.id(name)} (code VARCHAR(50) CHARACTER SET ${sql.raw(collation.split('_')[0]!)} COLLATE ${sql.raw(collation)} PRIMARY KEY, n INTEGER)`,
				);
				const destination = new DatabaseDestination({ database: place.config(), table: { name } });
				const codes = ['Ada', '?', 'a?b', "o'x"];
				await destination.write(codes.map((code, i) => create(i, { code, n: i })));
				const found = await destination.read(
					[...codes, '\u{1F600}', 'a\u{1F600}b', 'ADA'].map((code, ref) => ({ ref, match: { code } })),
					['n'],
				);
				expect(found.map(({ ref, fields }) => [ref, fields['n']]).sort()).toEqual([
					[0, 0],
					[1, 1],
					[2, 2],
					[3, 3],
					...(collation.endsWith('_bin') ? [] : [[6, 0]]),
				]);
				const results = await destination.write([
					update(0, '\u{1F600}', { n: 9 }),
					update(1, 'Ada', { n: 8 }),
					remove(2, 'a\u{1F600}b'),
					create(3, { code: 'x\u{1F600}' }),
				]);
				expect(results.map((result) => (result.ok ? 'ok' : result.error.kind))).toEqual(
					collation.startsWith('utf8mb4')
						? ['missing', 'ok', 'ok', 'ok']
						: ['refused', 'ok', 'ok', 'refused'],
				);
				await destination.close();
				expect(
					await db.all(sql`SELECT n FROM ${sql.id(name)} WHERE code IN ('Ada', '?', 'a?b') ORDER BY n`),
				).toEqual([{ n: 1 }, { n: 2 }, { n: 8 }]);
				await db.close();
			},
		);
	},
	['mysql'],
);

/** The beginning of a statement's text, to tell a SELECT. */
function statementText(statement: RawBuilder<unknown>): string {
	const node = statement.toOperationNode() as unknown as { sqlFragments?: string[] };
	return node.sqlFragments?.[0] ?? '';
}
