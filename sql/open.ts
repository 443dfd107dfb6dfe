/** Opens a database of any dialect. */
import { openMysql } from './mysql/database';
import { openPostgres } from './postgres/database';
import { openSqlite } from './sqlite/database';
import type { Database, DatabaseConfig, OpenOptions } from './types';

/** Connects once, so that a wrong host, password or path is known at once; throws SqlError. The caller closes it. */
export function open(config: DatabaseConfig, options: OpenOptions): Promise<Database> {
	switch (config.dialect) {
		case 'sqlite':
			return openSqlite(config, options);
		case 'postgres':
			return openPostgres(config, options);
		case 'mysql':
			return openMysql(config, options);
	}
}
