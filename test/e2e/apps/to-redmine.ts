/** Sync To App: a table of people in SQLite to the users of a real Redmine, story by story. */
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

import { outputOf, startN8n, until as patient, type N8n } from '../../n8n/harness';
import { Gate } from '../../servers/gate';
import { startRedmine, type Redmine } from '../../servers/redmine';
import { drag, line } from '../workflows';

type Row = Record<string, unknown>;
interface User extends Row {
	id: number;
	login: string;
	lastname: string;
	status: number;
}

const ACTIVE = 1;
const LOCKED = 3;
const PEOPLE = 12;

/** Redmine answers a request in a tenth of a second, and in one on a machine that is busy. */
const until: typeof patient = async (ask, patience) => await patient(ask, { timeout: 150_000, ...patience });

export function toRedmine(): void {
	jest.setTimeout(300_000);
	let n8n: N8n;
	let server: Redmine;
	let gate: Gate;
	let source: DatabaseSync;
	let workflow: string;

	const change = (statement: string, ...values: SQLInputValue[]) => source.prepare(statement).run(...values);
	const hire = (n: number) =>
		change('INSERT INTO people VALUES (?, ?, ?, ?, ?)', n, `p${n}`, `p${n}@example.com`, 'Person', `Number ${n}`);
	const users = async () =>
		(await server.ask<{ users: User[] }>('GET', '/users.json?status=&limit=100')).users.filter(
			({ login }) => login !== 'admin',
		);
	/** As it is shown alone: the list leaves the status out. */
	const one = async (login: string): Promise<User | undefined> => {
		const listed = (await users()).find((user) => user.login === login);
		return listed && (await server.ask<{ user: User }>('GET', `/users/${listed.id}.json`)).user;
	};
	const outcomes = async (): Promise<Row[]> => {
		const all: Row[] = [];
		for (const { id } of await n8n.api.executions({ workflowId: workflow }))
			all.push(...outputOf(await n8n.api.execution(id), 'To').map(({ json }) => json as Row));
		return all;
	};

	beforeAll(async () => {
		server = await startRedmine();
		gate = new Gate(server.url);
		const url = await gate.listen();
		n8n = await startN8n();
		source = new DatabaseSync(join(n8n.files, 'hr.sqlite'));
		source.exec('CREATE TABLE people (id INTEGER PRIMARY KEY, login TEXT, mail TEXT, first TEXT, last TEXT)');
		for (let n = 1; n <= PEOPLE; n++) hire(n);
		const credential = await n8n.api.createCredential('Redmine', 'httpHeaderAuth', {
			name: 'X-Redmine-API-Key',
			value: server.key,
		});
		const created = await n8n.api.createWorkflow(
			line({
				name: 'HR to Redmine',
				trigger: {
					dialect: 'sqlite',
					file: join(n8n.files, 'hr.sqlite'),
					table: { __rl: true, mode: 'list', value: 'people' },
					nameColumn: 'login',
					options: { sweepEvery: 10, sweepUnit: 'seconds', guardFirst: false },
				},
				mapping: {
					rows: drag({ login: 'login', mail: 'mail', firstname: 'first', lastname: 'last' }),
					match: ['login'],
					removal: 'delete',
				},
				destination: { system: 'redmine', object: 'user', redmineUrl: url },
				types: { destination: 'syncToApp' },
				credentials: { destination: { httpHeaderAuth: credential } },
			}),
		);
		workflow = created.id;
	});
	afterAll(async () => {
		source?.close();
		await n8n?.remove();
		await gate?.stop();
		await server?.stop();
	});

	test('a test run in the editor shows the plan and writes nothing', async () => {
		const execution = await n8n.api.runToEnd(workflow, { from: 'From' });
		expect(execution.status).toBe('success');
		const preview = outputOf(execution, 'To', 3).map(({ json }) => json);
		expect(preview).toHaveLength(PEOPLE);
		expect(preview[0]).toMatchObject({ outcome: 'preview', action: 'create', key: '1', name: 'p1' });
		expect(await users()).toEqual([]);
		expect(JSON.stringify(execution)).not.toContain(server.key);
	});

	test('the published sync brings everybody over, and writes nobody twice', async () => {
		await n8n.api.activate(workflow);
		await until(async () => (await users()).length === PEOPLE, { what: 'all users' });
		expect(await one('p7')).toMatchObject({ mail: 'p7@example.com', lastname: 'Number 7' });
		await until(async () => (await outcomes()).filter(({ outcome }) => outcome === 'created').length === PEOPLE);
		expect(gate.passed.filter((asked) => asked === 'POST /users.json')).toHaveLength(PEOPLE);
	});

	test('an edit at the source arrives, and only the changed field is written', async () => {
		change("UPDATE people SET last = 'Married' WHERE id = 7");
		await until(async () => (await one('p7'))?.lastname === 'Married');
		const updated = await until(async () => (await outcomes()).find(({ outcome }) => outcome === 'updated'));
		expect(updated).toMatchObject({ key: '7', changes: [{ field: 'lastname', was: 'Number 7', now: 'Married' }] });
	});

	test('an edit in Redmine is healed, and a field that the source does not own stays', async () => {
		const { id } = (await one('p9'))!;
		await server.ask('PUT', `/users/${id}.json`, { user: { lastname: 'Somebody', admin: true } });
		await until(async () => (await one('p9'))?.lastname === 'Number 9');
		expect(await one('p9')).toMatchObject({ admin: true });
		const healed = await until(async () => (await outcomes()).find(({ outcome }) => outcome === 'healed'));
		expect(healed).toMatchObject({ key: '9', changes: [{ field: 'lastname', was: 'Somebody', now: 'Number 9' }] });
	});

	test('somebody who leaves is locked and not deleted, and is the same user again on return', async () => {
		const { id } = (await one('p3'))!;
		change('DELETE FROM people WHERE id = 3');
		await until(async () => (await one('p3'))?.status === LOCKED);
		hire(3);
		await until(async () => (await one('p3'))?.status === ACTIVE);
		expect(await one('p3')).toMatchObject({ id });
	});

	test('a limit is kept: what is told to wait comes later, and once', async () => {
		gate.perSecond = 4;
		const before = gate.refused;
		for (let n = 21; n <= 32; n++) hire(n);
		await until(async () => (await users()).length === PEOPLE + 12, { what: '24 users' });
		await until(() => gate.refused > before, { what: 'a request that was told to wait' });
		gate.perSecond = Infinity;
	});

	test('killed in the middle, it ends with everybody there once', async () => {
		for (let n = 41; n <= 60; n++) hire(n);
		await until(async () => (await users()).length > PEOPLE + 14, { what: 'some of them', every: 50 });
		await n8n.kill();
		const { folder } = n8n;
		n8n = await startN8n({ folder });
		await until(async () => (await users()).length === PEOPLE + 32, { what: '44 users' });
		const logins = (await users()).map(({ login }) => login);
		expect(new Set(logins).size).toBe(logins.length);
	});
}
