/** Read, then act, in n8n's own executor: Plan Only, a person, Apply Reviewed Plans. */
import type { IConnections, IDataObject, INodeType } from 'n8n-workflow';

import { SyncToDatabase } from '../../nodes/SyncToDatabase/SyncToDatabase.node';
import { n8nIsHere } from '../n8n/inprocess';
import { named, World, type Given } from './world';

const to = (node: string) => [{ node, type: 'main' as const, index: 0 }];

(n8nIsHere ? describe : describe.skip)('a workflow with an approval', () => {
	jest.setTimeout(60_000);
	let world: World;
	/** What happens between the plan and its application; answers whether an item is approved. */
	let person: (plan: IDataObject) => boolean;
	beforeEach(() => {
		world = new World();
		person = () => true;
	});
	afterEach(async () => await world.remove());

	const given = (): Given => ({
		between: [
			{
				name: 'Plan',
				type: new SyncToDatabase(),
				parameters: { dialect: 'sqlite', file: world.access, table: named('access'), mode: 'plan' },
			},
			{ name: 'Person', type: approving((plan) => person(plan)) },
		],
		destination: { mode: 'reviewed' },
		connections: {
			Source: { main: [to('Mapping')] },
			Mapping: { main: [to('Plan')] },
			Plan: { main: [[], [], [], to('Person')] },
			Person: { main: [to('Target')] },
		} satisfies IConnections,
	});
	const once = async () => {
		const line = await world.publish(given());
		await line.tick();
		await line.close();
		return world.runs.at(-1)!;
	};

	test('writes what was approved, by the destination that applies it, and nothing before', async () => {
		let rows = -1;
		person = () => {
			rows = world.rows().length;
			return true;
		};
		const run = await once();
		expect(run.error()).toBeUndefined();
		expect(rows).toBe(0);
		expect(run.json('Plan', 3).map(({ key, action, outcome }) => [key, action, outcome])).toEqual([
			['1', 'create', 'preview'],
			['2', 'create', 'preview'],
			['3', 'create', 'preview'],
		]);
		expect(run.hints('Plan').join()).toContain('3 plans wait for review; nothing was written.');
		expect(run.json('Target').map(({ outcome }) => outcome)).toEqual(['created', 'created', 'created']);
		expect(world.rows()).toHaveLength(3);
		expect(world.told).toEqual([]);
	});

	test('holds what has changed meanwhile, with the new plan, and shows it again in the next run', async () => {
		await once();
		world.source.exec(`UPDATE people SET team = 'Board' WHERE id = 1`);
		person = () => {
			world.destination.exec(`UPDATE access SET title = 'Chief' WHERE login = 'p1@x.org'`);
			return true;
		};
		const run = await once();
		expect(run.json('Target')).toEqual([]);
		expect(run.json('Target', 1)).toEqual([
			expect.objectContaining({
				outcome: 'held',
				action: 'update',
				changes: [{ field: 'title', was: 'Chief', now: 'Board' }],
			}),
		]);
		expect(world.rows(`login = 'p1@x.org'`)).toMatchObject([{ title: 'Chief' }]);
		person = () => true;
		const again = await once();
		expect(again.json('Plan', 3)).toMatchObject([{ key: '1', changes: [{ was: 'Chief', now: 'Board' }] }]);
		expect(again.json('Target').map(({ outcome }) => outcome)).toEqual(['updated']);
		expect(world.rows(`login = 'p1@x.org'`)).toMatchObject([{ title: 'Board' }]);
	});

	test('does not write what was not approved, and says of a linked record that it was not routed', async () => {
		await once();
		world.source.exec(`UPDATE people SET team = 'Board'`);
		person = ({ key }) => key === '2';
		const run = await once();
		expect(run.json('Target').map(({ key, outcome }) => [key, outcome])).toEqual([['2', 'updated']]);
		expect(world.rows().map(({ title }) => title)).toEqual(['Sales', 'Board', 'Sales']);
	});

	test('what was not reviewed is not written, wherever it comes from', async () => {
		const straight: Given = { destination: { mode: 'reviewed' } };
		const line = await world.publish(straight);
		await line.tick();
		await line.close();
		expect(world.rows()).toEqual([]);
		expect(world.runs[0]!.json('Target', 1).map(({ text }) => text)).toEqual(
			[1, 2, 3].map((id) => expect.stringContaining(`Person ${id} was not reviewed, and nothing was written.`)),
		);
	});

	test('a test run shows the plans in both nodes, and writes nothing', async () => {
		const done = await world.test(given());
		expect(done.error()).toBeUndefined();
		expect(done.json('Plan', 3)).toHaveLength(3);
		expect(done.json('Target', 3).map(({ action }) => action)).toEqual(['create', 'create', 'create']);
		expect(world.rows()).toEqual([]);
	});
});

/** A person who lets some of the items pass. */
function approving(approve: (plan: IDataObject) => boolean): INodeType {
	return {
		description: {
			displayName: 'Person',
			name: 'person',
			group: ['transform'],
			version: 1,
			description: '',
			defaults: { name: 'Person' },
			inputs: ['main'],
			outputs: ['main'],
			properties: [],
		},
		async execute() {
			return [this.getInputData().filter(({ json }) => approve(json))];
		},
	};
}
