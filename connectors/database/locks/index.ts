/** The locks of all dialects. */
import type { LockDialects } from './dialect';
import { mysqlLock } from './mysql';
import { postgresLock } from './postgres';
import { sqliteLock } from './sqlite';

export const lockDialects: LockDialects = { postgres: postgresLock, mysql: mysqlLock, sqlite: sqliteLock };
