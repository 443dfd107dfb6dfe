/**
 * What happens in which round, drawn before it begins, so that nothing that a run is to see depends on luck: each thing
 * that can be killed is killed at least once, and each special event comes.
 */
import type { Random } from './random';

export type Kill = 'n8n' | 'worker' | 'destination' | 'source' | 'home' | 'redis' | 'proxy' | 'restore';

export interface Round {
	kill: Kill;
	/** What is killed as well, while that is down or coming up again. */
	second: Kill | undefined;
	/** A copy of the ledger is taken in this round, for a later one to put back. */
	copies: boolean;
	/** `roster` is published with a Wait that is long enough for n8n to put its runs away. */
	parks: boolean;
	/** A workflow is published whose runs n8n ends after a few seconds. */
	timesOut: boolean;
}

/** How often each is drawn beyond its first time. */
const WEIGHTS: Array<[weight: number, kill: Kill, inQueueMode?: 'only']> = [
	[3, 'n8n'],
	[4, 'destination'],
	[1, 'source'],
	[3, 'proxy'],
	[1, 'restore'],
	[4, 'worker', 'only'],
	[2, 'home', 'only'],
	[2, 'redis', 'only'],
];

/** What may die beside another; n8n could not even start without its own database. */
const SECOND: Array<[weight: number, kill: Kill]> = [
	[3, 'destination'],
	[1, 'source'],
	[3, 'proxy'],
];

/** The rounds of a run; a short one has not room for everything. */
export function draw(random: Random, rounds: number, queue: boolean): Round[] {
	const weights = WEIGHTS.filter(([, , when]) => queue || when === undefined).map(
		([weight, kill]) => [weight, kill] as const,
	);
	const kills = weights.map(([, kill]) => kill);
	while (kills.length < rounds) kills.push(random.weighted(weights));
	const drawn = shuffled(random, kills)
		.slice(0, rounds)
		.map((kill): Round => ({
			kill,
			second: another(random, kill),
			copies: false,
			parks: random.chance(0.06),
			timesOut: random.chance(0.06),
		}));
	for (const [number, { kill }] of drawn.entries()) {
		if (kill === 'restore') drawn[Math.max(0, number - random.between(1, 3))]!.copies = true;
	}
	if (drawn.length > 0) {
		random.one(drawn).parks = true;
		random.one(drawn).timesOut = true;
	}
	return drawn;
}

function another(random: Random, first: Kill): Kill | undefined {
	const second = random.weighted(SECOND);
	return second === first || random.chance(0.2) ? undefined : second;
}

function shuffled<T>(random: Random, given: readonly T[]): T[] {
	const left = [...given];
	return given.map(() => left.splice(random.between(0, left.length - 1), 1)[0]!);
}
