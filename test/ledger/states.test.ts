/**
 * The table of `sync/states.ts` against a real ledger. From a new link on, every event is made to happen in every
 * situation that other events lead to; where the ledger goes must be where the table says, and every case of every cell
 * must come up.
 */
import type { LinkState } from '../../sync/ledger';
import { STATES, type Cases, type Condition, type LinkEvent, type Next } from '../../sync/states';
import { eventOf, happen, HAPPENINGS } from './happenings';
import { judge, Lab, upToDate, type Row, type Snapshot } from './lab';
import { overEveryStore } from './stores';

/** Tell situations apart by all that the ledger knows, not only by what the table asks: many minutes. */
const THOROUGH = process.env['STATES'] === 'all';

/** The state that a cell leads to, and the conditions that led there. */
function follow(next: Next, holds: Record<Condition, boolean>, state: LinkState, through = ''): [LinkState, string] {
	if (next === 'stays') return [state, through];
	if (typeof next === 'string') return [next, through];
	const [when, to] = entries(next).find(([condition]) => holds[condition])!;
	return follow(to, holds, state, `${through} › ${when}`);
}

/** Every case of a cell, as `follow` names it. */
function cases(next: Next, through = ''): string[] {
	if (typeof next === 'string') return [through];
	return entries(next).flatMap(([when, to]) => cases(to, `${through} › ${when}`));
}

function entries(all: Cases): [Condition, Next][] {
	return Object.entries(all) as [Condition, Next][];
}

/** What tells one situation from another. */
function situation(row: Row): string {
	const leased = ['handed', 'claimed', 'writing'].includes(row.state);
	const { present, linked, ...facts } = judge(row, 'changed');
	const asked = [
		row.state,
		present,
		linked,
		row.counterpart !== null,
		leased && upToDate(row),
		row.state === 'writing' && row.healing === 'held',
		facts['was gone'],
	];
	const waits = [
		facts['removal waits'],
		facts['was dropped'],
		row.state === 'handed' && facts['went another way'],
		leased && facts['only carried'],
		facts['as confirmed'],
		facts['hold open'],
		facts['hold released'],
	];
	const more = [
		row.create_intended,
		row.removal,
		row.removed_at !== null,
		row.record_version === row.handed,
		row.cautious,
	];
	return JSON.stringify(THOROUGH ? [asked, waits, more] : [asked, waits]);
}

/** Events that leave a link where it is and yet change what becomes of it. */
const MOVES = new Set<LinkEvent>(['changed', 'vanished', 'returned', 'remapped', 'revived', 'released']);

describe('a link goes where the table says', () => {
	overEveryStore((place) => {
		it('in every situation that events lead to, whatever happens next', async () => {
			const lab = await Lab.open(await place.empty());
			const queue: { path: string; snapshot: Snapshot & { row: Row } }[] = [
				{ path: 'new', snapshot: { ...(await lab.save()), row: await lab.row() } },
			];
			const known = new Set([situation(await lab.row())]);
			const seen = new Set<string>();
			const wrong: string[] = [];
			for (const { path, snapshot } of queue) {
				let touched = true;
				for (const what of Object.keys(HAPPENINGS) as (keyof typeof HAPPENINGS)[]) {
					const event = eventOf(what);
					const cell = (row: Row) => follow(STATES[row.state][event], judge(row, event), row.state);
					const name = (row: Row) => `${row.state}, ${event}${cell(row)[1]}`;
					if (
						!THOROUGH &&
						!MOVES.has(event) &&
						seen.has(name(snapshot.row)) &&
						STATES[snapshot.row.state][event] === 'stays'
					)
						continue;
					if (touched) await lab.restore(snapshot);
					const before = await happen(lab, what);
					touched = before !== undefined;
					if (!before) continue;
					const [expected] = cell(before);
					const after = await lab.row();
					seen.add(name(before));
					if (after.state !== expected)
						wrong.push(`${path}, ${what}: ${before.state} → ${after.state}, not ${expected}`);
					if (after.state !== expected || known.has(situation(after))) continue;
					known.add(situation(after));
					queue.push({ path: `${path}, ${what}`, snapshot: { ...(await lab.save()), row: after } });
				}
			}
			expect(wrong).toEqual([]);
			const unseen = Object.entries(STATES).flatMap(([state, row]) =>
				Object.entries(row).flatMap(([event, next]) =>
					cases(next).map((through) => `${state}, ${event}${through}`),
				),
			);
			const possible = unseen.filter(
				(cell) => !seen.has(cell) && !(lab.store.shared && cell.includes('reopened')),
			);
			expect(possible).toEqual([]);
			if (THOROUGH) console.log(`${known.size} situations, ${queue.length} paths`);
		}, 900_000);
	});
});
