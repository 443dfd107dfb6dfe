import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { IDataObject } from 'n8n-workflow';

import { fieldOption, methods } from '../../nodes/SourceWinsMapping/methods';
import { n8nIsHere, optionsContext } from './run';

const { getFields, getMatchFields } = methods.loadOptions;
const { searchTables } = methods.listSearch;

test('a field is offered with its type, whether it is required, and allowed values', () => {
	const field = {
		name: 'state',
		type: 'varchar(9)',
		kind: 'text',
		required: true,
		identity: false,
		writable: true,
	} as const;
	expect(fieldOption({ ...field, allowed: ['on', 'off'] })).toEqual({
		name: 'state',
		value: 'state',
		description: 'varchar(9), required, one of on, off',
	});
});

(n8nIsHere ? describe : describe.skip)('the lists of the node, over a SQLite file', () => {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mapping-')));
	const file = join(folder, 'access.sqlite');
	const given = (more: IDataObject = {}) =>
		optionsContext({
			fieldsOf: 'sqlite',
			file,
			table: { __rl: true, mode: 'list', value: 'access_list' },
			...more,
		});
	const allowed = process.env['N8N_RESTRICT_FILE_ACCESS_TO'];

	beforeAll(() => {
		process.env['N8N_RESTRICT_FILE_ACCESS_TO'] = folder;
		const database = new DatabaseSync(file);
		database.exec(`CREATE TABLE access_list (id INTEGER PRIMARY KEY, email TEXT NOT NULL, twice AS (id * 2), note TEXT);
			CREATE TABLE other (id INTEGER)`);
		database.close();
	});

	afterAll(() => {
		if (allowed === undefined) delete process.env['N8N_RESTRICT_FILE_ACCESS_TO'];
		else process.env['N8N_RESTRICT_FILE_ACCESS_TO'] = allowed;
		rmSync(folder, { recursive: true });
	});

	test('offer the tables, and the columns that can be written', async () => {
		const tables = await searchTables.call(given(), 'ACCESS');
		expect(tables.results).toEqual([{ name: 'access_list', value: 'access_list' }]);
		const fields = await getFields.call(given());
		expect(fields.map(({ name }) => name)).toEqual(['id', 'email', 'note']);
		expect(fields[1]!.description).toMatch(/^text, required$/iu);
	});

	test('offer for matching what is mapped', async () => {
		const rows = { row: [{ field: 'email' }, { field: 'extra' }, { field: '={{ $vars.x }}' }, { field: '' }] };
		expect((await getMatchFields.call(given({ rows }))).map(({ name }) => name)).toEqual(['email', 'extra']);
		const all = await getMatchFields.call(given({ rows, mapAll: true }));
		expect(all.map(({ name }) => name)).toEqual(['extra', 'id', 'email', 'note']);
	});

	test('say what is missing', async () => {
		await expect(getFields.call(given({ table: { __rl: true, mode: 'list', value: '' } }))).rejects.toThrow(
			'No table is chosen',
		);
		await expect(getFields.call(given({ table: { __rl: true, mode: 'name', value: 'nowhere' } }))).rejects.toThrow(
			/no .*nowhere/u,
		);
		await expect(getFields.call(given({ file: '/etc/passwd' }))).rejects.toThrow('does not let nodes open');
		await expect(getFields.call(given({ fieldsOf: 'postgres' }))).rejects.toThrow('No credential is chosen');
	});
});
