import { SqlError, type Database, type OpenOptions, type ServerConfig } from '../types';

export async function openPostgres(_config: ServerConfig, _options: OpenOptions): Promise<Database> {
	throw new SqlError('other', 'not built yet');
}
