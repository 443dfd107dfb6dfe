/** What time it is at a server, by the `Date` of its answers (RFC 9110, section 6.6.1). */
const told = new Map<string, { date: number; at: number }>();

/** Hears the `Date` of an answer that came just now. */
export function heardDate(url: string, header: string | undefined): void {
	const date = Date.parse(header ?? '');
	if (!Number.isNaN(date)) told.set(new URL(url).host, { date, at: performance.now() });
}

/**
 * A moment that it surely is at that server by now, in milliseconds since 1970; undefined where none of its answers said.
 * It does not heed this machine's clock, which may be set meanwhile.
 */
export function servedBy(url: string): number | undefined {
	const last = told.get(new URL(url).host);
	return last && last.date + Math.floor(performance.now() - last.at);
}
