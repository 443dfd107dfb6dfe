/**
 * The same story for every pair of sides: first sync, change, drift, removal, a record that fails, a crash between write
 * and confirmation, a source that is empty. The workflow is a template as it ships; only its clock is replaced by a
 * webhook, so that a run begins when the story wants it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INode, INodeExecutionData } from 'n8n-workflow';

import {
	hintsOf,
	outputOf,
	startN8n,
	until,
	type Execution,
	type N8n,
	type NewWorkflow,
	type Workflow,
} from '../../n8n/harness';

type Row = Record<string, unknown>;

export interface Person {
	id: number;
	email: string;
	full_name: string;
	department: string;
}

/** One side, looked at and changed by somebody else than n8n. Rows are named by the column that people know them by. */
export interface Side {
	rows(): Promise<Row[]>;
	add(row: Row): Promise<void>;
	change(of: string | number, row: Row): Promise<void>;
	/** Without a name: all of them. */
	remove(of?: string | number): Promise<void>;
}

export interface Stage {
	n8n: N8n;
	source: Side;
	destination: Side;
	asRow(person: Person): Row;
	credentials: Record<string, { id: string; name: string }>;
	/** Makes a change at the source that the destination refuses, and what it says to that. */
	spoil(): Promise<void>;
	failure: RegExp;
	/** Takes the cause away. */
	mend(): Promise<void>;
	/** Whether the record has arrived, once it is mended. */
	mended(rows: Row[]): boolean;
	/** Fits the template to the place where the sides are. */
	fit?(nodes: INode[]): void;
}

export interface Telling {
	template: string;
	/** `now`: the n8n that runs now, also after it was killed and started anew. */
	prepare(now: () => N8n): Promise<Stage>;
	clear(): Promise<void>;
}

const PEOPLE = 12;
const TRIGGER = 'Every 15 Minutes';
const SOURCE = 'Employees';

export function tellTheStory({ template, prepare, clear }: Telling): void {
	jest.setTimeout(180_000);
	let stage: Stage;
	let n8n: N8n;
	let workflow: string;

	const read = () =>
		JSON.parse(readFileSync(join(process.cwd(), 'templates', `${template}.json`), 'utf8')) as NewWorkflow;
	const logins = async () => (await stage.destination.rows()).map(({ login }) => String(login)).sort();
	const one = async (login: string) => (await stage.destination.rows()).find((row) => row['login'] === login);
	const person = (n: number): Person => ({
		id: n,
		email: `p${n}@x.test`,
		full_name: `Person ${n}`,
		department: 'Sales',
	});
	const nodeOf = (nodes: INode[], name: string) => nodes.find((node) => node.name === name)!;

	/** Runs the published workflow once, to its end. */
	const run = async (): Promise<Execution> => {
		const before = new Set((await n8n.api.executions({ workflowId: workflow })).map(({ id }) => id));
		await start();
		const { id } = await until(
			async () => (await n8n.api.executions({ workflowId: workflow })).find((found) => !before.has(found.id)),
			{ what: 'a run', every: 50 },
		);
		return await n8n.api.ended(id);
	};
	const start = async () => {
		const response = await fetch(`${n8n.url}/webhook/${template}`);
		if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
	};
	/** Changes the workflow, and publishes it anew. */
	const edit = async (change: (workflow: Pick<Workflow, 'nodes' | 'connections'>) => void) => {
		const { nodes, connections } = await n8n.api.workflow(workflow);
		change({ nodes, connections });
		await n8n.api.updateWorkflow(workflow, { nodes, connections });
		await n8n.api.activate(workflow);
	};
	const ran = (execution: Execution, node: string) => Object.hasOwn(execution.data.resultData.runData, node);
	const json = (items: INodeExecutionData[]) => items.map((item) => item.json as Row);
	const all = (execution: Execution, node: string, output = 0) =>
		(execution.data.resultData.runData[node] ?? []).flatMap((_, number) =>
			json(outputOf(execution, node, output, number)),
		);
	const outcomes = (execution: Execution) =>
		all(execution, 'Confirm').map(({ outcome, key }) => `${String(outcome)} ${String(key)}`);

	beforeAll(async () => {
		stage = await prepare(() => n8n ?? stage.n8n);
		n8n = stage.n8n;
		for (let n = 1; n <= PEOPLE; n++) await stage.source.add(stage.asRow(person(n)));
		const { nodes, connections, settings, name } = read();
		const fitted = nodes.map((node): INode => {
			const whole = node as INode;
			const type = node.type.split('.').at(-1)!;
			return { ...whole, ...(stage.credentials[type] && { credentials: { [type]: stage.credentials[type] } }) };
		});
		nodeOf(fitted, SOURCE).parameters['options'] = { sweepEvery: 1, sweepUnit: 'seconds', runMinutes: 0.1 };
		nodeOf(fitted, 'Plan').parameters['options'] = { confirmMinutes: 0.1, attempts: 2 };
		stage.fit?.(fitted);
		({ id: workflow } = await n8n.api.createWorkflow({
			name,
			nodes: fitted,
			connections,
			settings: { ...settings, saveDataSuccessExecution: 'all' },
		}));
	});
	afterAll(async () => {
		await n8n?.remove();
		await clear();
	});

	test('a test run shows all by Preview, runs none of the nodes that write, and leaves the destination as it is', async () => {
		const execution = await n8n.api.runToEnd(workflow, { from: TRIGGER });
		expect(execution.status).toBe('success');
		const preview = all(execution, 'Plan', 5);
		expect(preview).toHaveLength(PEOPLE);
		expect(preview[0]).toMatchObject({ outcome: 'preview', action: 'create', key: '1', name: 'Person 1' });
		for (const node of ['Create', 'Update', 'Remove', 'Confirm']) expect(ran(execution, node)).toBe(false);
		expect(hintsOf(execution, 'Plan').join()).toMatch(/nothing was written/iu);
		expect(await stage.destination.rows()).toEqual([]);
	});

	test('the first run brings everybody over, and each is confirmed with its new id', async () => {
		await edit(({ nodes }) => {
			Object.assign(nodeOf(nodes, TRIGGER), {
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				parameters: { path: template, responseMode: 'onReceived' },
				webhookId: template,
			});
		});
		const execution = await run();
		expect(execution.status).toBe('success');
		expect(await logins()).toEqual(Array.from({ length: PEOPLE }, (_, n) => `p${n + 1}@x.test`).sort());
		expect(outcomes(execution).sort()).toEqual(Array.from({ length: PEOPLE }, (_, n) => `created ${n + 1}`).sort());
		expect(all(execution, 'Plan', 0)[0]).toMatchObject({
			login: 'p1@x.test',
			name: 'Person 1',
			department: 'Sales',
		});
		expect(all(execution, 'Plan', 0)[0]).not.toHaveProperty('_sync');
		expect(all(execution, 'Confirm')[0]).toMatchObject({ counterpart: expect.stringMatching(/./u) });
	});

	test('an edit at the source arrives, and only the changed field is written', async () => {
		await stage.source.change(7, { department: 'Legal' });
		const execution = await run();
		expect(all(execution, 'Plan', 1)).toEqual([{ id: expect.anything(), department: 'Legal' }]);
		expect(outcomes(execution)).toEqual(['updated 7']);
		expect(await one('p7@x.test')).toMatchObject({ department: 'Legal', name: 'Person 7' });
	});

	test('an edit in the destination is found by the second input and written back; what the source does not own stays', async () => {
		await stage.destination.change('p9@x.test', { name: 'Somebody', note: 'theirs' });
		const healed = await until(
			async () => {
				const execution = await run();
				return outcomes(execution).length > 0 && execution;
			},
			{ what: 'a sweep' },
		);
		expect(outcomes(healed)).toEqual(['healed 9']);
		expect(all(healed, 'Confirm')[0]).toMatchObject({
			changes: [{ field: 'name', was: 'Somebody', now: 'Person 9', drift: true }],
		});
		expect(await one('p9@x.test')).toMatchObject({ name: 'Person 9', note: 'theirs' });
	});

	test('somebody who leaves is removed', async () => {
		await stage.source.remove(3);
		const execution = await run();
		expect(outcomes(execution)).toEqual(['removed 3']);
		expect(await logins()).not.toContain('p3@x.test');
	});

	test('one record that the destination refuses fails with its reason, and delays no other', async () => {
		await stage.spoil();
		await stage.source.change(5, { department: 'Finance' });
		const execution = await run();
		expect(outcomes(execution)).toEqual(['updated 5']);
		const runs = execution.data.resultData.runData['Confirm'] ?? [];
		// Tried again after a while, and put out by Failed when it is given up; here it is mended before.
		expect(runs.flatMap((_, number) => hintsOf(execution, 'Confirm', number)).join()).toMatch(stage.failure);
		await stage.mend();
		await until(
			async () => {
				await run();
				return stage.mended(await stage.destination.rows());
			},
			{ what: 'the record that failed', timeout: 120_000, every: 1000 },
		);
	});

	test('killed between the write and its confirmation, the record is found again and not made twice (invariant 4)', async () => {
		await edit(pauseBehindCreate);
		await stage.source.add(stage.asRow(person(20)));
		await start();
		await until(async () => (await logins()).includes('p20@x.test'), { what: 'the row', every: 20 });
		const { folder, port } = n8n;
		await n8n.kill();
		n8n = await startN8n({ folder, port });
		stage.n8n = n8n;
		await until(
			async () => {
				await run();
				return all(await run(), SOURCE).length === 0;
			},
			{ what: 'the record to be settled', timeout: 90_000, every: 2000 },
		);
		expect((await logins()).filter((login) => login === 'p20@x.test')).toHaveLength(1);
		await stage.source.change(20, { department: 'Legal' });
		await until(async () => {
			await run();
			return (await one('p20@x.test'))?.['department'] === 'Legal';
		});
		expect((await logins()).filter((login) => login === 'p20@x.test')).toHaveLength(1);
	});

	test('a source that is empty removes nobody: the run fails, or its removals are held where empty means empty', async () => {
		const before = await logins();
		await stage.source.remove();
		const failed = await run();
		expect(failed.status).toBe('error');
		expect(failed.data.resultData.error?.message).toMatch(/the input is empty/u);
		expect(await logins()).toEqual(before);
		await edit(({ nodes }) => (nodeOf(nodes, SOURCE).parameters['empty'] = 'empty'));
		const held = await run();
		expect(held.status).toBe('success');
		expect(all(held, 'Plan', 3)).toMatchObject([{ outcome: 'held', count: before.length }]);
		expect(await logins()).toEqual(before);
	});

	/** Create → a Wait node → Confirm. */
	function pauseBehindCreate({ nodes, connections }: Pick<Workflow, 'nodes' | 'connections'>): void {
		const [x, y] = nodeOf(nodes, 'Create').position;
		nodes.push({
			id: 'pause',
			name: 'Pause',
			type: 'n8n-nodes-base.wait',
			typeVersion: 1.1,
			position: [x + 100, y - 100],
			parameters: { resume: 'timeInterval', amount: 15, unit: 'seconds' },
		});
		connections['Create']!['main']![0] = [{ node: 'Pause', type: 'main', index: 0 }];
		connections['Pause'] = { main: [[{ node: 'Confirm', type: 'main', index: 0 }]] };
	}
}
