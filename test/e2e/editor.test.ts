/**
 * The editor, as a new user meets it: from a blank canvas to a sync that runs, in a browser without a window, step by step
 * as docs/first-sync.md tells it. A credential for the database is there, as in an n8n that people use; everything else is
 * clicked and typed, and counted.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';

import { formOf, inputField, launch, listed, nodeOf, signedIn } from '../n8n/browser';
import { startN8n, until, type N8n } from '../n8n/harness';
import { startPostgres } from '../servers/postgres';
import type { Server } from '../servers/server';
import { Hand } from './editor/hand';
import { Tables } from './editor/tables';
import { tellFigures } from './figures';

/** The most that it may take. */
const MOST = { clicks: 25, typed: 8 };
const NODES = [
	'Sync Board Trigger',
	'Sync From Any Node',
	'Sync From App Trigger',
	'Sync From Database Trigger',
	'Sync From Webhook Trigger',
	'Source-Wins Mapping',
	'Sync Ledger',
	'Sync To Any Node: Confirm',
	'Sync To Any Node: Plan',
	'Sync To App',
	'Sync To Database',
	'Sync To Directory',
];
/** A test run reads so many records. */
const FIRST = 100;
/** The source is looked at every minute, if nobody says otherwise. */
const PATIENCE = { timeout: 180_000, every: 1000 };
// This file runs as .build/test/e2e/editor.test.js.
const shots = join(__dirname, '..', '..', 'logs', 'editor');

describe('the editor', () => {
	jest.setTimeout(600_000);
	let n8n: N8n;
	let server: Server;
	let tables: Tables;
	let browser: Browser;
	let page: Page;
	let hand: Hand;
	let foreign: unknown[];
	let unfinished: string | undefined;

	/** What somebody looks for in the list of nodes, finds and adds; its form opens. */
	const add = async (name: string) => {
		await page.getByTestId('node-creator-search-bar').waitFor();
		await hand.type('sync');
		await hand.click(listed(page, name));
		await hand.click(page.getByText('Add to workflow'));
		await formOf(page).waitFor();
	};
	/** A table is looked for in the list by the beginning of its name. */
	const choose = async (part: string, table: string) => {
		const field = formOf(page).getByTestId('resource-locator-table').getByTestId('rlc-input');
		await hand.click(field);
		await page.getByTestId('rlc-item').filter({ hasText: table }).waitFor();
		await hand.type(part);
		await until(async () => (await page.getByTestId('rlc-item').allTextContents()).join() === table);
		await hand.press('ArrowDown');
		await hand.press('Enter');
		expect(await field.inputValue()).toBe(table);
	};
	const close = async (how: 'Escape' | 'click') => {
		if (how === 'Escape') await hand.press('Escape');
		else await hand.click(page.getByTestId('ndv-close-button'));
		await formOf(page).waitFor({ state: 'hidden' });
	};
	const execute = async () => await hand.click(formOf(page).getByTestId('node-execute-button'));
	const plus = async (behind: string) => await hand.click(nodeOf(page, behind).getByTestId('canvas-handle-plus'));
	/** The workflow as the editor has saved it by itself. */
	const saved = async () => {
		const [workflow] = await n8n.api.request<{ id: string }[]>('GET', '/rest/workflows');
		return workflow ? JSON.stringify((await n8n.api.workflow(workflow.id)).nodes) : '';
	};
	/** One step of the story; what comes after one that went wrong would only wait for what does not come. */
	const step = (name: string, play: () => Promise<void>) =>
		test(name, async () => {
			expect(unfinished).toBeUndefined();
			unfinished = name;
			try {
				await play();
			} finally {
				await page.screenshot({ path: join(shots, `${name.replace(/\W+/gu, '-')}.png`) });
			}
			unfinished = undefined;
		});

	beforeAll(async () => {
		mkdirSync(shots, { recursive: true });
		[n8n, server, browser] = await Promise.all([startN8n(), startPostgres(), launch()]);
		tables = await Tables.make(server);
		foreign = await tables.foreign();
		const { host, port, database, user, password } = server;
		await n8n.api.createCredential('Postgres account', 'postgres', {
			...{ host, port, database, user, password },
			ssl: 'disable',
		});
		page = await (await signedIn(browser, n8n)).newPage();
		hand = new Hand(page);
		await page.goto(`${n8n.url}/workflow/new`);
		await page.getByTestId('canvas-plus-button').waitFor();
	});
	afterAll(async () => {
		await browser?.close();
		await tables?.close();
		await n8n?.remove();
		await server?.stop();
	});

	step('finds every node by the word “sync”', async () => {
		await page.getByTestId('node-creator-plus-button').click();
		await page.getByTestId('node-creator-search-bar').fill('sync');
		const found = async () => await page.getByTestId('node-creator-item-name').allTextContents();
		await until(async () => (await found()).length >= NODES.length, { what: 'the nodes to be listed' });
		expect((await found()).map((name) => name.trim())).toEqual(expect.arrayContaining(NODES));
		await page.goto(`${n8n.url}/workflow/new`);
		await page.getByTestId('canvas-plus-button').waitFor();
	});

	step('1. The source: a trigger on a table, and its first records', async () => {
		await hand.click(page.getByTestId('canvas-plus-button'));
		await add('Sync From Database Trigger');
		await choose('emp', 'employees');
		await hand.click(formOf(page).getByTestId('collection-parameter-add'));
		const option = page.getByTestId('collection-parameter-option');
		await hand.click(option.filter({ hasText: 'Hold the First Write' }));
		await execute();
		await formOf(page).getByTestId('output-panel').getByText(`${FIRST} items`).waitFor();
		await close('Escape');
	});

	step('2. Who owns what: one field has another name, and only who is active belongs there', async () => {
		await plus('Sync From Database Trigger');
		await add('Source-Wins Mapping');
		const form = formOf(page);
		await hand.click(form.getByTestId('parameter-input-field').first());
		await hand.type('works_since');
		await hand.drag(inputField(page, 'start_date'), form.getByTestId('parameter-input-value').first());
		await hand.drag(inputField(page, 'status'), form.getByTestId('filter-condition-left'));
		await form.getByTestId('filter-condition-left').getByText('status').waitFor();
		await hand.click(form.getByTestId('filter-condition-right'));
		await hand.type('active');
		// The editor takes a condition over a second after the last key, and forgets it if the form is closed before.
		await until(async () => /"leftValue":"[^"]*status[^"]*","rightValue":"active"/u.test(await saved()), {
			what: 'the condition to be saved',
		});
		await hand.click(form.getByTestId('parameter-input-removal'));
		await hand.click(page.getByRole('option', { name: /^Deactivate/u }));
		await close('click');
	});

	step('3. and 4. The destination, and a look before anything is written', async () => {
		await plus('Source-Wins Mapping');
		await add('Sync To Database');
		await choose('acc', 'access_list');
		const before = await tables.all('SELECT * FROM access_list ORDER BY id');
		await execute();
		const output = formOf(page).getByTestId('output-panel');
		await output.getByText('Nothing was written').waitFor();
		await hand.click(output.getByText('Preview', { exact: false }).last());
		// What it says, against what the tables say.
		const [planned] = await tables.all<Record<'create' | 'adopt' | 'outside', number>>(`
			SELECT count(*) FILTER (WHERE e.status = 'active' AND a.login IS NULL)::int AS create,
				count(*) FILTER (WHERE e.status = 'active' AND a.login IS NOT NULL)::int AS adopt,
				count(*) FILTER (WHERE e.status <> 'active')::int AS outside
			FROM (SELECT * FROM employees ORDER BY employee_no LIMIT ${FIRST}) e LEFT JOIN access_list a USING (login)`);
		const hints = (await output.getByTestId('run-data-hints').allTextContents()).join('\n');
		for (const [what, many] of Object.entries({
			'to create': planned!.create,
			'to adopt': planned!.adopt,
			'out of scope': planned!.outside,
		})) {
			expect(many).toBeGreaterThan(0);
			expect(hints).toContain(`${many} ${what}`);
		}
		expect(hints).toContain('Matched by “login”');
		const lines = await output.locator('tbody tr').allTextContents();
		expect(lines.some((line) => /would be created in table/u.test(line))).toBe(true);
		expect(lines.some((line) => /would be linked to what is already in table/u.test(line))).toBe(true);
		expect(await tables.all('SELECT * FROM access_list ORDER BY id')).toEqual(before);
		await page.screenshot({ path: join(shots, 'the-plan.png') });
		await close('Escape');
	});

	step('5. Publish: the first sync arrives', async () => {
		await hand.click(page.getByTestId('workflow-open-publish-modal-button'));
		await page.getByText('Publish workflow').waitFor();
		await hand.press('Enter');
		await until(async () => (await tables.amiss()).length === 0, { ...PATIENCE, what: 'the first sync' });
		expect(await tables.foreign()).toEqual(foreign);
	});

	test(`takes at most ${MOST.clicks} clicks and ${MOST.typed} typed values`, () => {
		const { clicks, typed } = hand;
		expect(unfinished).toBeUndefined();
		tellFigures({ clicks, typed });
		process.stderr.write(`· ${clicks} clicks, ${typed} typed values\n`);
		expect(clicks).toBeLessThanOrEqual(MOST.clicks);
		expect(typed).toBeLessThanOrEqual(MOST.typed);
	});

	step('6. What is edited in the source arrives: a title, a leave, a new colleague', async () => {
		const [first, second] = await tables.all<{ login: string }>(
			"SELECT login FROM employees WHERE status = 'active' ORDER BY employee_no LIMIT 2",
		);
		await tables.all(`UPDATE employees SET title = 'Managing Director' WHERE login = '${first!.login}'`);
		await tables.all(`UPDATE employees SET status = 'sabbatical' WHERE login = '${second!.login}'`);
		await tables.all(`
			INSERT INTO employees VALUES (99999, 'ada.new', 'Ada New', 'ada.new@halden.example', 'Accountant', 'Finance',
				'Leeds', NULL, 'active', '2026-02-02', 40000)`);
		expect(await tables.amiss()).toHaveLength(3);
		await until(async () => (await tables.amiss()).length === 0, { ...PATIENCE, what: 'the edits' });
		expect(await tables.foreign()).toEqual(foreign);
		// n8n tells what publishing means.
		await page.keyboard.press('Escape');
		await page.getByTestId('radio-button-executions').click();
		await page.getByText('Succeeded').first().waitFor();
	});
});
