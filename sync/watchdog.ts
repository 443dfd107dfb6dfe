/** When a sync counts as stale: what should have happened three times over has not happened once. Pure. */

/** So many intervals may pass. */
const INTERVALS = 3;
/** Milliseconds that are always given: a slow machine, a restart. */
const GRACE = 30_000;

/** How often something happens, and when it happened last. `every` null: not by itself, or nobody knows. */
interface Beat {
	every: number | null;
	since: number;
}

export interface Rhythm {
	tick: Beat;
	/** Complete reads of the source. */
	read: Beat;
	sweeps: (Beat & { name: string })[];
}

export interface Stale {
	sync: number;
	name: string;
	workflow: string;
	instance: string;
	/** What has stopped, in sentences. */
	text: string;
	kinds: string[];
	/** Milliseconds that somebody must have been watching before it counts: nothing happens while n8n is down. */
	needs: number;
	/** The kinds that somebody was told of. */
	told: string | null;
}

/** What has stopped. Where the ticks have, nothing else can go on, and only that is said. */
export function staleness({ tick, read, sweeps }: Rhythm, at: number): { kind: string; text: string; needs: number }[] {
	const late = ({ every, since }: Beat) => every !== null && every > 0 && at - since > INTERVALS * every + GRACE;
	const found = (kind: string, { every, since }: Beat, what: string) => ({
		kind,
		needs: INTERVALS * (every ?? 0) + GRACE,
		text: `${what} since ${new Date(since).toISOString()}, though it should every ${lasts(every ?? 0)}.`,
	});
	if (late(tick)) return [found('ticks', tick, 'Its trigger has not run')];
	return [
		...(late(read) ? [found('reads', read, 'Its source has not been read completely')] : []),
		...sweeps
			.filter(late)
			.map((sweep) => found(`sweep ${sweep.name}`, sweep, `${sweep.name} has not been compared with the source`)),
	];
}

/** A length of time, as people say it. */
export function lasts(milliseconds: number): string {
	for (const [unit, length] of [
		['day', 86_400_000],
		['hour', 3_600_000],
		['minute', 60_000],
	] as const) {
		if (milliseconds >= length) {
			const many = Math.round((milliseconds / length) * 10) / 10;
			return many === 1 ? unit : `${many} ${unit}s`;
		}
	}
	return `${Math.round(milliseconds / 1000)} seconds`;
}
