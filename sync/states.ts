/**
 * A link's states × events: what the ledger makes of every event in every state. Documentation that a test holds the
 * ledger to (`test/ledger/states.test.ts`), not code that runs. A cell that is left out does not compile.
 *
 * A cell is a state, or cases of which the first that is true counts. `stays`: the event may come, and changes nothing.
 */
import type { LinkState } from './ledger';

/** What the source says. */
export const SOURCE_EVENTS = {
	changed: 'a read of the source found other fields',
	vanished: 'a complete read no longer held the record, or the source called it removed',
	returned: 'a read held it again',
} as const;

/** What the trigger does with it. */
export const TRIGGER_EVENTS = {
	leased: 'the drain hands due work to a run',
	carried: 'the record is sent again, so that its destination runs',
	guardPassed: 'the guard counted what is intended and let it pass',
	guardHeld: 'the guard counted what is intended and holds it',
	released: 'a person lets the hold pass',
	retried: 'a person wants another try',
	requested: 'a person wants the record compared and written anew',
	doneByHand: 'a person says that a task is done',
	accepted: 'a person accepts what the destination holds in place of what was written',
	runEndedWell: 'the run ended without an error',
	runFailed: 'the run ended with an error',
	leaseExpired: 'the lease ended without an answer, and the next drain sees it',
	reopened: 'the process died; a ledger that one process has at a time is opened again',
} as const;

/** What the destination node says under a run’s lease. From a run that no longer has the lease it changes nothing. */
export const ANSWER_EVENTS = {
	claimed: 'the item arrived, and is still the newest',
	passedOver: 'the item arrived, and is older than the record or the mapping',
	givenBack: 'the node leaves the link as it is',
	intendedRemoval: 'the plan is a removal that the guard has not counted',
	guardedWrite: 'the plan is a write that the guard has to count',
	waits: 'it needs another record that is not there yet, or is still needed itself',
	intendedWrite: 'written ahead: from here on a write may be in flight',
	confirmed: 'the destination holds what was planned',
	confirmedInPart: 'the destination holds what was planned, without what is not there yet',
	confirmedRemoval: 'the removal is done',
	failedForNow: 'it failed, and is tried again',
	gaveUp: 'it failed for the last time',
	leftToAPerson: 'the destination’s API cannot do it: a person has to, by the instructions that come with it',
	healed: 'a sweep wrote the source’s value back',
} as const;

/** What concerns the destination as a whole. */
export const DESTINATION_EVENTS = {
	remapped: 'the mapping began a new revision',
	rerouted: 'what stands between the trigger and the node was edited',
	healing: 'a sweep takes the link to write the source’s value back',
	awaited: 'what it waits for is there, or its time is over',
	sweptMissing: 'a sweep did not find the counterpart',
	sweptDrifted:
		'a sweep found a drift whose value only the source has, or the destination said that the counterpart changed',
	revived: 'the node stands behind the trigger again',
	restarted: 'the ledger was lost, or restored from a copy: a new epoch',
} as const;

export const EVENTS = { ...SOURCE_EVENTS, ...TRIGGER_EVENTS, ...ANSWER_EVENTS, ...DESTINATION_EVENTS };
export type LinkEvent = keyof typeof EVENTS;

/** What a case may ask. */
export const CONDITIONS = {
	present: 'the record stands in the source',
	linked: 'it has a counterpart, or a create was sent whose answer never came',
	'up to date': 'neither the record nor the mapping has moved on since the run got it',
	'moved on': 'the record or the mapping has moved on since the run got it',
	'as confirmed': 'the record is at the version that was confirmed',
	'removal waits': 'the guard has not counted its removal yet',
	'went another way': 'what stands between the trigger and the node was edited since the run got it',
	'was dropped': 'it failed because its item never arrived',
	'only carried': 'the item carries a sweep, and nothing is to be done for it',
	'was gone': 'a sweep heals what its removal left',
	'hold open': 'a sweep heals it while it is held, and the hold waits for a person',
	'hold released': 'a sweep healed it while it was held, and a person has let the hold pass',
	otherwise: 'in all other cases',
} as const;
export type Condition = keyof typeof CONDITIONS;

/** The first condition that holds says where it goes. */
export type Cases = { readonly [when in Condition]?: LinkState | Cases } & { readonly otherwise: LinkState | Cases };
export type Next = LinkState | 'stays' | Cases;
export type StateRow = Record<LinkEvent, Next>;

/** It must go there: the guard counts it, or nobody there ever knew of it. */
const GOES: Cases = { linked: 'intended', otherwise: 'settled' };
const BY_RECORD: Cases = { present: 'due', ...GOES };
const LINKED_BY_RECORD: Cases = { present: 'due', otherwise: 'intended' };

/** Planned anew where the record stands; what vanished has nothing to map. */
const IF_PRESENT = (absent: LinkState): Cases => ({ present: 'due', otherwise: absent });

/** The destination was retired meanwhile, and heard of nothing. */
const REVIVED = (as: LinkState, otherwise: Cases = BY_RECORD): Cases => ({ 'as confirmed': as, otherwise });

/** Work that was not done. A removal is due only once the guard has counted it. */
const AGAIN: Cases = { 'removal waits': 'intended', otherwise: 'due' };

/** The same for a write. What was removed before, and only healed, stays so: its record has nothing left to send. */
const UNANSWERED: Cases = { present: AGAIN, 'was gone': 'gone', otherwise: AGAIN };

/** The node left it as it was. */
const GIVEN_BACK: Cases = { 'moved on': AGAIN, 'only carried': 'settled', otherwise: AGAIN };

/** While its link was healed, a person may have let the hold pass. */
const STILL_HELD = { 'hold open': 'held', 'hold released': 'due' } as const;

/** An answer from a run that does not have the link. */
const LATE = {
	claimed: 'stays',
	passedOver: 'stays',
	givenBack: 'stays',
	intendedRemoval: 'stays',
	guardedWrite: 'stays',
	waits: 'stays',
	intendedWrite: 'stays',
	confirmed: 'stays',
	confirmedInPart: 'stays',
	confirmedRemoval: 'stays',
	failedForNow: 'stays',
	gaveUp: 'stays',
	leftToAPerson: 'stays',
	healed: 'stays',
} as const;

const UNGUARDED = { guardPassed: 'stays', guardHeld: 'stays', released: 'stays' } as const;
const UNSWEPT = { healing: 'stays', awaited: 'stays', sweptMissing: 'stays', sweptDrifted: 'stays' } as const;

/** No run has it: whatever a run says or suffers is not about it. The drain takes only what is due. */
const FREE = {
	...LATE,
	...UNGUARDED,
	...UNSWEPT,
	leased: 'stays',
	carried: 'stays',
	doneByHand: 'stays',
	accepted: 'stays',
	rerouted: 'stays',
	runEndedWell: 'stays',
	runFailed: 'stays',
	leaseExpired: 'stays',
	reopened: 'stays',
	retried: 'stays',
	requested: 'stays',
	changed: 'due',
	vanished: GOES,
	returned: 'due',
	restarted: BY_RECORD,
} as const;

/** A run has it: until it has answered, or its lease has ended, the world can only move on under it. */
const LEASED = {
	...LATE,
	...UNGUARDED,
	...UNSWEPT,
	changed: 'stays',
	vanished: 'stays',
	returned: 'stays',
	leased: 'stays',
	carried: 'stays',
	doneByHand: 'stays',
	accepted: 'stays',
	rerouted: 'stays',
	remapped: 'stays',
	revived: 'stays',
	runEndedWell: 'stays',
	runFailed: 'stays',
	retried: 'stays',
	requested: 'stays',
	leaseExpired: AGAIN,
	reopened: AGAIN,
	restarted: BY_RECORD,
} as const;

/** How a node answers for what it has claimed. */
const ANSWERED = {
	confirmed: { 'up to date': 'settled', otherwise: BY_RECORD },
	confirmedInPart: { 'up to date': 'waiting', otherwise: BY_RECORD },
	confirmedRemoval: { 'up to date': 'gone', present: 'due', otherwise: 'gone' },
	failedForNow: AGAIN,
	gaveUp: { 'up to date': 'failed', otherwise: AGAIN },
	leftToAPerson: { 'up to date': 'task', otherwise: AGAIN },
} as const;

export const STATES: Record<LinkState, StateRow> = {
	due: { ...FREE, leased: 'handed', remapped: 'stays', revived: REVIVED('due') },
	handed: {
		...LEASED,
		claimed: 'claimed',
		passedOver: AGAIN,
		runEndedWell: {
			'moved on': AGAIN,
			'only carried': 'settled',
			'went another way': 'due',
			linked: 'failed',
			otherwise: 'unrouted',
		},
		runFailed: GIVEN_BACK,
	},
	claimed: {
		...LEASED,
		...ANSWERED,
		givenBack: GIVEN_BACK,
		intendedRemoval: { 'up to date': 'intended', otherwise: LINKED_BY_RECORD },
		guardedWrite: { 'up to date': 'intended', otherwise: AGAIN },
		waits: { 'up to date': 'waiting', otherwise: AGAIN },
		intendedWrite: { 'up to date': 'writing', otherwise: AGAIN },
	},
	writing: {
		...LEASED,
		...ANSWERED,
		// It may be in flight: its lease lasts.
		reopened: 'stays',
		leaseExpired: UNANSWERED,
		confirmed: { 'up to date': 'settled', otherwise: LINKED_BY_RECORD },
		confirmedInPart: { 'up to date': 'waiting', otherwise: LINKED_BY_RECORD },
		failedForNow: UNANSWERED,
		gaveUp: {
			'up to date': { present: 'failed', 'was gone': 'gone', otherwise: 'failed' },
			otherwise: UNANSWERED,
		},
		leftToAPerson: {
			'up to date': { present: 'task', 'was gone': 'gone', otherwise: 'task' },
			otherwise: UNANSWERED,
		},
		restarted: { present: 'due', 'was gone': 'gone', otherwise: 'intended' },
		healed: {
			'moved on': { present: 'due', 'was gone': 'gone', ...STILL_HELD, otherwise: 'intended' },
			'was gone': 'gone',
			...STILL_HELD,
			otherwise: 'settled',
		},
	},
	settled: {
		...FREE,
		carried: { linked: 'handed', otherwise: 'settled' },
		remapped: IF_PRESENT('settled'),
		healing: 'writing',
		sweptMissing: 'intended',
		sweptDrifted: 'due',
		requested: IF_PRESENT('settled'),
		revived: REVIVED('settled'),
		restarted: IF_PRESENT('settled'),
	},
	intended: {
		...FREE,
		guardPassed: 'due',
		guardHeld: 'held',
		remapped: IF_PRESENT('intended'),
		revived: REVIVED('intended'),
		restarted: LINKED_BY_RECORD,
	},
	held: {
		...FREE,
		released: 'due',
		remapped: IF_PRESENT('held'),
		healing: 'writing',
		revived: REVIVED('held'),
		restarted: LINKED_BY_RECORD,
	},
	task: {
		...FREE,
		doneByHand: { linked: 'gone', otherwise: 'due' },
		retried: AGAIN,
		remapped: IF_PRESENT('task'),
		revived: REVIVED('task'),
	},
	waiting: {
		...FREE,
		awaited: AGAIN,
		remapped: IF_PRESENT('waiting'),
		revived: REVIVED('waiting'),
	},
	failed: {
		...FREE,
		awaited: AGAIN,
		rerouted: { 'was dropped': AGAIN, otherwise: 'failed' },
		accepted: IF_PRESENT('failed'),
		retried: AGAIN,
		requested: { present: AGAIN, otherwise: 'failed' },
		remapped: IF_PRESENT('failed'),
		revived: REVIVED('failed'),
	},
	unrouted: {
		...FREE,
		vanished: 'settled',
		rerouted: IF_PRESENT('unrouted'),
		requested: IF_PRESENT('unrouted'),
		remapped: IF_PRESENT('unrouted'),
		revived: REVIVED('unrouted', IF_PRESENT('settled')),
		restarted: IF_PRESENT('settled'),
	},
	gone: {
		...FREE,
		vanished: 'gone',
		remapped: IF_PRESENT('gone'),
		healing: 'writing',
		revived: REVIVED('gone', IF_PRESENT('gone')),
		restarted: IF_PRESENT('gone'),
	},
};
