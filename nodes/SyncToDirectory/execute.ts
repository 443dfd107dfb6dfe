/** Items in, outcomes out on the four outputs. What every destination node does is in `nodes/shared/destination`. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { ScimDestination } from '../../connectors/scim/destination';
import type { LdapDestination } from '../../connectors/ldap/destination';
import type { DesiredItem } from '../../sync/items';
import { executeDestination } from '../shared/destination/execute';
import { writingSettings } from '../shared/destination/settings';
import { reader } from '../shared/parameters';
import { openDirectory } from './destination';

/** Runs the node. Throws only in a test run, where nobody else waits behind it. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const read = reader(context);
	const mild = read('onDelete', 'mild') !== 'delete' && read('kind', 'User') !== 'Group';
	const { editor } = writingSettings(context);
	let opened: ScimDestination | LdapDestination | undefined;
	return await executeDestination(context, {
		name: 'Sync To Directory',
		open: async () => (opened = await openDirectory(context)),
		prepare: <Item extends DesiredItem>(given: Item[]): Item[] => {
			const items = mild ? given.map(disabling) : given;
			for (const { stamp } of items) {
				const { owned, once, fill = [], match, removal } = stamp;
				opened?.expect([
					...(editor === '' ? [] : [editor]),
					...owned,
					...once,
					...fill,
					...match,
					...Object.keys(removal.set),
					...Object.keys(removal.onReturn),
				]);
			}
			return items;
		},
		hints: (destination) => (destination instanceof ScimDestination ? hintsOf(destination) : []),
	});
}

/** A deletion as a step that can be taken back. A removal that the mapping spells out itself stays as it is. */
export function disabling<Item extends DesiredItem>(item: Item): Item {
	const { removal } = item.stamp;
	if (removal.kind !== 'delete') return item;
	const disabled = { ...removal, kind: 'deactivate' as const, set: { active: false }, onReturn: { active: true } };
	return { ...item, stamp: { ...item.stamp, removal: disabled } };
}

/** What somebody who tries it out has to know of the server. */
function hintsOf({ dialect }: ScimDestination): string[] {
	const { label, note, inactive, delete: deletion } = dialect;
	return [
		...(note === undefined ? [] : [`${label}: ${note}`]),
		...(inactive.reversible ? [] : [`${label}: active = false ${inactive.effect}; that cannot be undone.`]),
		...(deletion.reversible ? [`${label}: a DELETE ${deletion.effect}.`] : []),
	];
}
