/** The documentation's pictures: the demo's workflow in the real editor, in a browser without a window. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { INodeParameters } from 'n8n-workflow';
import type { Locator, Page } from 'playwright-core';

import { outputOf } from '../../test/n8n/api';
import { launch, nodeOf, openForm, openWorkflow, signedIn, testRun } from '../../test/n8n/browser';
import { until } from '../../test/n8n/until';
import { build, type Stage } from '../demo/stage';
import { demoWorkflow, NAMES } from '../demo/workflow';
import { takeTemplates } from './templates';

// This file runs as .build/scripts/pictures/take.js.
const folder = join(__dirname, '..', '..', '..', 'docs', 'pictures');
const logs = join(__dirname, '..', '..', 'logs');

type Take = (page: Page, stage: Stage) => Promise<void>;

/** In this order: from before the first sync to after it. */
const PICTURES: Record<string, Take> = {
	search: async (page, stage) => {
		await editor(page, stage);
		await page.getByTestId('node-creator-plus-button').first().click();
		await page.getByTestId('node-creator-search-bar').first().fill('sync');
		await delay(1500);
		await shoot('search', page.getByTestId('node-creator'));
	},
	'trigger-form': async (page, stage) => {
		await editor(page, stage);
		await testRun(page, NAMES.trigger);
		await openForm(page, NAMES.trigger);
		await page.getByTestId('output-panel').getByText('Schema', { exact: true }).click();
		await delay(500);
		await shoot('trigger-form', page.getByTestId('ndv'), { width: 0.72 });
		await page.getByTestId('parameter-input-sweepUnit').scrollIntoViewIfNeeded();
		await delay(300);
		await shoot('trigger-schedule', page.getByTestId('ndv'), { width: 0.37 });
	},
	'mapping-form': async (page, stage) => {
		await editor(page, stage);
		await testRun(page, NAMES.trigger);
		await openForm(page, NAMES.mapping);
		await shoot('mapping-form', page.getByTestId('ndv'), { width: 0.662 });
	},
	'mapping-removal': async (page, stage) => {
		await editor(page, stage);
		await testRun(page, NAMES.trigger);
		await openForm(page, NAMES.mapping);
		await page.getByTestId('parameter-input-mayUpdate').scrollIntoViewIfNeeded();
		await delay(300);
		await shoot('mapping-removal', page.getByTestId('ndv'), { left: 0.34, width: 0.322 });
	},
	'first-preview': async (page, stage) => {
		await editor(page, stage);
		await testRun(page, NAMES.trigger);
		await openForm(page, NAMES.destination);
		await shoot('first-preview', await wide(page));
	},
	'demo-workflow': async (page, stage) => {
		await editor(page, stage);
		await shoot('demo-workflow', page.getByTestId('canvas-wrapper'), {}, page.getByTestId('sticky'));
	},
	preview: async (page, stage) => {
		await synced(stage);
		await editAFew(stage);
		await editor(page, stage);
		await testRun(page, NAMES.trigger);
		await openForm(page, NAMES.destination);
		await shoot('preview', await wide(page));
	},
	synced: async (page, stage) => {
		const { n8n, workflow, databases, runs } = stage;
		await synced(stage);
		await editAFew(stage);
		await n8n.api.activate(workflow.id);
		await until(() => databases.differences().length === 0, { what: 'the edits to arrive' });
		await n8n.api.deactivate(workflow.id);
		await runs.look();
		const listed = await n8n.api.executions({ workflowId: workflow.id, status: 'success' });
		for (const { id } of listed.filter(({ mode }) => mode !== 'manual')) {
			if (
				!outputOf(await n8n.api.execution(id), NAMES.destination).some(
					({ json }) => json['outcome'] === 'updated',
				)
			)
				continue;
			await page.goto(`${n8n.url}/workflow/${workflow.id}/executions/${id}`);
			await nodeOf(page, NAMES.destination).waitFor();
			await delay(1500);
			await shoot('execution', page.getByTestId('canvas-wrapper'), {}, page.getByTestId('sticky'));
			await openForm(page, NAMES.destination);
			await shoot('synced', await wide(page));
			return;
		}
		throw new Error('no run brought what was changed');
	},
	board: async (page, stage) => {
		const { n8n, workflow } = stage;
		await synced(stage);
		await n8n.api.activate(workflow.id);
		await healSome(stage);
		const basic = { user: 'board', password: 'to look at' };
		const credential = await n8n.api.createCredential('Board', 'httpBasicAuth', basic);
		const board = await n8n.api.createWorkflow({
			name: 'Board',
			nodes: [
				{
					name: 'Board',
					type: 'n8n-nodes-one-way-sync.syncBoardTrigger',
					webhookId: 'board',
					parameters: { options: { refresh: 0 } },
					credentials: { httpBasicAuth: credential },
				},
			],
			connections: {},
		});
		await n8n.api.activate(board.id);
		const authorization = `Basic ${Buffer.from(`${basic.user}:${basic.password}`).toString('base64')}`;
		await page.setExtraHTTPHeaders({ authorization });
		await page.goto(`${n8n.url}/webhook/board/syncs`);
		await page.getByRole('link', { name: 'HR roster' }).first().click();
		await page.getByRole('heading', { name: 'Records' }).waitFor();
		await page.screenshot({ path: join(folder, 'board.png') });
		await page.locator('.charts').first().scrollIntoViewIfNeeded();
		await shoot('board-charts', page.locator('.charts').first());
		await page.getByText('↺ healed').first().waitFor();
		await page.locator('tr', { hasText: '↺ healed' }).first().getByRole('link').click();
		await page.getByRole('heading', { name: 'What happened' }).waitFor();
		await page.screenshot({ path: join(folder, 'board-record.png'), fullPage: true });
		await n8n.api.deactivate(workflow.id);
	},
};

export async function take(given: string[]): Promise<{ result: unknown; held: boolean }> {
	const names = given.length > 0 ? given : [...Object.keys(PICTURES), 'templates'];
	const place = join(tmpdir(), 'demo');
	if (existsSync(place)) throw new Error(`${place} is there already; it would stand in the pictures: move it away`);
	mkdirSync(place);
	mkdirSync(folder, { recursive: true });
	let stage: Stage | undefined;
	try {
		stage = await build(place);
		await takeAll(names, stage);
	} finally {
		await stage?.close(false);
		rmSync(place, { recursive: true });
	}
	return { result: { pictures: names }, held: true };
}
export { take as run };

async function takeAll(names: string[], stage: Stage): Promise<void> {
	const browser = await launch();
	try {
		const context = await signedIn(browser, stage.n8n);
		for (const [name, take] of Object.entries(PICTURES)) {
			if (!names.includes(name)) continue;
			process.stderr.write(`· ${name}.png\n`);
			const page = await context.newPage();
			await take(page, stage).catch(async (error: Error) => {
				await page.screenshot({ path: join(logs, `picture-${name}.png`) });
				throw error;
			});
			await page.close();
		}
		if (names.includes('templates')) await takeTemplates(browser, stage.n8n);
	} finally {
		await browser.close();
	}
}

/** A column of an element, as shares of its width; or the part of it that other elements fill. */
async function shoot(name: string, whole: Locator, { left = 0, width: share = 1 } = {}, part?: Locator): Promise<void> {
	const path = join(folder, `${name}.png`);
	if (!part) {
		const box = (await whole.boundingBox())!;
		const clip = { ...box, x: box.x + left * box.width, width: share * box.width };
		return void (await whole.page().screenshot({ path, clip, animations: 'disabled' }));
	}
	const boxes = (await Promise.all((await part.all()).map((one) => one.boundingBox()))).filter((box) => box !== null);
	const margin = 16;
	const [x, y] = [Math.min(...boxes.map((box) => box.x)) - margin, Math.min(...boxes.map((box) => box.y)) - margin];
	const width = Math.max(...boxes.map((box) => box.x + box.width)) + margin - x;
	const height = Math.max(...boxes.map((box) => box.y + box.height)) + margin / 4 - y;
	await whole.page().screenshot({ path, clip: { x, y, width, height }, animations: 'disabled' });
}

const editor = async (page: Page, { address }: Stage) => await openWorkflow(page, address, NAMES.destination);

/** The output's part of the open form, with more room. */
async function wide(page: Page): Promise<Locator> {
	const handle = (await page.getByTestId('panel-drag-button').boundingBox())!;
	await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
	await page.mouse.down();
	await page.mouse.move(handle.x - 200, handle.y, { steps: 8 });
	await page.mouse.move(60, handle.y, { steps: 8 });
	await page.mouse.up();
	await page.mouse.move(700, 20);
	await page.getByTestId('output-panel').getByText('Table', { exact: true }).click();
	await delay(600);
	return page.getByTestId('output-panel');
}

/** The first sync has run, and the sync stands still again. Its first write would wait for a person: the list is not empty. */
async function synced({ n8n, workflow, databases, files }: Stage): Promise<void> {
	if (databases.accessList().length > databases.before.length) return;
	const { nodes } = demoWorkflow(files);
	const options = nodes.find(({ name }) => name === NAMES.trigger)!.parameters!['options'] as INodeParameters;
	options['guardFirst'] = false;
	await n8n.api.updateWorkflow(workflow.id, { nodes });
	await n8n.api.activate(workflow.id);
	await until(() => databases.differences().length === 0, { what: 'the first sync' });
	await delay(1000);
	await n8n.api.deactivate(workflow.id);
}

/** Somebody edits at the door, and the sweep writes it back. */
async function healSome({ databases }: Stage): Promise<void> {
	// The first ones in the order of their keys, so that they stand on the first page.
	const people = databases.employees().filter(({ status }) => status === 'active');
	const keys = people.map(({ employee_no: key }) => String(key)).sort();
	for (const key of keys.slice(0, 3)) {
		const { login } = people.find(({ employee_no: one }) => String(one) === key)!;
		databases.atTheDoor("UPDATE access_list SET department = 'Visitors' WHERE login = ?", login);
	}
	await until(() => databases.differences().length === 0, { what: 'the edits to be written back' });
	await delay(3000);
}

/** One of everything: changed at HR, edited at the door, left, new. */
async function editAFew({ databases }: Stage): Promise<void> {
	const [first, second, third, fourth] = databases.employees().filter(({ status }) => status === 'active');
	databases.inHr("UPDATE employees SET title = 'Managing Director' WHERE employee_no = ?", first!.employee_no);
	databases.inHr("UPDATE employees SET office = 'Leeds' WHERE employee_no = ?", second!.employee_no);
	databases.atTheDoor("UPDATE access_list SET department = 'Visitors' WHERE login = ?", third!.login);
	databases.inHr("UPDATE employees SET status = 'sabbatical' WHERE employee_no = ?", fourth!.employee_no);
}
