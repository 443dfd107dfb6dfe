/** Loops that run in this process, so that whoever brings a sync something to do can wake it. */
import type { SyncIdentity } from '../../../sync/ledger';

/** `drainOnly`: there is something to hand over, and nothing to read for it. */
type Wake = (drainOnly: boolean) => void;

const loops = new Map<string, Wake>();

const nameOf = ({ instance, workflow, node }: SyncIdentity) => JSON.stringify([instance, workflow, node]);

/** From now on `wake` is called when the sync gets something to do. Answers with what ends that. */
export function onNudge(identity: SyncIdentity, wake: Wake): () => void {
	const name = nameOf(identity);
	loops.set(name, wake);
	return () => {
		if (loops.get(name) === wake) loops.delete(name);
	};
}

/** Wakes the sync's loop where this process has it; elsewhere its own schedule comes. */
export function nudge(identity: SyncIdentity, { drainOnly = false } = {}): void {
	loops.get(nameOf(identity))?.(drainOnly);
}
