/**
 * Locks in MySQL and MariaDB: two triggers, and a table of linked rows that refers to the table itself, so that neither
 * TRUNCATE nor a cascade takes a linked row away. The sync shows its key in a variable of its session, of which the
 * triggers know the hash.
 */
import { sql } from 'kysely';

import { compile } from '../../../sql/mysql/dialect';
import { SyncError } from '../../../sync/types';
import type { ColumnInfo } from '../column';
import { comment, either, idName, listed, markIn, sameRow } from './common';
import type { LockDialect, LockPlan, Looked } from './dialect';

const LONGEST_MESSAGE = 128;
const LONGEST_NAME = 64;
const ENDINGS = ['_update', '_delete'];

const within = ({ at, name }: Pick<LockPlan, 'at' | 'name'>, ending = '') => sql.id(at.schema!, `${name}${ending}`);

/** By bytes, whatever the column's collation. */
const differs = (name: string) =>
	sql<boolean>`NOT (CAST(OLD.${sql.id(name)} AS BINARY) <=> CAST(NEW.${sql.id(name)} AS BINARY))`;

/** A reference wants the very same type. */
function typeOf({ type, charset, collation }: ColumnInfo) {
	const said = charset && collation && /^\w+ \w+$/u.test(`${charset} ${collation}`);
	return sql.raw(`${type}${said ? ` CHARACTER SET ${charset} COLLATE ${collation}` : ''}`);
}

/** What MySQL says when TRUNCATE or a cascade is refused: a name of the database's own, so no two locks may share it. */
function constraint(message: string, name: string): string {
	const own = ` (${name.slice(name.lastIndexOf('_') + 1)})`;
	return message.slice(0, LONGEST_NAME - own.length).trim() + own;
}

export const mysqlLock: LockDialect = {
	compile,
	parts: ENDINGS.length,
	transactional: false,
	look: async (database, at, name) => {
		const [found] = await database.all(sql<{ type: string; engine: string | null; me: string }>`
			SELECT TABLE_TYPE AS type, ENGINE AS engine, CURRENT_USER() AS me FROM information_schema.TABLES
			WHERE TABLE_SCHEMA = ${at.schema} AND TABLE_NAME = ${at.name}`);
		const table = compile(sql`${sql.id(at.schema!, at.name)}`).text;
		const rows = compile(within({ at, name })).text;
		const [, user, host] = /^(.*)@(.*)$/su.exec(found?.me ?? '') ?? [];
		const me = compile(sql`${sql.lit(user ?? '')}@${sql.lit(host ?? '')}`).text;
		const todo: Looked['todo'] = ({ message }) =>
			/log_bin_trust_function_creators/u.test(message)
				? 'Let an administrator of the server run: SET GLOBAL log_bin_trust_function_creators = 1; and keep it in the server’s configuration.'
				: `Let an administrator run: GRANT SELECT, TRIGGER, REFERENCES ON ${table} TO ${me}; GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES ON ${rows} TO ${me};`;
		if (found?.type !== 'BASE TABLE' || found.engine !== 'InnoDB')
			return {
				owner: true,
				todo,
				obstacle: new SyncError('setup', `${table} is no InnoDB table, and only such can be locked.`, {
					todo: 'Switch off Lock Synced Fields, or write to the table behind it.',
				}),
			};
		return { owner: true, todo };
	},
	standing: async (database, { at, name }) => {
		const found = await database.all(sql<{ text: string | null }>`
			SELECT ACTION_STATEMENT AS text FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${at.schema}
				AND EVENT_OBJECT_TABLE = ${at.name} AND TRIGGER_NAME IN (${sql.join(ENDINGS.map((ending) => `${name}${ending}`))})`);
		const rows = await database.all(sql`SELECT 1 AS one FROM information_schema.TABLES
			WHERE TABLE_SCHEMA = ${at.schema} AND TABLE_NAME = ${name}`);
		const marks = found.map(({ text }) => markIn(text ?? '') ?? '');
		return { marks, parts: marks.length, rows: rows.length > 0 };
	},
	rows: (plan) => {
		const { id, table, message } = plan;
		const ids = id.map((column, place) => sql`${sql.id(idName(place))} ${typeOf(column)} NOT NULL`);
		const key = sql.join(id.map((_, place) => sql.id(idName(place))));
		const referred = sql.join(id.map(({ name }) => sql.id(name)));
		return [
			sql`CREATE TABLE ${within(plan)} (${sql.join(ids)}, fields TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, PRIMARY KEY (${key}), CONSTRAINT ${sql.id(constraint(message, plan.name))} FOREIGN KEY (${key}) REFERENCES ${table} (${referred}) ON UPDATE CASCADE) ENGINE = InnoDB`,
		];
	},
	guard: (plan) => {
		const { table, id, columns, hash, mark } = plan;
		const message = sql.lit(plan.message.slice(0, LONGEST_MESSAGE));
		const row = sql`SELECT 1 FROM ${within(plan)} AS l WHERE ${sameRow(plan, 'OLD')}`;
		const other = sql`NOT (SHA2(@one_way_sync_key, 256) <=> ${sql.lit(hash)})`;
		const refuse = sql`SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = ${message}`;
		const moved = id.map((column) => differs(column.name));
		const changed = columns.map((column) => differs(column.name));
		const owned = columns.map(
			(column) => sql`(LOCATE(${sql.lit(listed(column.name))}, l.fields) > 0 AND ${differs(column.name)})`,
		);
		return [
			sql`CREATE TRIGGER ${within(plan, '_update')} BEFORE UPDATE ON ${table} FOR EACH ROW BEGIN ${comment(mark)} IF ${either([...moved, ...changed])} AND ${other} AND EXISTS (${row} AND ${either([...moved, ...owned])}) THEN ${refuse}; END IF; END`,
			sql`CREATE TRIGGER ${within(plan, '_delete')} BEFORE DELETE ON ${table} FOR EACH ROW BEGIN ${comment(mark)} IF ${other} AND EXISTS (${row}) THEN ${refuse}; END IF; END`,
		];
	},
	unguard: (plan) => ENDINGS.map((ending) => sql`DROP TRIGGER IF EXISTS ${within(plan, ending)}`),
	unrow: (plan) => [sql`DROP TABLE IF EXISTS ${within(plan)}`],
	rowsOf: (plan) => within(plan),
	known: () => sql`ON DUPLICATE KEY UPDATE fields = VALUES(fields)`,
	open: (_plan, key) => sql`SET @one_way_sync_key = ${key}`,
	shut: () => sql`SET @one_way_sync_key = NULL`,
};
