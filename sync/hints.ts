/** Hints of changed records, followed: the records are read as they are now, and only that counts. */
import type { Ledger } from './ledger';
import type { Source } from './types';

/** How many hinted records are read at once. */
const READ = 500;

/** Reads what hints point at, until none is left; a record that is no longer there is removed. How many were read. */
export async function followHints(
	ledger: Ledger,
	{ sync, token }: { sync: number; token: number },
	source: Source,
	sensitive: string[],
	signal: AbortSignal,
): Promise<number> {
	if (!source.fetch) return 0;
	let followed = 0;
	while (!signal.aborted) {
		const hints = await ledger.hints(sync, READ);
		if (hints.length === 0) break;
		const found = await source.fetch(hints.map(({ key }) => key));
		const there = new Set(found.map(({ key }) => key));
		const gone = hints.filter(({ key }) => !there.has(key));
		await ledger.push(
			sync,
			source.tag,
			[
				...found.map((record) => ({ ...record, carries: 'all' as const })),
				...gone.map(({ key }) => ({ key, fields: {}, removed: true, carries: 'all' as const })),
			],
			sensitive,
			token,
		);
		await ledger.hinted(sync, hints);
		followed += hints.length;
	}
	return followed;
}
