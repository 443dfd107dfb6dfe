import type { IDataObject, ILoadOptionsFunctions } from 'n8n-workflow';

import { methods as ofTrigger } from '../../nodes/SyncFromDatabaseTrigger/methods';
import { methods as ofDestination } from '../../nodes/SyncToDatabase/methods';
import { named, World } from './world';

describe('the drop-downs', () => {
	let world: World;
	beforeEach(() => (world = new World(0)));
	afterEach(async () => await world.remove());

	const form = (parameters: IDataObject) =>
		({
			getNode: () => ({ name: 'Node', type: 'x' }),
			getCurrentNodeParameter: (name: string) => parameters[name],
		}) as unknown as ILoadOptionsFunctions;
	const names = (found: { name: string }[]) => found.map(({ name }) => name);

	test('offer the tables of the database that the form names, and search them', async () => {
		world.source.exec(
			'CREATE TABLE places (id INTEGER PRIMARY KEY); CREATE VIEW everybody AS SELECT * FROM people',
		);
		const context = form({ dialect: 'sqlite', file: world.hr });
		const { searchTables } = ofTrigger.listSearch;
		expect(names((await searchTables.call(context)).results)).toEqual(['everybody', 'people', 'places']);
		expect(names((await searchTables.call(context, 'PL')).results)).toEqual(['people', 'places']);
	});

	test('offer the columns of the table, and none before one is chosen', async () => {
		const given = { dialect: 'sqlite', file: world.access };
		const { getColumns } = ofDestination.loadOptions;
		expect(names(await getColumns.call(form({ ...given, table: named('access') })))).toEqual([
			'nr',
			'login',
			'title',
			'active',
			'note',
		]);
		expect(await getColumns.call(form({ ...given, table: { mode: 'list', value: '' } }))).toEqual([]);
	});

	test('offer the columns of a SELECT', async () => {
		world.hire(1);
		const { getColumns } = ofTrigger.loadOptions;
		const query = 'SELECT id AS nr, upper(email) AS mail FROM people; -- all of them';
		expect(
			names(await getColumns.call(form({ dialect: 'sqlite', file: world.hr, records: 'query', query }))),
		).toEqual(['nr', 'mail']);
		expect(await getColumns.call(form({ dialect: 'sqlite', file: world.hr, records: 'query', query: '' }))).toEqual(
			[],
		);
	});

	test('say plainly what is wrong', async () => {
		await expect(ofTrigger.listSearch.searchTables.call(form({ dialect: 'sqlite', file: '' }))).rejects.toThrow(
			'No database file is given.',
		);
		await expect(
			ofDestination.loadOptions.getColumns.call(
				form({ dialect: 'sqlite', file: world.access, table: named('acces') }),
			),
		).rejects.toThrow('There is no table acces');
		await expect(
			ofTrigger.loadOptions.getColumns.call(
				form({ dialect: 'sqlite', file: world.hr, records: 'query', query: 'DELETE FROM people' }),
			),
		).rejects.toThrow();
	});
});
