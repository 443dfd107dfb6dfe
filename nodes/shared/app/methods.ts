/** What the drop-downs of the App nodes offer. */
import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { RestDestination } from '../../../connectors/rest/destination';
import { asNodeError } from '../errors';
import { givenBy, systemOf } from './access';

export const methods = {
	loadOptions: {
		async getObjects(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			return objects(this, false);
		},
		async getWritableObjects(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			return objects(this, true);
		},
		/** The fields of the chosen object, with those that only the account knows; an empty choice first. */
		async getFieldsOrNone(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			try {
				const destination = new RestDestination(await givenBy(this));
				const fields = await destination.describe();
				return [
					{ name: '(None)', value: '' },
					...fields.map(({ name, type }) => ({ name, value: name, description: type })),
				];
			} catch (error) {
				throw asNodeError(this.getNode(), error);
			}
		},
	},
};

function objects(context: ILoadOptionsFunctions, writable: boolean): INodePropertyOptions[] {
	try {
		return Object.entries(systemOf(context).objects)
			.filter(([, { write }]) => !writable || write !== 'read only')
			.map(([value, { displayName }]) => ({ name: displayName, value }));
	} catch (error) {
		throw asNodeError(context.getNode(), error);
	}
}
