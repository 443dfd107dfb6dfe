/** The dialects by name. */
import type { TableDialects } from './dialect';
import { mysqlTables } from './mysql';
import { postgresTables } from './postgres';
import { sqliteTables } from './sqlite';

export const tableDialects: TableDialects = { postgres: postgresTables, mysql: mysqlTables, sqlite: sqliteTables };
export type { Bound, TableDialect } from './dialect';
