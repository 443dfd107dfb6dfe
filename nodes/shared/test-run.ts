/** A test run of a destination node: shows the plan, and writes only what a person asked for. Throws where it cannot. */
import type { IExecuteFunctions } from 'n8n-workflow';

import { checkFields } from '../../sync/check';
import { fit } from '../../sync/fit';
import type { DesiredItem, Outcome } from '../../sync/items';
import { linkName } from '../../sync/key';
import type { FirstWrite } from '../../sync/ledger';
import { preview, tryOut, type PreviewContext, type Previewed } from '../../sync/preview';
import type { Destination } from '../../sync/types';
import { passLock } from '../../sync/lock';
import { ledgerIfAny } from './ledger';

export type TestWrites = { kind: 'off' } | { kind: 'key'; key: string } | { kind: 'some'; most: number };

export interface Tested {
	/** The items as the destination can take them. */
	items: DesiredItem[];
	/** In the order of the items; behind them, parts that are no longer in their records' lists. */
	previewed: { item: DesiredItem; outcome: Outcome }[];
	/** How many records would be due again because the mapping is another one. */
	remapped: number;
	/** The published sync has not written here yet, and somebody's rows stand here: the guard holds its first write. */
	firstWaits: boolean;
	/** Fields of the records that go by their name, and that the destination does not have. */
	left: string[];
	/** The field that was chosen to match by, where the mapping leaves that to the destination. */
	matchedBy: string | undefined;
}

/** Throws {@link SyncError} for a destination or a mapping that cannot work. */
export async function runTest(
	context: IExecuteFunctions,
	given: DesiredItem[],
	destination: Destination,
	writes: TestWrites,
	editor = '',
): Promise<Tested> {
	const where = destination.target.text;
	const fields = await destination.describe();
	const { items, left, matchedBy } = fit(given, fields);
	const problem = checkFields(items, fields, where, editor);
	if (problem) throw problem;
	const { id, name } = context.getNode();
	const { stamp } = items[0]!;
	const ledger = await ledgerIfAny();
	const node = stamp.for.includes(id) ? id : name;
	const looked =
		ledger &&
		(await ledger.look(
			stamp.id,
			node,
			destination.target.id,
			items.map((item) => item.stamp.key),
		));
	const seen: PreviewContext = {
		destination,
		links: new Map(looked?.links.map((link) => [linkName(link), link])),
		ledger: looked?.destination !== undefined ? ledger! : { sharers: async () => [] },
		row: { id: looked?.destination ?? 0 },
		secret: ledger ? await ledger.secret() : '',
		where,
		...(editor !== '' && { editor }),
	};
	if (looked?.destination !== undefined && writes.kind !== 'off')
		await passLock(ledger!, stamp.id, looked.destination, destination);
	const previewed = await preview(items, seen);
	const firstWaits = holdsFirst(context) && (await waits(looked?.firstWrite ?? 'unknown', previewed, destination));
	const written = await tryOut(chosen(previewed, writes), seen);
	for (const { key, part = '', counterpart } of written) {
		if (counterpart !== undefined && looked?.destination !== undefined)
			await ledger!.keepCounterpart(looked.destination, key, part, counterpart);
	}
	const byItem = new Map(written.map((outcome) => [outcome.item, outcome]));
	return {
		items,
		previewed: previewed.map(({ item, outcome, planned }) => ({
			item,
			outcome: (planned && byItem.get(outcome.item)) ?? outcome,
		})),
		remapped: looked?.destination === undefined ? 0 : await ledger!.remapped(looked.destination, stamp.mapping),
		firstWaits,
		left,
		matchedBy,
	};
}

/** Whether the guard looks at the first write at all: that is an option of the trigger. */
function holdsFirst(context: IExecuteFunctions): boolean {
	const before = context.getParentNodes(context.getNode().name, { includeNodeParameters: true });
	const options = before
		.filter(({ type }) => /\.syncFrom/u.test(type))
		.map(({ parameters }) => (parameters?.['options'] ?? {}) as { guardFirst?: unknown }); // a collection is an object
	return options.length === 0 || options.some(({ guardFirst }) => guardFirst !== false);
}

/** Whether the guard would hold the first write. What only ties records to rows that are equal already writes nothing. */
async function waits(first: FirstWrite, previewed: Previewed[], destination: Destination): Promise<boolean> {
	const writes = previewed.some(
		({ outcome: { action, changes } }) => action === 'create' || (action === 'adopt' && changes.length > 0),
	);
	if (!writes || first === 'passed') return false;
	return first === 'waits' || !((await destination.isEmpty?.()) ?? true);
}

/** The records that a person lets a test write. */
export function chosen(previewed: Previewed[], writes: TestWrites): Previewed[] {
	if (writes.kind === 'off') return [];
	if (writes.kind === 'key') {
		const its = previewed.filter(({ outcome }) => outcome.key === writes.key);
		return its.filter(({ outcome: { part } }, at) => its.findIndex(({ outcome }) => outcome.part === part) === at);
	}
	return previewed
		.filter(({ planned }) => planned?.plan.action === 'create' || planned?.plan.action === 'update')
		.slice(0, writes.most);
}
