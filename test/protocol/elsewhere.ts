/**
 * Sentences of the protocol that another suite holds: the sentence, the file, and the test's name there. With
 * `UPDATE_SPEC=1` before `npm test -- test/ledger/spec` they come into the specification.
 */
export const ELSEWHERE: Record<string, [file: string, test: string]> = {
	'A record that refers to one that is not there waits, and is due the moment that is confirmed.': [
		'test/engine/belong.test.ts',
		'that arrive in the wrong order wait for each other, and none is lost (invariant 3)',
	],
	'It fails with both names after a time that the user sets, and comes by itself should the other come after all.': [
		'test/engine/belong.test.ts',
		'are given up after the time that the user sets, with both names, and come after all',
	],
	'Circles are created first and get their references second.': [
		'test/engine/belong.test.ts',
		'in a circle are created first and get their managers second, in one tick (invariants 1 and 4)',
	],
	'A record is deleted when nothing points at it any more, and says who does.': [
		'test/engine/belong.test.ts',
		'are deleted children first, and a record that is still needed says who points at it',
	],
	'A record that gets another ID is written again wherever it is referred to.': [
		'test/engine/belong.test.ts',
		'get another ID where what they refer to was made anew',
	],
	'A removal is read back, and one that is not confirmed in time is news, by name.': [
		'test/engine/confirmed.test.ts',
		'that the destination, down for six minutes, does not confirm becomes news after five, by name, once',
	],
	'The first write into a destination that is not empty is held.': [
		'test/engine/guard.ts',
		'into a destination that is not empty is held, whole, until it is released once (invariant 6)',
	],
	'A run that would empty or change one field in more than 20 % of the links is held.': [
		'test/engine/guard.ts',
		'is held before the first is written, though it comes in several batches; other changes pass (invariant 6)',
	],
	'A date condition makes its record due the moment it flips.': [
		'test/engine/time.test.ts',
		'leave the scope the moment they flip, though nothing changed in the source',
	],
	'A mapping that reads the clock or variables is mapped again daily.': [
		'test/engine/time.test.ts',
		'come again after a day where the mapping reads the clock in another way',
	],
	'A copy or an import refuses to write until a person takes the sync over.': [
		'test/nodes/line.test.ts',
		'a copy of the workflow refuses to write until a person lets it take over, and says so once',
	],
	'A pushed body is merged, and is only a hint where a reader exists.': [
		'test/ledger/push.test.ts',
		'a hint where a reader exists is only a hint: the record is fetched, and one that is gone is removed',
	],
	'An ordering field of the source goes first.': [
		'test/engine/keys.test.ts',
		'keeps what is older from overwriting what is newer, and a complete read says so',
	],
	'A key that vanished beside a new one with its match value moves its link.': [
		'test/engine/keys.test.ts',
		'moves its link: no removal, no twin, and the history says so (invariants 4 and 6)',
	],
	'A stopped execution is heeded.': [
		'test/engine/pacing.test.ts',
		'is given back, and nothing written, when the run is stopped before its write',
	],
	'A node renews its leases while it works.': [
		'test/engine/pacing.test.ts',
		'is renewed while the node works, also for what is not claimed yet, and never shortened',
	],
	'Every write has a deadline before its lease’s end.': [
		'test/engine/landing.test.ts',
		'ends a batch in time whose row another session keeps, writes nothing later, and tries it again (invariant 3)',
	],
	'It is counted, and shown in a hint.': [
		'test/engine/stories.ts',
		'settles what a node between dropped, and shows a linked record that is dropped as failed',
	],
	'Items without `_sync` are tied again through their pairing, else refused with the name of the node that dropped it.':
		['test/nodes/preview.test.ts', 'items that lost _sync are tied to their records again where n8n can pair them'],
	'A write in a test run keeps the counterpart’s id and confirms nothing.': [
		'test/nodes/preview.test.ts',
		'writes one key where that is switched on, and the published sync makes no twin of it',
	],
	'At most three batches with leases are outstanding.': [
		'test/engine/pacing.test.ts',
		'are three at most, though their runs wait, and more come when one of them has ended',
	],
	'A sweep that nobody claimed for two intervals is a failure.': [
		'test/engine/pacing.test.ts',
		'that no item reaches for two intervals is told of once, and over when one does',
	],
	'Where the destination can compare by itself (databases), it is asked for folds of row marks over ranges of ids, rows that are not ours included; only linked rows whose mark differs are read.':
		['test/engine/ranges.test.ts', 'finds whatever was changed, and nothing else (invariants 1, 5, 8)'],
	'A range that was clean is looked at again once a mark of ours in it has changed, even where its fold is the same; a link that no range accounts for is read by itself.':
		['test/engine/ranges.test.ts', 'finds whatever was changed, and nothing else (invariants 1, 5, 8)'],
	'Two writers of one field are noticed, capped and named.': [
		'test/engine/fight.test.ts',
		'are noticed: after five turns the field is left, and both values and the turns are named (invariants 1, 8)',
	],
	'Anything else is written once more at the next sweep, then fails with both values; a person may accept it.': [
		'test/engine/says.test.ts',
		'is confirmed provisionally, written once more at the next sweep, and then fails with both values (invariant 8)',
	],
};
