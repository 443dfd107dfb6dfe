/** Airtable: the records of one table, kept by the IDs of its fields, shown by their names unless it is asked otherwise. */
import { Fake, type Answer, type Call, type Json, type Row } from '../fake';
import type { DestinationFake } from './common';
import { read } from './formula';

const field = (id: string, name: string, type: string, options?: Row): Row => ({
	id: `fld${id}`,
	name,
	type,
	...(options && { options }),
});
const choices = (...names: string[]) => ({ choices: names.map((name, n) => ({ id: `sel${n}`, name })) });

export const FIELDS = [
	field('Sku', 'SKU', 'singleLineText'),
	field('Name', 'Name', 'singleLineText'),
	field('Note', 'Note "long"', 'multilineText'),
	field('Price', 'Price (EUR)', 'currency', { precision: 2, symbol: '€' }),
	field('Active', 'Active', 'checkbox', { icon: 'check' }),
	field('Tags', 'Tags', 'multipleSelects', choices('wood', 'steel', 'new')),
	field('Size', 'Size', 'singleSelect', choices('S', 'L')),
	field('From', 'Available from', 'date'),
	field('Owner', 'Owner', 'singleCollaborator'),
	field('Files', 'Files', 'multipleAttachments'),
	field('Code', 'Code {old}', 'singleLineText'),
	field('Label', 'Label', 'formula', { formula: '{fldSku}', isValid: true }),
];
const TABLES: Row[] = [
	{ id: 'tblOther', name: 'Other', primaryFieldId: 'fldX', fields: [field('X', 'X', 'singleLineText')], views: [] },
	{ id: 'tblProducts', name: 'Products', primaryFieldId: 'fldSku', fields: FIELDS, views: [] },
];
const known = (name: string) => FIELDS.find(({ id, name: own }) => id === name || own === name);

/** Whether a cell of that type takes it; what is empty clears. */
function takes({ type, options }: Row, value: Json): boolean {
	const names = ((options as Row | undefined)?.choices as Row[] | undefined)?.map(({ name }) => name) ?? [];
	if (value === null) return true;
	switch (type) {
		case 'currency':
			return typeof value === 'number';
		case 'checkbox':
			return typeof value === 'boolean';
		case 'singleSelect':
			return names.includes(value);
		case 'multipleSelects':
			return Array.isArray(value) && value.every((one) => names.includes(one));
		case 'singleCollaborator':
			return typeof value === 'object' && !Array.isArray(value) && typeof value.email === 'string';
		case 'date':
			return /^\d{4}-\d\d-\d\d$/u.test(String(value));
		default:
			return typeof value === 'string';
	}
}

export async function fakeAirtable(): Promise<DestinationFake> {
	/** With `modified`, which Airtable tells to formulas only. */
	const rows: DestinationFake['rows'] = new Map();
	let last = 0;
	const fake = await Fake.start();
	const error = (status: number, type: string, message: string): Answer => ({
		status,
		body: { error: { type, message } },
	});
	const nothing = () =>
		error(
			403,
			'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND',
			'Invalid permissions, or the requested model was not found.',
		);
	const cellsOf = ({ id, fields }: Row): Row => ({ ...(fields as Row), fldLabel: `${String(id)}!` });
	const isEmpty = (value: Json | undefined) =>
		value === undefined || value === null || value === '' || value === false || String(value) === '';
	const shown = (row: Row, byId: unknown): Row => ({
		id: row.id!,
		createdTime: row.createdTime!,
		fields: Object.fromEntries(
			Object.entries(cellsOf(row))
				.filter(([, value]) => !isEmpty(value))
				.map(([id, value]) => [String(byId) === 'true' ? id : String(known(id)!.name), value]),
		),
	});
	const list = (given: Row): Answer => {
		const size = Number(given.pageSize ?? 100);
		if (size > 100) return error(422, 'INVALID_PAGE_SIZE', 'pageSize must be between 1 and 100');
		let found: Row[];
		try {
			const holds = given.filterByFormula === undefined ? undefined : read(String(given.filterByFormula));
			found = [...rows.values()].filter((row) => {
				if (!holds) return true;
				return holds({
					id: String(row.id),
					created: String(row.createdTime),
					modified: row.modified === undefined ? null : String(row.modified),
					field: (name) => {
						const one = FIELDS.find(({ name: own }) => own === name);
						return one && (cellsOf(row)[String(one.id)] ?? null);
					},
				});
			});
		} catch (wrong) {
			const why = wrong instanceof Error ? wrong.message : '';
			return error(422, 'INVALID_FILTER_BY_FORMULA', `The formula for filtering records is invalid: ${why}`);
		}
		const from =
			given.offset === undefined ? 0 : found.findIndex(({ id }) => `itr0/${String(id)}` === given.offset);
		if (from < 0) return error(422, 'LIST_RECORDS_ITERATOR_NOT_AVAILABLE', 'The iterator is not available.');
		const next = found[from + size];
		return {
			body: {
				records: found.slice(from, from + size).map((row) => shown(row, given.returnFieldsByFieldId)),
				...(next && { offset: `itr0/${String(next.id)}` }),
			},
		};
	};
	/** All of them or none. */
	const write = (call: Call, creating: boolean): Answer => {
		const given = call.json();
		const alone = given.records === undefined;
		const some = alone ? [given] : (given.records as Row[]);
		if (some.length > 10) return error(422, 'INVALID_REQUEST_UNKNOWN', 'You can only write 10 records at a time.');
		const set: [Row, Row][] = [];
		for (const { id, fields } of some) {
			const row = creating ? undefined : rows.get(String(id));
			if (!creating && !row)
				return error(422, 'ROW_DOES_NOT_EXIST', `Record ID ${String(id)} does not exist in this table`);
			const cells: Row = {};
			for (const [name, value] of Object.entries(fields as Row)) {
				const column = known(name);
				if (!column) return error(422, 'UNKNOWN_FIELD_NAME', `Unknown field name: "${name}"`);
				if (column.type === 'formula' || !takes(column, value))
					return error(
						422,
						'INVALID_VALUE_FOR_COLUMN',
						`Field "${String(column.name)}" cannot accept the provided value`,
					);
				const person = column.type === 'singleCollaborator' && value !== null;
				cells[String(column.id)] = person ? { id: 'usr1', name: 'Ada', ...(value as Row) } : value;
			}
			set.push([row ?? {}, cells]);
		}
		const done = set.map(([row, cells]) => {
			const at = new Date().toISOString();
			const next: Row = {
				id: `rec${String(++last).padStart(14, '0')}`,
				createdTime: at,
				...row,
				...(!creating && { modified: at }),
				fields: { ...(row.fields as Row), ...cells },
			};
			rows.set(String(next.id), next);
			return shown(next, given.returnFieldsByFieldId);
		});
		return { body: alone ? done[0] : { records: done } };
	};
	for (const base of ['', '/v0']) {
		fake.on('GET', `${base}/meta/bases/app1/tables`, () => ({ body: { tables: TABLES } }));
		for (const path of [`${base}/*/*`, `${base}/*/*/`, `${base}/*/*/*`, `${base}/*/*/listRecords`])
			for (const method of ['GET', 'POST', 'PATCH', 'DELETE'])
				fake.on(method, path, (call) => {
					const [app, name, id] = call.parts;
					if (app !== 'app1' || !['tblProducts', 'Products'].includes(name!)) return nothing();
					if (path.endsWith('listRecords')) return list(call.json());
					if (method === 'POST') return write(call, true);
					if (method === 'PATCH') return write(call, false);
					if (method === 'GET' && id === undefined) return list(Object.fromEntries(call.query));
					const ids = id === undefined ? call.query.getAll('records[]') : [id];
					const row = rows.get(String(ids[0]));
					if (!row) return nothing();
					if (method === 'GET') return { body: shown(row, call.query.get('returnFieldsByFieldId')) };
					for (const one of ids) rows.delete(one);
					const gone = ids.map((one) => ({ id: one, deleted: true }));
					return { body: id === undefined ? { records: gone } : gone[0] };
				});
	}
	return { fake, rows };
}
