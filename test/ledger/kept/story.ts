/**
 * What a kept ledger has been through, told by the engine over memory: a settled record, an edit, a sensitive field, a
 * deactivation, a failure, and removals that are held. Played by the version that the ledger is kept of, so it uses little.
 */
import type { World } from '../../engine/world';

/** Who stands in the source when the ledger is put away. */
export const STAYED = 25;
/** Whose removal is held then. */
export const HELD = 15;

/** Plays it to its end; whoever goes on with a kept ledger has the same source and destination after `set(world)`. */
export async function play(world: World): Promise<void> {
	set(world);
	for (let n = 1; n <= STAYED + HELD + 1; n++) world.person(`k${n}`, { salary: 1000 + n });
	await world.tick();
	world.person('k1', { team: 'Legal', salary: 1001 });
	world.source.records.delete('k41');
	await world.tick();
	world.person('k3', { team: 'Legal', salary: 1003 });
	for (let attempt = 0; attempt < 4; attempt++) await world.tick();
	for (let n = STAYED + 1; n <= STAYED + HELD; n++) world.source.records.delete(`k${n}`);
	await world.tick();
}

/** How the story's world is set up, whoever plays it. */
export function set(world: World): void {
	world.sensitive = ['salary'];
	world.mapping.sensitive = ['salary'];
	world.destination.batchSize = 50;
	// From its second write on this one refuses k3.
	const write = world.destination.write.bind(world.destination);
	world.destination.write = async (writes) => {
		const answers = await write(writes);
		if (world.destination.inserts.includes('k3@x.test')) world.destination.refuses.add('k3@x.test');
		return answers;
	};
}
