import { SqlError, type Database, type OpenOptions, type ServerConfig } from '../types';

export async function openMysql(_config: ServerConfig, _options: OpenOptions): Promise<Database> {
	throw new SqlError('other', 'not built yet');
}
