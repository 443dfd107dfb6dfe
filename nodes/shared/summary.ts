/** What the output pane says after a run: one line of counts, and a warning for whatever a person has to see to. */
import type { NodeExecutionHint } from 'n8n-workflow';

import { heldText } from '../../sync/guard';
import { tally } from '../../sync/outcome';
import type { Applied } from '../../sync/context';
import type { Outcome } from '../../sync/items';
import type { LockState } from '../../sync/lock';
import type { Swept } from '../../sync/sweep';
import { isPause } from '../../sync/pause';
import { whole } from './errors';
import type { Incoming } from './incoming';
import type { Tested } from './test-run';

/** The hints of a run in which something could be written. */
export function liveHints(
	applied: Applied,
	swept: Swept | undefined,
	where: string,
	{ passed, unrouted = 0 }: Pick<Incoming, 'passed'> & { unrouted?: number },
): NodeExecutionHint[] {
	const again = applied.outcomes.filter((outcome) => outcome.again === true).length;
	const hints: NodeExecutionHint[] = [];
	if (applied.down) {
		const why = whole(applied.down);
		const again = `${records(applied.waiting)} will come again by themselves; nothing is lost.`;
		hints.push(
			isPause(why)
				? hint(`${why} ${again}`, 'info')
				: hint(`${where} cannot be written to: ${why} ${again}`, 'warning'),
		);
	}
	const parts = [counts(applied.outcomes)];
	if (again > 0) parts.push(`${again} of the failed will be tried again by themselves`);
	if (swept)
		parts.push(
			`the sweep compared ${swept.compared}${swept.missing > 0 ? ` and missed ${swept.missing}, which come again` : ''}`,
		);
	if (applied.intended > 0) parts.push(`${applied.intended} wait for the guard to count them`);
	if (passed > 0) parts.push(`${passed} for other destinations`);
	const line = parts.filter((part) => part !== '').join('; ');
	if (line !== '')
		hints.push(hint(`${line}.`, applied.outcomes.some(({ outcome }) => outcome === 'failed') ? 'warning' : 'info'));
	if (unrouted > 0)
		hints.push(
			hint(
				`${records(unrouted)} never arrived here, because a node between the trigger and ${where} dropped them. Where that is not meant, use the mapping’s scope, which also removes.`,
				'info',
			),
		);
	for (const held of applied.held)
		hints.push(hint(`${heldText(held)} by hold ${held.id}: see the output Held.`, 'warning'));
	const failure = applied.outcomes.find(({ outcome }) => outcome === 'failed');
	if (failure)
		hints.push(
			hint(`First failure: ${failure.text}${failure.todo === undefined ? '' : ` ${failure.todo}`}`, 'warning'),
		);
	return hints;
}

/** What the mapping left to the destination; a hint before these has named it. */
export function fitHints({ left, matchedBy }: Pick<Tested, 'left' | 'matchedBy'>): NodeExecutionHint[] {
	const hints: NodeExecutionHint[] = [];
	if (matchedBy !== undefined)
		hints.push(hint(`Matched by “${matchedBy}”, which is unique there; the mapping names no field.`, 'info'));
	if (left.length > 0) hints.push(hint(`Not there by that name, so not written: ${left.join(', ')}.`, 'info'));
	return hints;
}

const ACTIONS: Record<NonNullable<Outcome['action']>, string> = {
	create: 'to create',
	adopt: 'to adopt',
	update: 'to update',
	heal: 'to heal',
	remove: 'to delete',
	deactivate: 'to deactivate',
	reactivate: 'to reactivate',
	detach: 'to detach',
	task: 'for a person to do',
	none: 'in sync',
	fail: 'would fail',
};

const LOCK: Record<NonNullable<LockState['changed']>, (where: string) => string> = {
	installed: (where) => `The lock was installed: ${where} now refuses what others would change in synced rows.`,
	renewed: (where) => `The lock on ${where} was renewed.`,
	removed: () => 'The lock was removed, and nothing of it is left.',
};

/** What became of the destination's lock. */
export function lockHints({ changed, trouble }: LockState, where: string): NodeExecutionHint[] {
	const hints: NodeExecutionHint[] = [];
	if (changed) hints.push(hint(LOCK[changed](where), 'info'));
	if (trouble)
		hints.push(hint(`The lock does not stand as it should; the sync goes on without it. ${trouble}`, 'warning'));
	return hints;
}

/** The hints of a test run. */
export function testHints(outcomes: Outcome[], where: string): NodeExecutionHint[] {
	const planned = new Map<string, number>();
	for (const { action, idle } of outcomes) {
		if (action === undefined) continue;
		const what = idle ?? ACTIONS[action];
		planned.set(what, (planned.get(what) ?? 0) + 1);
	}
	const plan = [...planned].map(([what, count]) => `${count} ${what}`).join(', ');
	const written = outcomes.filter(({ outcome }) => outcome !== 'preview' && outcome !== 'failed').length;
	const failed = outcomes.filter(({ outcome, action }) => outcome === 'failed' || action === 'fail').length;
	const first =
		written > 0
			? `${records(written)} written in this test; the rest is a preview`
			: 'Nothing was written: this is a preview';
	return [
		hint(
			`${first} of what would be done to ${where}${plan === '' ? '' : `: ${plan}`}.`,
			failed > 0 ? 'warning' : 'info',
		),
	];
}

/** What a changed mapping means for those that were synced under the former one. */
export function remapHints(outcomes: Outcome[], remapped: number): NodeExecutionHint[] {
	if (remapped === 0) return [];
	const written = outcomes.filter(
		({ action }) => action !== undefined && action !== 'none' && action !== 'fail',
	).length;
	return [
		hint(
			`The mapping is another one than the last run’s. Once this is published, all ${records(remapped)} of this destination are mapped again by themselves, in batches, and those that differ are written: ${written} of the ${outcomes.length} looked at here.`,
			'info',
		),
	];
}

/** That the guard will hold the first write, where it will. */
export function firstHints(waits: boolean): NodeExecutionHint[] {
	if (!waits) return [];
	return [
		hint(
			`The destination is not empty. Once this is published, the first write there is held, with counts of what would be created, adopted and overwritten, until you release it once (unless the trigger’s option Hold the First Write is off).`,
			'info',
		),
	];
}

/** The hint for a node that dropped `_sync`. */
export function droppedHint(by: string): NodeExecutionHint {
	return hint(
		`The node “${by}” dropped “_sync”; the items could be tied to their records again. Let it keep all input fields.`,
		'warning',
	);
}

export function hint(message: string, type: 'info' | 'warning'): NodeExecutionHint {
	return { message, type, location: 'outputPane' };
}

function counts(outcomes: Outcome[]): string {
	return Object.entries(tally(outcomes))
		.map(([name, count]) => `${count} ${name}`)
		.join(', ');
}

function records(count: number): string {
	return count === 1 ? '1 record' : `${count} records`;
}
