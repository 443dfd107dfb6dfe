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

/** How many letters differ or have changed places with their neighbour (Damerau–Levenshtein); stops at `limit`. */
function edits(a: string, b: string, limit: number): number {
	if (Math.abs(a.length - b.length) >= limit) return limit;
	let [before, above]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, column) => column)];
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const [left, right] = [a[row - 1], b[column - 1]];
			const change = above![column - 1]! + (left === right ? 0 : 1);
			let least = Math.min(change, above![column]! + 1, current[column - 1]! + 1);
			if (row > 1 && column > 1 && left === b[column - 2] && a[row - 2] === right) {
				least = Math.min(least, before![column - 2]! + 1);
			}
			current.push(least);
		}
		[before, above] = [above!, current];
	}
	return above![b.length]!;
}
