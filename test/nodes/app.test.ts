/** The App nodes in n8n's own executor: people from a table to a real Redmine, and back out of it as a source. */
import { SyncFromAppTrigger } from '../../nodes/SyncFromAppTrigger/SyncFromAppTrigger.node';
import { SyncToApp } from '../../nodes/SyncToApp/SyncToApp.node';
import { runInProcess, type NodeToRun } from '../n8n/inprocess';
import { available, startRedmine, type Redmine } from '../servers/redmine';
import { World, type Given } from './world';

interface User {
	id: number;
	login: string;
	lastname: string;
	status: number;
}

const there = available();
const ACTIVE = 1;
const LOCKED = 3;
const PEOPLE = 5;

(there.ok ? describe : describe.skip)(`App nodes${there.ok ? '' : ` (skipped: ${there.missing})`}`, () => {
	jest.setTimeout(180_000);
	let server: Redmine;
	let world: World;
	let given: Given;
	let sync: Awaited<ReturnType<World['publish']>>;

	beforeAll(async () => {
		server = await startRedmine();
		world = new World(PEOPLE);
		const redmine = { httpHeaderAuth: { id: 'r', name: 'Redmine' } };
		const target: NodeToRun = {
			name: 'Target',
			type: new SyncToApp(),
			parameters: { system: 'redmine', object: 'user', redmineUrl: server.url },
			credentials: redmine,
		};
		given = {
			target,
			credentials: { r: { name: 'X-Redmine-API-Key', value: server.key } },
			source: { options: { guardFirst: false, guardShare: 100, sweepEvery: 10, sweepUnit: 'minutes' } },
			mapping: {
				rows: {
					row: [
						{ field: 'login', value: '={{ $json.email }}' },
						{ field: 'mail', value: '={{ $json.email }}' },
						{ field: 'firstname', value: '={{ $json.team }}' },
						{ field: 'lastname', value: '={{ $json.name }}' },
					],
				},
				match: ['login'],
				removal: 'delete',
				removalRows: {},
			},
		};
		sync = await world.publish(given);
	});
	afterAll(async () => {
		await sync?.close();
		await world?.remove();
		await server?.stop();
	});

	const users = async () =>
		(await server.ask<{ users: User[] }>('GET', '/users.json?status=&limit=100')).users.filter(
			({ login }) => login !== 'admin',
		);
	/** As it is shown alone: the list leaves the status out. */
	const one = async (n: number): Promise<User | undefined> => {
		const listed = (await users()).find(({ login }) => login === `p${n}@x.org`);
		return listed && (await server.ask<{ user: User }>('GET', `/users/${listed.id}.json`)).user;
	};
	const outcomes = () =>
		world.runs.flatMap((run) => run.json('Target').map(({ outcome, key }) => `${String(outcome)} ${String(key)}`));

	test('a test run shows the plan, says what a removal would be, and writes nothing', async () => {
		const run = await world.test(given);
		expect(run.error()).toBeUndefined();
		expect(run.json('Target', 3)).toHaveLength(PEOPLE);
		expect(run.json('Target', 3)[0]).toMatchObject({ outcome: 'preview', action: 'create' });
		expect(await users()).toEqual([]);
	});

	test('the first tick creates everybody, and the next one does nothing', async () => {
		await sync.tick();
		expect(await users()).toHaveLength(PEOPLE);
		expect(await one(3)).toMatchObject({ lastname: 'Person 3', status: ACTIVE });
		expect(outcomes().sort()).toEqual(['created 1', 'created 2', 'created 3', 'created 4', 'created 5']);
		await sync.tick();
		expect(world.runs).toHaveLength(1);
	});

	test('an edit at the source arrives; an edit there is healed by the sweep', async () => {
		world.source.exec("UPDATE people SET name = 'Married' WHERE id = 2");
		await sync.tick();
		expect(await one(2)).toMatchObject({ lastname: 'Married' });
		await server.ask('PUT', `/users/${(await one(4))!.id}.json`, { user: { lastname: 'Somebody' } });
		await world.anHourLater();
		await sync.tick();
		expect(await one(4)).toMatchObject({ lastname: 'Person 4' });
		expect(outcomes()).toContain('healed 4');
	});

	test('somebody who leaves is locked, though the mapping says delete, and is the same user again on return', async () => {
		const { id } = (await one(3))!;
		world.source.exec('DELETE FROM people WHERE id = 3');
		await sync.tick();
		expect(await one(3)).toMatchObject({ id, status: LOCKED });
		world.hire(3);
		await sync.tick();
		expect(await one(3)).toMatchObject({ id, status: ACTIVE });
	});

	test('the trigger reads the same users as records', async () => {
		const run = await runInProcess({
			nodes: [
				{
					name: 'Source',
					type: new SyncFromAppTrigger(),
					parameters: { system: 'redmine', object: 'user', redmineUrl: server.url, syncName: 'Users' },
					credentials: { httpHeaderAuth: { id: 'r', name: 'Redmine' } },
				},
			],
			credentials: given.credentials!,
		});
		expect(run.error()).toBeUndefined();
		const records = run.json('Source');
		expect(records.map(({ login }) => login)).toEqual(expect.arrayContaining(['p1@x.org', 'p5@x.org']));
		expect(records.find(({ login }) => login === 'p1@x.org')).toMatchObject({ lastname: 'Person 1' });
	});

	test('Custom REST API describes the same server by its form alone', async () => {
		const run = await runInProcess({
			nodes: [
				{
					name: 'Source',
					type: new SyncFromAppTrigger(),
					parameters: {
						system: 'custom',
						syncName: 'Users',
						customBaseUrl: server.url,
						customListPath: '/users.json',
						customListQuery: '{ "limit": "{size}", "offset": "{offset}" }',
						customItems: 'users',
						customPages: 'offset',
						customTotal: 'total_count',
						customLabel: 'login',
					},
					credentials: { httpHeaderAuth: { id: 'r', name: 'Redmine' } },
				},
			],
			credentials: given.credentials!,
		});
		expect(run.error()).toBeUndefined();
		expect(run.json('Source').map(({ login }) => login)).toEqual(expect.arrayContaining(['p1@x.org', 'p5@x.org']));
	});
});
