/** What the drop-downs offer. */
import type { ILoadOptionsFunctions } from 'n8n-workflow';

import { searchSchemas, searchTables, tableColumns } from '../shared/lists';

export const methods = {
	listSearch: { searchSchemas, searchTables },
	loadOptions: {
		async getColumns(this: ILoadOptionsFunctions) {
			return await tableColumns(this);
		},
		/** For settings that may stay empty: n8n marks a value that is not in the list as wrong. */
		async getColumnsOrNone(this: ILoadOptionsFunctions) {
			return [{ name: '(None)', value: '' }, ...(await tableColumns(this))];
		},
	},
};
