/** What the drop-downs offer: schemas and tables, the fields of the chosen table, and the fields that are mapped. */
import type { ILoadOptionsFunctions, INodeListSearchResult, INodePropertyOptions } from 'n8n-workflow';

import type { FieldInfo } from '../../sync/types';
import { asNodeError } from '../shared/errors';
import { ITSELF } from '../../sync/needs';
import { ledgerIfAny } from '../shared/ledger';
import { fieldsOfTable, tablesOfDatabase } from './table';

export const methods = {
	listSearch: {
		async searchSchemas(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
			const tables = await plainly(this, () => tablesOfDatabase(this));
			return listed(
				tables.flatMap(({ schema }) => schema ?? []),
				filter,
			);
		},

		async searchTables(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
			const tables = await plainly(this, () => tablesOfDatabase(this));
			const schema = chosenSchema(this);
			return listed(
				tables.filter((table) => schema === undefined || table.schema === schema).map(({ name }) => name),
				filter,
			);
		},
	},

	loadOptions: {
		/** The destination's fields by name, type, whether they are required, and allowed values. */
		async getFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			const fields = await plainly(this, () => fieldsOfTable(this));
			return fields.map(fieldOption);
		},

		/** Where records may refer to: the destination behind this mapping, and those of all syncs that have run here. */
		async getReferences(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			const itself = {
				name: '(This Destination Itself)',
				value: ITSELF,
				description: 'Such as the manager of an employee',
			};
			return [itself, ...(await plainly(this, knownPlaces))];
		},

		/** The fields that are mapped; with fields of the same name, those of the table too. */
		async getMatchFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			const rows = (this.getCurrentNodeParameter('rows') ?? {}) as { row?: { field?: unknown }[] };
			const names = (rows.row ?? []).flatMap(({ field }) =>
				typeof field === 'string' && field !== '' && !field.startsWith('=') ? field : [],
			);
			const all =
				this.getCurrentNodeParameter('mapAll') === true && this.getCurrentNodeParameter('fieldsOf') !== 'typed';
			const fields = all ? await plainly(this, () => fieldsOfTable(this)) : [];
			const typed = names.filter((name) => !fields.some((field) => field.name === name));
			return [...typed.map((name) => ({ name, value: name })), ...fields.map(fieldOption)];
		},
	},
};

/** Every destination of every sync that the ledger knows: `HR roster → To Access`. */
async function knownPlaces(): Promise<INodePropertyOptions[]> {
	const ledger = await ledgerIfAny();
	return ((await ledger?.syncs()) ?? []).flatMap(({ name, identity: { workflow, node }, destinations }) =>
		destinations.map((place) => ({
			name: `${name} → ${place.name}`,
			value: `${workflow}/${node}/${place.node}`,
			...(place.target !== null && { description: place.target }),
		})),
	);
}

/** `varchar(50), required, one of red, green` */
export function fieldOption({ name, type, required, allowed, identity }: FieldInfo): INodePropertyOptions {
	const facts = [type];
	if (identity) facts.push('key');
	if (required) facts.push('required');
	if (allowed?.length) facts.push(`one of ${allowed.slice(0, 20).join(', ')}${allowed.length > 20 ? ', …' : ''}`);
	return { name, value: name, description: facts.join(', ') };
}

/** Only Postgres has schemas of its own; a MySQL database is named by the credential. */
function chosenSchema(context: ILoadOptionsFunctions): string | undefined {
	if (context.getCurrentNodeParameter('fieldsOf') !== 'postgres') return undefined;
	const schema = context.getCurrentNodeParameter('schema', { extractValue: true });
	return typeof schema === 'string' && schema !== '' ? schema : undefined;
}

function listed(names: string[], filter = ''): INodeListSearchResult {
	const wanted = filter.toLowerCase();
	const found = [...new Set(names)].filter((name) => name.toLowerCase().includes(wanted)).sort();
	return { results: found.map((name) => ({ name, value: name })) };
}

/** Errors in the form in which the editor shows them. */
async function plainly<T>(context: ILoadOptionsFunctions, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw asNodeError(context.getNode(), error);
	}
}
