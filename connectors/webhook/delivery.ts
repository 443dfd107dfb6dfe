/** What arrived: one HTTP request as its sender made it. */

export interface Delivery {
	method: string;
	/** The whole address as the sender knows it, with its query. */
	url: string;
	/** Names and values by turns, as they came over the wire: a doubled header is seen as such. */
	rawHeaders: readonly string[];
	/** The body's bytes as they were signed. */
	body: Buffer;
}

/** A header's value; undefined unless it came exactly once: of two, nobody can say which one was meant. */
export function header({ rawHeaders }: Delivery, name: string): string | undefined {
	const wanted = name.toLowerCase();
	let found: string | undefined;
	for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
		if (rawHeaders[at]!.toLowerCase() !== wanted) continue;
		if (found !== undefined) return undefined;
		found = rawHeaders[at + 1]!;
	}
	return found;
}
