/** Loops that run in this process, so that whoever brings a sync something to do can wake it. */
import type { SyncIdentity } from '../../../sync/ledger';

const loops = new Map<string, () => void>();

const nameOf = ({ instance, workflow, node }: SyncIdentity) => JSON.stringify([instance, workflow, node]);

/** From now on `wake` is called when the sync gets something to do. Answers with what ends that. */
export function onNudge(identity: SyncIdentity, wake: () => void): () => void {
	const name = nameOf(identity);
	loops.set(name, wake);
	return () => {
		if (loops.get(name) === wake) loops.delete(name);
	};
}

/** Wakes the sync's loop where this process has it; elsewhere its own schedule comes. */
export function nudge(identity: SyncIdentity): void {
	loops.get(nameOf(identity))?.();
}
