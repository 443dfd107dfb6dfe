/** What the drop-downs offer: syncs, their destinations, their holds. */
import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { asNodeError } from '../shared/errors';
import { ledgerIfAny } from '../shared/ledger';
import { number, reader } from '../shared/parameters';
import type { Ledger } from '../../sync/ledger';

export const methods = {
	loadOptions: {
		async getSyncs(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			return await asked(this, async (ledger) =>
				(await ledger.syncs()).map(({ id, name }) => ({ name, value: id })),
			);
		},
		async getSyncsOrAll(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			const all = await asked(this, async (ledger) =>
				(await ledger.syncs()).map(({ id, name }) => ({ name, value: id })),
			);
			return [{ name: 'All Syncs', value: 0 }, ...all];
		},
		async getDestinationsOrAll(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			const chosen = number(reader(this)('sync', 0), 0);
			const places = await asked(this, async (ledger) => {
				const sync = (await ledger.syncs()).find(({ id }) => id === chosen);
				return (sync?.destinations ?? []).map(({ id, name, target }) => ({
					name: target === null ? name : `${name}: ${target}`,
					value: id,
				}));
			});
			return [{ name: 'All Destinations', value: 0 }, ...places];
		},
		async getHolds(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			const chosen = number(reader(this)('sync', 0), 0);
			return await asked(this, async (ledger) =>
				(await ledger.holds(chosen)).map(({ id, reason, count }) => ({
					name: `${id}: ${count} records`,
					value: id,
					description: reason,
				})),
			);
		},
	},
};

async function asked(
	context: ILoadOptionsFunctions,
	ask: (ledger: Ledger) => Promise<INodePropertyOptions[]>,
): Promise<INodePropertyOptions[]> {
	try {
		const ledger = await ledgerIfAny();
		return ledger ? await ask(ledger) : [];
	} catch (error) {
		throw asNodeError(context.getNode(), error);
	}
}
