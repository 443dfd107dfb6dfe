/** What the drop-down offers: the fields that the server says it has. */
import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { asNodeError } from '../shared/errors';
import { openDirectory } from './destination';

/** Who edited an entry last, where a directory keeps it: not one of its classes' own attributes. */
const EDITORS = ['modifiersName', 'creatorsName'];

export const methods = {
	loadOptions: {
		/** By the server's Schemas, or its subschema entry; an empty choice first. */
		async getFieldsOrNone(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			try {
				const directory = await openDirectory(this);
				try {
					directory.expect(EDITORS);
					const fields = await directory.describe();
					return [
						{ name: '(None)', value: '' },
						...fields.map(({ name, type, required }) => ({
							name,
							value: name,
							description: required ? `${type}, required` : type,
						})),
					];
				} finally {
					await directory.close();
				}
			} catch (error) {
				throw asNodeError(this.getNode(), error);
			}
		},
	},
};
