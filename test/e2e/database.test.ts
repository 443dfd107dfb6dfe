/** The whole line in a real n8n: a table in SQLite to another one, story by story, told by both databases. */
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

import { hintsOf, outputOf, startN8n, until, type N8n } from '../n8n/harness';
import { drag, line } from './workflows';

type Row = Record<string, unknown>;

describe('a table in SQLite to another one', () => {
	jest.setTimeout(240_000);
	let n8n: N8n;
	let source: DatabaseSync;
	let destination: DatabaseSync;
	let workflow: string;

	const people = (): Row[] => source.prepare('SELECT * FROM people ORDER BY id').all();
	const access = (): Row[] => destination.prepare('SELECT * FROM access ORDER BY login').all();
	const one = (login: string): Row | undefined => access().find((row) => row['login'] === login);
	const change = (statement: string, ...values: SQLInputValue[]) => source.prepare(statement).run(...values);
	/** What the Synced output has put out so far, `key outcome`. */
	const outcomes = async (output = 0): Promise<Row[]> => {
		const all: Row[] = [];
		for (const { id } of await n8n.api.executions({ workflowId: workflow })) {
			const execution = await n8n.api.execution(id);
			all.push(...outputOf(execution, 'To', output).map(({ json }) => json as Row));
		}
		return all;
	};

	beforeAll(async () => {
		n8n = await startN8n();
		const files = { source: join(n8n.files, 'hr.sqlite'), destination: join(n8n.files, 'access.sqlite') };
		source = new DatabaseSync(files.source);
		source.exec(
			'CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, full_name TEXT, department TEXT, salary INTEGER)',
		);
		destination = new DatabaseSync(files.destination);
		destination.exec(
			'CREATE TABLE access (id INTEGER PRIMARY KEY, login TEXT UNIQUE NOT NULL, name TEXT, department TEXT, active TEXT, note TEXT)',
		);
		for (let n = 1; n <= 40; n++)
			change('INSERT INTO people VALUES (?, ?, ?, ?, ?)', n, `p${n}@x.test`, `Person ${n}`, 'Sales', 1000 + n);
		const created = await n8n.api.createWorkflow(
			line({
				name: 'HR roster',
				trigger: {
					dialect: 'sqlite',
					file: files.source,
					table: { __rl: true, mode: 'list', value: 'people' },
					nameColumn: 'full_name',
					sensitive: ['salary'],
					options: { sweepEvery: 10, sweepUnit: 'seconds' },
				},
				mapping: {
					rows: {
						row: [
							...(drag({ login: 'email', name: 'full_name', department: 'department' })[
								'row'
							] as object[]),
							{ field: 'active', value: 'yes' },
						],
					},
					match: ['login'],
					removal: 'deactivate',
					removalRows: { row: [{ field: 'active', set: 'no', onReturn: 'yes' }] },
				},
				destination: {
					dialect: 'sqlite',
					file: files.destination,
					table: { __rl: true, mode: 'list', value: 'access' },
				},
			}),
		);
		workflow = created.id;
	});
	afterAll(async () => {
		source?.close();
		destination?.close();
		await n8n?.remove();
	});

	test('a test run in the editor shows the plan and writes nothing', async () => {
		const execution = await n8n.api.runToEnd(workflow, { from: 'From' });
		expect(execution.status).toBe('success');
		const preview = outputOf(execution, 'To', 3).map(({ json }) => json);
		expect(preview).toHaveLength(40);
		expect(preview[0]).toMatchObject({ outcome: 'preview', action: 'create', key: '1', name: 'Person 1' });
		expect(JSON.stringify(preview)).not.toContain('1001');
		expect([0, 1, 2].flatMap((output) => outputOf(execution, 'To', output))).toEqual([]);
		expect(hintsOf(execution, 'To').join()).toMatch(/nothing was written/iu);
		expect(access()).toEqual([]);
	});

	test('the published sync brings everybody over', async () => {
		await n8n.api.activate(workflow);
		await until(() => access().length === 40, { what: '40 rows' });
		expect(one('p7@x.test')).toMatchObject({ name: 'Person 7', department: 'Sales', active: 'yes', note: null });
		const told = await until(
			async () =>
				(await outcomes()).filter(({ outcome }) => outcome === 'created').length === 40 && (await outcomes()),
		);
		expect(told.find(({ key }) => key === '7')).toMatchObject({
			outcome: 'created',
			name: 'Person 7',
			text: expect.stringContaining('Person 7 was created'),
		});
	});

	test('an edit at the source arrives, and only the changed field is written', async () => {
		change("UPDATE people SET department = 'Legal' WHERE id = 7");
		await until(() => one('p7@x.test')?.['department'] === 'Legal');
		const updated = await until(async () => (await outcomes()).find(({ outcome }) => outcome === 'updated'));
		expect(updated).toMatchObject({ key: '7', changes: [{ field: 'department', was: 'Sales', now: 'Legal' }] });
	});

	test('an edit in the destination is overwritten with both values told, and what the source does not own stays', async () => {
		destination.exec("UPDATE access SET name = 'Somebody', note = 'theirs' WHERE login = 'p9@x.test'");
		await until(() => one('p9@x.test')?.['name'] === 'Person 9');
		expect(one('p9@x.test')).toMatchObject({ note: 'theirs' });
		const healed = await until(async () => (await outcomes()).find(({ outcome }) => outcome === 'healed'));
		expect(healed).toMatchObject({
			key: '9',
			name: 'Person 9',
			changes: [{ field: 'name', was: 'Somebody', now: 'Person 9', drift: true }],
		});
	});

	test('somebody who leaves is deactivated, and is the same account again on return', async () => {
		const id = one('p3@x.test')!['id'];
		change('DELETE FROM people WHERE id = 3');
		await until(() => one('p3@x.test')?.['active'] === 'no');
		change("INSERT INTO people VALUES (3, 'p3@x.test', 'Person 3', 'Sales', 1003)");
		await until(() => one('p3@x.test')?.['active'] === 'yes');
		expect(one('p3@x.test')).toMatchObject({ id });
		expect(access()).toHaveLength(40);
	});

	test('an import that leaves a handful of rows removes nobody, and is put out on Held once', async () => {
		const before = people();
		change('DELETE FROM people WHERE id > 4');
		const held = await until(async () => {
			const found = await outcomes(1);
			return found.length > 0 && found;
		});
		expect(held).toHaveLength(1);
		expect(held[0]).toMatchObject({ count: 36 });
		expect(access().every(({ active }) => active === 'yes')).toBe(true);
		const failed = await until(
			async () => (await n8n.api.executions({ workflowId: workflow, status: 'error' }))[0],
		);
		expect(JSON.stringify((await n8n.api.execution(failed.id)).data)).toContain('would be removed');
		for (const row of before.slice(4))
			change('INSERT INTO people VALUES (?, ?, ?, ?, ?)', ...(Object.values(row) as SQLInputValue[]));
		await until(async () =>
			JSON.stringify(
				(await n8n.api.execution((await n8n.api.executions({ workflowId: workflow, status: 'error' }))[0]!.id))
					.data,
			).includes('healthy again'),
		);
		expect(await outcomes(1)).toHaveLength(1);
		expect(access().every(({ active }) => active === 'yes')).toBe(true);
	});

	test('a source that is empty all of a sudden removes nobody', async () => {
		const before = people();
		source.exec('DELETE FROM people');
		await until(async () =>
			JSON.stringify(
				(await n8n.api.execution((await n8n.api.executions({ workflowId: workflow, status: 'error' }))[0]!.id))
					.data,
			).includes('no record at all'),
		);
		expect(access().filter(({ active }) => active === 'yes')).toHaveLength(40);
		for (const row of before)
			change('INSERT INTO people VALUES (?, ?, ?, ?, ?)', ...(Object.values(row) as SQLInputValue[]));
	});

	test('a mapping that would change one field of everybody is held until a person releases it, and then written by itself', async () => {
		const { nodes } = await n8n.api.workflow(workflow);
		const mapping = nodes.find(({ name }) => name === 'Mapping')!;
		const rows = (mapping.parameters['rows'] as { row: object[] }).row;
		mapping.parameters['rows'] = {
			row: [
				...rows.slice(0, 2),
				{ field: 'department', value: '={{ $json.department.toUpperCase() }}' },
				...rows.slice(3),
			],
		} as never;
		await n8n.api.updateWorkflow(workflow, { nodes });
		await n8n.api.activate(workflow);
		const hold = await until(async () => (await outcomes(1)).find(({ count }) => count === 40), {
			timeout: 90_000,
		});
		expect(access().some(({ department }) => department === 'SALES')).toBe(false);
		const trigger = nodes.find(({ name }) => name === 'From')!;
		Object.assign(trigger.parameters['options'] as object, { release: hold['hold'] });
		await n8n.api.updateWorkflow(workflow, { nodes });
		await n8n.api.activate(workflow);
		await until(() => access().every(({ department }) => department === String(department).toUpperCase()), {
			timeout: 90_000,
		});
		expect(one('p7@x.test')).toMatchObject({ department: 'LEGAL' });
	});

	test('the salary, which is sensitive, is nowhere in the ledger', async () => {
		const ledger = new DatabaseSync(join(n8n.folder, '.n8n', 'one-way-sync.sqlite'), { readOnly: true });
		const tables = ledger.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as {
			name: string;
		}[];
		const all = tables.map(({ name }) => JSON.stringify(ledger.prepare(`SELECT * FROM "${name}"`).all())).join();
		ledger.close();
		expect(all).toContain('Person 7');
		expect(all).not.toMatch(/"salary\\*":\s*1\d\d\d/u);
	});
});
