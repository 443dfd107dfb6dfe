/**
 * Locks in Postgres: one function behind three triggers, and a table of linked rows that only its owner reads. The
 * triggers fire for everybody, superusers and replication included; the sync shows its key in a setting of its
 * transaction, of which the function knows the hash.
 */
import { sql } from 'kysely';

import { compile } from '../../../sql/postgres/dialect';
import { SyncError } from '../../../sync/types';
import type { TableName } from '../column';
import { comment, either, idName, listed, markIn, sameRow } from './common';
import type { LockDialect, LockPlan } from './dialect';

const SETTING = 'one_way_sync.key';

const within = ({ at, name }: Pick<LockPlan, 'at' | 'name'>) => sql.id(at.schema!, name);
const trigger = (name: string, what: string) => sql.id(`${name}_${what}`);

/** Byte by byte: types without an equality of their own (json) compare, and letter case counts whatever the collation. */
const differ = (names: readonly string[]) => {
	const row = (of: string) => sql.join(names.map((name) => sql`${sql.raw(of)}.${sql.id(name)}`));
	return sql<boolean>`ROW(${row('OLD')})::record OPERATOR(pg_catalog.*<>) ROW(${row('NEW')})::record`;
};

function body(plan: LockPlan) {
	const { id, columns, hash, message, mark, at, name } = plan;
	const rows = within(plan);
	const owned = columns.map(
		(column) => sql`(strpos(owned, ${sql.lit(listed(column.name))}) > 0 AND ${differ([column.name])})`,
	);
	return sql`
${comment(mark)}
DECLARE
	owned text;
BEGIN
	IF encode(sha256(convert_to(current_setting(${sql.lit(SETTING)}, true), 'UTF8')), 'hex') = ${sql.lit(hash)} THEN
		RETURN NULL;
	END IF;
	IF TG_OP = 'TRUNCATE' THEN
		IF NOT EXISTS (SELECT FROM ${rows}) THEN
			RETURN NULL;
		END IF;
	ELSE
		SELECT l.fields INTO owned FROM ${rows} AS l WHERE ${sameRow(plan, 'OLD')};
		IF NOT FOUND THEN
			RETURN NULL;
		END IF;
		IF TG_OP = 'UPDATE' AND NOT ${either([differ(id.map((column) => column.name)), ...owned])} THEN
			RETURN NULL;
		END IF;
	END IF;
	RAISE EXCEPTION USING MESSAGE = ${sql.lit(message)}, SCHEMA = ${sql.lit(at.schema)}, TABLE = ${sql.lit(at.name)}, CONSTRAINT = ${sql.lit(name)};
END `;
}

interface Row {
	kind: string;
	version: number;
	me: string;
	owner: boolean;
	may_trigger: boolean;
	may_create: boolean;
}

const LOOK = ({ schema, name }: TableName) => sql<Row>`
	SELECT c.relkind AS kind, current_setting('server_version_num')::int AS version, quote_ident(current_user) AS me,
		pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owner,
		pg_catalog.has_table_privilege(c.oid, 'TRIGGER') AS may_trigger,
		pg_catalog.has_schema_privilege(n.oid, 'CREATE') AS may_create
	FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname = ${schema} AND c.relname = ${name}`;

export const postgresLock: LockDialect = {
	compile,
	parts: 3,
	transactional: true,
	look: async (database, at) => {
		const [found] = await database.all(LOOK(at));
		const { kind, version, me, owner, may_trigger, may_create } = found!;
		const table = compile(within({ at, name: at.name })).text;
		const todo = () =>
			`Let the owner of ${table} switch the lock on, or let a superuser run: DROP FUNCTION … CASCADE for what stands there.`;
		const hindered = (obstacle: SyncError) => ({ owner, obstacle, todo });
		if (kind !== 'r' && kind !== 'p')
			return hindered(
				new SyncError('setup', `${table} is no table, and only tables can be locked.`, {
					todo: 'Switch off Lock Synced Fields, or write to the table behind it.',
				}),
			);
		if (version < 110_000)
			return hindered(
				new SyncError('setup', 'A lock needs Postgres 11 or newer.', {
					todo: 'Switch off Lock Synced Fields.',
				}),
			);
		const grants = [
			...(may_trigger ? [] : [`GRANT TRIGGER ON TABLE ${table} TO ${me};`]),
			...(may_create ? [] : [`GRANT CREATE ON SCHEMA ${compile(sql.id(at.schema!)).text} TO ${me};`]),
		];
		if (grants.length === 0) return { owner, todo };
		return hindered(
			new SyncError('denied', `The user ${me} may not install a lock on ${table}.`, {
				todo: `Let the owner of the database run: ${grants.join(' ')}`,
			}),
		);
	},
	standing: async (database, plan) => {
		const { at, name } = plan;
		const [found] = await database.all(sql<{ text: string | null; rows: boolean; parts: number }>`
			SELECT p.prosrc AS text, EXISTS (SELECT FROM pg_catalog.pg_class r WHERE r.relnamespace = n.oid AND r.relname = ${name}) AS rows,
				(SELECT count(*)::int FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
					WHERE g.tgfoid = p.oid AND c.relnamespace = n.oid AND c.relname = ${at.name} AND g.tgenabled <> 'D') AS parts
			FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid AND p.proname = ${name}
			WHERE n.nspname = ${at.schema}`);
		const mark = found?.text == null ? undefined : markIn(found.text);
		return { marks: mark === undefined ? [] : [mark], parts: found?.parts ?? 0, rows: found?.rows ?? false };
	},
	rows: (plan) => {
		const { id, table, message } = plan;
		const rows = within(plan);
		const ids = id.map(({ name }, place) => sql`t.${sql.id(name)} AS ${sql.id(idName(place))}`);
		const key = sql.join(id.map((_, place) => sql.id(idName(place))));
		return [
			sql`CREATE TABLE ${rows} AS SELECT ${sql.join(ids)}, CAST('' AS text) AS fields FROM ${table} AS t WITH NO DATA`,
			sql`ALTER TABLE ${rows} ADD PRIMARY KEY (${key})`,
			sql`COMMENT ON TABLE ${rows} IS ${sql.lit(`The rows that are ${message}. Made, and removed again, by Sync To Database in n8n.`)}`,
		];
	},
	guard: (plan) => {
		const { name, table, owner, id, columns } = plan;
		const call = within(plan);
		const watched = [...new Set([...id, ...columns].map((column) => column.name))];
		return [
			sql`CREATE FUNCTION ${call}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS ${sql.raw(`$${name}$`)}${body(plan)}${sql.raw(`$${name}$`)}`,
			sql`REVOKE ALL ON FUNCTION ${call}() FROM PUBLIC`,
			sql`CREATE TRIGGER ${trigger(name, 'update')} AFTER UPDATE ON ${table} FOR EACH ROW WHEN (${differ(watched)}) EXECUTE FUNCTION ${call}()`,
			sql`CREATE TRIGGER ${trigger(name, 'delete')} AFTER DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${call}()`,
			sql`CREATE TRIGGER ${trigger(name, 'truncate')} BEFORE TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION ${call}()`,
			...(owner
				? ['update', 'delete', 'truncate'].map(
						(what) => sql`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${trigger(name, what)}`,
					)
				: []),
		];
	},
	// The triggers go with the function, also where the table is somebody else's.
	unguard: (plan) => [sql`DROP FUNCTION IF EXISTS ${within(plan)}() CASCADE`],
	unrow: (plan) => [sql`DROP TABLE IF EXISTS ${within(plan)}`],
	rowsOf: within,
	known: (ids) =>
		sql`ON CONFLICT (${sql.join(ids.map((name) => sql.id(name)))}) DO UPDATE SET fields = excluded.fields`,
	open: (_plan, key) => sql`SELECT set_config(${SETTING}, ${key}, true)`,
	shut: () => sql`SELECT set_config(${SETTING}, '', true)`,
};
