/** 1,000,000 rows, 1,000 of them changed, beside one SQL statement that has to carry every row. */
import { changes } from './parts/changes';

export const run = async (given: string[]) =>
	await changes({ name: 'one-permille', rows: 1_000_000, share: 1000, beat: 60, most: 1 }, given);
