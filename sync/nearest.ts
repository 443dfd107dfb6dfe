/** The name that a person probably meant. */

/** The candidate that is most like `name`, or undefined where none is alike enough to be worth naming. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
	const wanted = plain(name);
	let best: string | undefined;
	let least = Math.floor(Math.max(wanted.length, 3) / 3) + 1;
	for (const candidate of candidates) {
		const distance = edits(wanted, plain(candidate), least);
		if (distance < least) [best, least] = [candidate, distance];
	}
	return best;
}

/** Case and word separators are what people get wrong first: they count for nothing. */
function plain(name: string): string {
	return name.toLowerCase().replace(/[\s_.-]+/gu, '');
}

/** How many letters differ (Levenshtein); stops at `limit`. */
function edits(a: string, b: string, limit: number): number {
	if (Math.abs(a.length - b.length) >= limit) return limit;
	let above = Array.from({ length: b.length + 1 }, (_, column) => column);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const swap = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
			current.push(Math.min(swap, above[column]! + 1, current[column - 1]! + 1));
		}
		if (Math.min(...current) >= limit) return limit;
		above = current;
	}
	return above[b.length]!;
}
