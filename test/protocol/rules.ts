/** The protocol's rules as tests: one for each sentence of `docs/spec.md`, named by it. */
import type { World } from '../engine/world';

/** A sentence, and what would fail if it did not hold. Each starts with an empty world. */
export type Rules = Record<string, (world: World) => Promise<void>>;

/** So many people at the source: `k0`, `k1`, … */
export function people(world: World, count: number): void {
	for (let n = 0; n < count; n++) world.person(`k${n}`);
}

/** The destination's id in the ledger; the youngest, where there are several. */
export async function destinationOf(world: World): Promise<number> {
	return (await world.destinations()).at(-1)!.id;
}

/** The sync's number in the ledger. */
export async function syncOf({ ledger, identity }: World): Promise<number> {
	return (await ledger.find(identity))!.id;
}

/** A token of the present observer, as a tick takes it. */
export async function observer(world: World, holder = 'test', ttl = 60_000): Promise<number | undefined> {
	return await world.ledger.beginTick(await syncOf(world), holder, ttl);
}

/** Leases all that is due to a new run. */
export async function leaseAll(world: World, ttl = 60_000) {
	const limits = { keys: 1000, bytes: 1e9, ttl, before: 1e15, passedOnly: false };
	return await world.ledger.lease(await syncOf(world), (await observer(world))!, limits);
}

/** Changes that were made to rows that stand already. */
export function changes({ destination }: World): string[] {
	return destination.log.filter((line) => !line.startsWith('create'));
}
