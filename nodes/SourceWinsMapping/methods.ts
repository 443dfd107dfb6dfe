/** What the drop-downs offer: the columns of the table in Fields Of, and the fields that are mapped. */
import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

export const methods = {
	loadOptions: {
		async getMatchFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			return [];
		},
	},
};
