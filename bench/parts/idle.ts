/** What an n8n takes that does nothing. */
import { setTimeout as delay } from 'node:timers/promises';

import { say } from './server';
import type { Stage } from './stage';

/** A fresh n8n and the least that it holds while it idles, in MB; it gives memory back for a while after its start. */
export async function idling(place: Stage): Promise<number> {
	const n8n = await place.fresh();
	let least = Infinity;
	for (let still = 0, looks = 0; still < 4 && looks < 18; looks++) {
		await delay(5000);
		const { rssMB } = await n8n.load();
		still = rssMB < least - 5 ? 0 : still + 1;
		least = Math.min(least, rssMB);
	}
	say(`  n8n idles at ${least} MB`);
	return least;
}
