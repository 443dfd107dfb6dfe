/**
 * Locks in SQLite: three triggers, a table of linked rows, and one that has a row only within the sync's own
 * transactions, which nobody else sees. SQLite knows no users: whoever may write the file can also remove the triggers.
 */
import { sql } from 'kysely';

import { compile } from '../../../sql/sqlite/dialect';
import { SyncError } from '../../../sync/types';
import { comment, either, idName, listed, markIn, sameRow } from './common';
import type { LockDialect, LockPlan } from './dialect';

const within = ({ at, name }: Pick<LockPlan, 'at' | 'name'>, ending = '') =>
	at.schema === undefined ? sql.id(`${name}${ending}`) : sql.id(at.schema, `${name}${ending}`);
/** Inside of a trigger no schema may be named. */
const bare = (name: string, ending = '') => sql.id(`${name}${ending}`);

/** By bytes, whatever the column's collation. */
const differs = (name: string) =>
	sql<boolean>`OLD.${sql.id(name)} COLLATE BINARY IS NOT NEW.${sql.id(name)} COLLATE BINARY`;

const ENDINGS = ['_update', '_delete', '_insert'];

export const sqliteLock: LockDialect = {
	compile,
	parts: ENDINGS.length,
	transactional: true,
	look: async (database, { schema = 'main', name }) => {
		const [found] = await database.all(
			sql<{ type: string }>`SELECT type FROM pragma_table_list WHERE schema = ${schema} AND name = ${name}`,
		);
		const todo = () => 'Give n8n the right to write the file.';
		if (found?.type === 'table') return { owner: true, todo };
		return {
			owner: true,
			todo,
			obstacle: new SyncError('setup', `${name} is a ${found?.type}, and only tables can be locked.`, {
				todo: 'Switch off Lock Synced Fields, or write to the table behind it.',
			}),
		};
	},
	standing: async (database, { at, name }) => {
		const names = ['', ...ENDINGS].map((ending) => `${name}${ending}`);
		const schema = at.schema === undefined ? sql.id('sqlite_schema') : sql.id(at.schema, 'sqlite_schema');
		const found = await database.all(
			sql<{
				name: string;
				text: string;
			}>`SELECT name, sql AS text FROM ${schema} WHERE name IN (${sql.join(names)})`,
		);
		const marks = found.flatMap((one) => (one.name === name ? [] : [markIn(one.text) ?? '']));
		return { marks, parts: marks.length, rows: found.some((one) => one.name === name) };
	},
	rows: (plan) => {
		const ids = plan.id.map(
			({ type }, place) =>
				sql`${sql.id(idName(place))} ${type === 'any' ? sql`` : sql.raw(/^[\w (),]+$/u.test(type) ? type : '')}`,
		);
		const key = sql.join(plan.id.map((_, place) => sql.id(idName(place))));
		return [
			sql`CREATE TABLE ${within(plan)} (${sql.join(ids)}, fields TEXT NOT NULL, PRIMARY KEY (${key}))`,
			sql`CREATE TABLE ${within(plan, '_open')} (one INTEGER)`,
		];
	},
	guard: (plan) => {
		const { name, table, id, columns, message, mark } = plan;
		const row = (of: 'OLD' | 'NEW') => sql`SELECT 1 FROM ${bare(name)} AS l WHERE ${sameRow(plan, of)}`;
		const other = sql`NOT EXISTS (SELECT 1 FROM ${bare(name, '_open')})`;
		const raise = sql`BEGIN ${comment(mark)} SELECT RAISE(ABORT, ${sql.lit(message)}); END`;
		const moved = id.map((column) => differs(column.name));
		const changed = columns.map((column) => differs(column.name));
		const owned = columns.map(
			(column) => sql`(instr(l.fields, ${sql.lit(listed(column.name))}) > 0 AND ${differs(column.name)})`,
		);
		return [
			sql`CREATE TRIGGER ${within(plan, '_update')} AFTER UPDATE ON ${bareTable(plan)} WHEN ${other} AND ${either([...moved, ...changed])} AND EXISTS (${row('OLD')} AND ${either([...moved, ...owned])}) ${raise}`,
			sql`CREATE TRIGGER ${within(plan, '_delete')} AFTER DELETE ON ${bareTable(plan)} WHEN ${other} AND EXISTS (${row('OLD')}) ${raise}`,
			// INSERT OR REPLACE deletes without a DELETE trigger: what comes in under a linked id has taken its place.
			sql`CREATE TRIGGER ${within(plan, '_insert')} AFTER INSERT ON ${bareTable(plan)} WHEN ${other} AND EXISTS (${row('NEW')}) ${raise}`,
		];
		function bareTable(of: LockPlan) {
			return of.at.schema === undefined ? table : sql.id(of.at.name);
		}
	},
	unguard: (plan) => ENDINGS.map((ending) => sql`DROP TRIGGER IF EXISTS ${within(plan, ending)}`),
	unrow: (plan) => ['_open', ''].map((ending) => sql`DROP TABLE IF EXISTS ${within(plan, ending)}`),
	rowsOf: (plan) => within(plan),
	known: (ids) =>
		sql`ON CONFLICT (${sql.join(ids.map((name) => sql.id(name)))}) DO UPDATE SET fields = excluded.fields`,
	open: (plan) => sql`INSERT INTO ${within(plan, '_open')} (one) VALUES (1)`,
	shut: (plan) => sql`DELETE FROM ${within(plan, '_open')}`,
};
