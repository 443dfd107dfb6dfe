/** 100,000 rows, 1 % of them changed, beside n8n's own nodes and one SQL statement. */
import { changes } from './parts/changes';

export const run = async (given: string[]) =>
	await changes({ name: 'one-percent', rows: 100_000, share: 100, beat: 20, most: 3, least: 100 }, given);
