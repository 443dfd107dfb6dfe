/** Plans as items on the outputs: only the fields to write, and the counterpart's id. */
import type { INodeExecutionData } from 'n8n-workflow';

import type { Errand, HealErrand } from '../../sync/external';
import type { MappedStamp, Outcome, Stamp } from '../../sync/items';
import type { Fields } from '../../sync/types';
import { tied, type Tie } from '../shared/errand';
import { jsonFields } from '../shared/json';
import { Output } from '../shared/output';
import type { Settings } from './settings';

export class PlanOutput {
	/** What needs no write, what is held, what failed, what would be done. */
	readonly told: Output;
	private readonly waiting: INodeExecutionData[] = [];
	private readonly create: INodeExecutionData[] = [];
	private readonly update: INodeExecutionData[] = [];
	private readonly remove: INodeExecutionData[] = [];

	constructor(private readonly settings: Settings) {
		this.told = new Output(settings);
	}

	/** How many items there are of each kind. */
	get counts(): { create: number; update: number; remove: number } {
		return { create: this.create.length, update: this.update.length, remove: this.remove.length };
	}

	/** A plan that waits for a person, with all that is needed to take it up again. */
	plan(outcome: Outcome, stamp: MappedStamp, plan: NonNullable<Stamp['plan']>): void {
		const { item, action, key, part, name, text, changes, counterpart } = outcome;
		const json = {
			outcome: 'held',
			action,
			key,
			...(part !== undefined && { part }),
			name,
			text,
			changes,
			counterpart,
			plan: plan.hash,
			_sync: { ...stamp, plan },
		};
		this.waiting.push({ json: jsonFields(json), pairedItem: { item: item ?? 0, input: 0 } });
	}

	/** `item`: the input item that brought it, or that brought the sweep. */
	errand(item: number, errand: Errand | HealErrand): void {
		const { destination, attempts } = this.settings;
		const tie: Tie = { errand, where: destination, attempts };
		const put = (to: INodeExecutionData[], fields: Fields) =>
			to.push(tied({ json: fields, pairedItem: { item, input: 0 } }, tie));
		if ('heal' in errand) {
			const { link, changes } = errand.heal;
			const fields = Object.fromEntries(changes.map(({ field, now }) => [field, now]));
			put(this.update, this.withId(link.counterpart, fields));
			return;
		}
		const { plan } = errand;
		if (plan.action === 'create') put(this.create, plan.set);
		else if (plan.action === 'delete') put(this.remove, this.withId(plan.counterpart, {}));
		else put(this.update, this.withId(plan.counterpart, plan.set));
	}

	get items(): INodeExecutionData[][] {
		const [unwritten, held, failed, preview] = this.told.items;
		return [
			this.create,
			this.update,
			this.remove,
			[...this.waiting, ...held!, ...failed!],
			this.settings.includeUnchanged ? unwritten! : [],
			preview!,
		];
	}

	private withId(id: string, fields: Fields): Fields {
		return { [this.settings.idField]: id, ...fields, [this.settings.idField]: id };
	}
}
