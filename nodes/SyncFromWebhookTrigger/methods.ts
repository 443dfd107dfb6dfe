/** What the drop-downs offer: the syncs that have run and their destinations, and the columns of the database. */
import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { asNodeError } from '../shared/errors';
import { ledgerIfAny } from '../shared/ledger';
import { number, reader } from '../shared/parameters';
import { methods as database } from '../SyncFromDatabaseTrigger/methods';

export const methods = {
	...database,
	loadOptions: {
		...database.loadOptions,
		async getSyncs(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			return (await known(this)).map(({ id, name }) => ({ name, value: id }));
		},
		async getDestinations(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			const chosen = number(reader(this)('watchedSync', 0), 0);
			const sync = (await known(this)).find(({ id }) => id === chosen);
			return (sync?.destinations ?? []).map(({ id, name, target }) => ({
				name: target === null ? name : `${name}: ${target}`,
				value: id,
			}));
		},
	},
};

async function known(context: ILoadOptionsFunctions) {
	try {
		return (await (await ledgerIfAny())?.syncs()) ?? [];
	} catch (error) {
		throw asNodeError(context.getNode(), error);
	}
}
