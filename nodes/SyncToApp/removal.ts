/** What a removal means in a system: the step of its ladder that the node's setting chooses. Pure. */
import type { RemovalStep } from '../../connectors/rest/definition';
import { pick } from '../../sync/canonical';
import type { DesiredItem } from '../../sync/items';

/** The first step that can be taken back; or, where the user says so or there is none, the first that cannot. */
export function chosenStep(ladder: readonly RemovalStep[], deletes: boolean): RemovalStep | undefined {
	const final = ladder.find(({ reversible }) => !reversible);
	return deletes ? (final ?? ladder[0]) : (ladder.find((step) => 'set' in step) ?? final ?? ladder[0]);
}

/**
 * The item with its deletion as that step does it. A removal that the mapping spells out itself stays as it is; a field that
 * it maps has its mapped value on return.
 */
export function asRemoval<Item extends DesiredItem>(item: Item, step: RemovalStep): Item {
	const { removal, owned } = item.stamp;
	if (removal.kind !== 'delete') return item;
	if ('task' in step) return { ...item, stamp: { ...item.stamp, removal: { ...removal, task: step.task } } };
	if (!('set' in step)) return item;
	const { field, to, back } = step.set;
	const onReturn = owned.includes(field) ? pick(item.fields, [field]) : { [field]: back };
	return {
		...item,
		stamp: {
			...item.stamp,
			removal: { ...removal, kind: 'deactivate', set: { [field]: to }, onReturn },
		},
	};
}
