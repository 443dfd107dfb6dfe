/** What the drop-downs offer. */
import type { ILoadOptionsFunctions } from 'n8n-workflow';

import { searchSchemas, searchTables, tableColumns } from '../shared/lists';

export const methods = {
	listSearch: { searchSchemas, searchTables },
	loadOptions: {
		async getColumns(this: ILoadOptionsFunctions) {
			return await tableColumns(this);
		},
	},
};
