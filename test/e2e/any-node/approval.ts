/**
 * Plans that a person approves, by the template as it ships: the run waits in a form of n8n's own, and what was approved is
 * written only while the destination is as it was.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INode } from 'n8n-workflow';

import { outputOf, until, type Execution, type N8n, type NewWorkflow } from '../../n8n/harness';
import type { Stage, Telling } from './story';

const TEMPLATE = 'any-node-approval';
const CLOCK = 'Every 15 Minutes';

export function tellOfApproval({ prepare, clear }: Telling): void {
	jest.setTimeout(180_000);
	let stage: Stage;
	let n8n: N8n;
	let workflow: string;

	const row = async (login: string) => (await stage.destination.rows()).find((one) => one['login'] === login);
	const json = (execution: Execution, node: string, output = 0) =>
		Object.hasOwn(execution.data.resultData.runData, node)
			? outputOf(execution, node, output).map((item) => item.json)
			: [];

	/** Runs the published workflow until it waits for an answer. */
	const asked = async (): Promise<{ id: string; execution: Execution; form: string }> => {
		const before = new Set((await n8n.api.executions({ workflowId: workflow })).map(({ id }) => id));
		expect((await fetch(`${n8n.url}/webhook/${TEMPLATE}`)).ok).toBe(true);
		const { id } = await until(
			async () =>
				(await n8n.api.executions({ workflowId: workflow })).find(
					(found) => !before.has(found.id) && found.status === 'waiting',
				),
			{ what: 'a run that waits' },
		);
		const execution = await n8n.api.execution(id);
		return { id, execution, form: String(json(execution, 'Ask')[0]!['form']) };
	};
	/** Answers the form as a browser does, and waits for the end of the run. */
	const answered = async ({ id, form }: { id: string; form: string }, answer: string): Promise<Execution> => {
		const body = new FormData();
		body.set('field-0', answer);
		expect((await fetch(form, { method: 'POST', body })).ok).toBe(true);
		return await n8n.api.ended(id);
	};

	beforeAll(async () => {
		stage = await prepare(() => n8n ?? stage.n8n);
		n8n = stage.n8n;
		for (const id of [1, 2])
			await stage.source.add(
				stage.asRow({ id, email: `p${id}@x.test`, full_name: `Person ${id}`, department: 'Sales' }),
			);
		const { nodes, ...template } = JSON.parse(
			readFileSync(join(process.cwd(), 'templates', `${TEMPLATE}.json`), 'utf8'),
		) as NewWorkflow;
		const fitted = nodes as INode[];
		stage.fit?.(fitted);
		Object.assign(
			fitted.find(({ name }) => name === CLOCK)!,
			{
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				parameters: { path: TEMPLATE, responseMode: 'onReceived' },
				webhookId: TEMPLATE,
			},
		);
		const settings = { ...template.settings, saveDataSuccessExecution: 'all' as const };
		({ id: workflow } = await n8n.api.createWorkflow({ ...template, nodes: fitted, settings }));
		await n8n.api.activate(workflow);
	});
	afterAll(async () => {
		await n8n?.remove();
		await clear();
	});

	test('plans wait for a person with what would be done and a hash, and nothing is written meanwhile', async () => {
		const waiting = await asked();
		expect(json(waiting.execution, 'Plan', 3)).toMatchObject([
			{ outcome: 'held', action: 'create', key: '1', plan: expect.stringMatching(/./u) },
			{ outcome: 'held', action: 'create', key: '2' },
		]);
		expect(json(waiting.execution, 'Ask')[0]!['text']).toMatch(/Person 1[\s\S]*Person 2/u);
		expect(await stage.destination.rows()).toEqual([]);
		const done = await answered(waiting, 'Approve');
		expect(done.status).toBe('success');
		expect(json(done, 'Confirm').map(({ outcome }) => outcome)).toEqual(['created', 'created']);
		expect(await row('p1@x.test')).toMatchObject({ name: 'Person 1', department: 'Sales' });
	});

	test('what was approved is not written where the destination has changed since; it is planned anew', async () => {
		await stage.source.change(1, { department: 'Legal' });
		const waiting = await asked();
		expect(json(waiting.execution, 'Plan', 3)).toMatchObject([
			{ key: '1', changes: [{ field: 'department', was: 'Sales', now: 'Legal' }] },
		]);
		await stage.destination.change('p1@x.test', { department: 'Somewhere' });
		const refused = await answered(waiting, 'Approve');
		expect(json(refused, 'Update')).toEqual([]);
		expect(json(refused, 'Apply Approved', 3)).toMatchObject([
			{ outcome: 'held', key: '1', text: expect.stringMatching(/no longer as it was reviewed/u) },
		]);
		expect(await row('p1@x.test')).toMatchObject({ department: 'Somewhere' });

		const again = await asked();
		expect(json(again.execution, 'Plan', 3)).toMatchObject([
			{ key: '1', changes: [{ field: 'department', was: 'Somewhere', now: 'Legal' }] },
		]);
		const done = await answered(again, 'Approve');
		expect(json(done, 'Confirm')).toMatchObject([{ key: '1' }]);
		expect(await row('p1@x.test')).toMatchObject({ department: 'Legal' });
	});

	test('what is declined is not written', async () => {
		await stage.source.change(2, { department: 'Legal' });
		const done = await answered(await asked(), 'Decline');
		expect(done.status).toBe('success');
		expect(json(done, 'Apply Approved')).toEqual([]);
		expect(await row('p2@x.test')).toMatchObject({ department: 'Sales' });
	});
}
