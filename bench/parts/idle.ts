/** What an n8n takes that does nothing. */
import { setTimeout as delay } from 'node:timers/promises';

import { say } from './server';
import type { Stage } from './stage';

export interface Idle {
	/** Five seconds after its start, which leaves much behind, in MB. */
	startedMB: number;
	/** The least that it holds once it has given that back. */
	leastMB: number;
}

/** Starts n8n anew, and waits until it has given back what its start took. */
export async function resting(place: Stage): Promise<Idle> {
	const n8n = await place.fresh();
	let startedMB = 0;
	let leastMB = Infinity;
	for (let still = 0, looks = 0; still < 4 && looks < 18; looks++) {
		await delay(5000);
		const { rssMB } = await n8n.load();
		startedMB ||= rssMB;
		still = rssMB < leastMB - 5 ? 0 : still + 1;
		leastMB = Math.min(leastMB, rssMB);
	}
	say(`  n8n holds ${startedMB} MB newly started, and ${leastMB} MB at rest`);
	return { startedMB, leastMB };
}

/** A fresh n8n, and the least that it holds at rest, in MB. */
export async function idling(place: Stage): Promise<number> {
	return (await resting(place)).leastMB;
}
