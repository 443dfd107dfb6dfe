/** Counterparts that a destination says were edited: due for a look, and their sync is woken. */
import { openLedger } from '../shared/ledger';
import { nudge } from '../shared/trigger/nudges';

/** `keys`: the counterparts' ids. Those that nobody has linked are nobody's business. */
export async function look(
	{ sync, destination }: { sync: number; destination: number },
	keys: string[],
): Promise<void> {
	if (keys.length === 0) return;
	const ledger = await openLedger();
	if ((await ledger.suspect(destination, keys)) === 0) return;
	const watched = (await ledger.syncs()).find(({ id }) => id === sync);
	if (watched) nudge(watched.identity, { drainOnly: true });
}
