/**
 * What no API does is left to a person: an API of people without a delete, a record that is gone at the source, and the task
 * that comes of it; closed by the node Sync Ledger, and on the board.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { IDataObject } from 'n8n-workflow';
import type { Page } from 'playwright-core';

import { outputOf, until, type N8n } from '../../n8n/harness';
import { startRest, type Rest } from '../../servers/rest';
import { drag, line } from '../workflows';

/** What the story needs of the board's. */
export interface Stage {
	n8n: N8n;
	/** The board's address. */
	address: string;
	page: Page;
	/** Runs the node Sync Ledger: what it put out. */
	ledger(parameters: IDataObject): Promise<IDataObject[]>;
	/** Runs it to the error that it shows. */
	refused(parameters: IDataObject): Promise<string>;
}

const PEOPLE = 9;

export async function taskStory({ n8n, address, page, ledger, refused }: Stage): Promise<void> {
	const file = join(n8n.files, 'staff.sqlite');
	const source = new DatabaseSync(file);
	source.exec('PRAGMA busy_timeout = 5000; CREATE TABLE staff (id INTEGER PRIMARY KEY, email TEXT, name TEXT)');
	for (let n = 1; n <= PEOPLE; n++)
		source.prepare('INSERT INTO staff VALUES (?, ?, ?)').run(n, `s${n}@x.test`, `Staff ${n}`);
	const api = await startRest({ people: [] });
	try {
		await play(source, file, api);
	} finally {
		source.close();
		await api.stop();
	}

	async function play(source: DatabaseSync, file: string, api: Rest): Promise<void> {
		const { id: workflow } = await n8n.api.createWorkflow(
			line({
				name: 'Staff',
				trigger: {
					dialect: 'sqlite',
					file,
					table: { __rl: true, mode: 'list', value: 'staff' },
					nameColumn: 'name',
				},
				mapping: { rows: drag({ email: 'email', name: 'name' }), match: ['email'], removal: 'delete' },
				destination: {
					system: 'custom',
					customBaseUrl: api.url,
					customListPath: '/people',
					customFindField: 'email',
					customFindQuery: '{ "email": "{value}" }',
					customCreatePath: '/people',
					customUpdatePath: '/people/{id}',
				},
				types: { destination: 'syncToApp' },
			}),
		);
		await n8n.api.activate(workflow);
		const stored = () => api.stored()['people']!.length;
		await until(() => stored() === PEOPLE, { what: 'the people to arrive' });
		const sync = (await ledger({ action: 'status' })).find(({ name }) => name === 'Staff')!['sync'] as number;

		source.exec('DELETE FROM staff WHERE id <= 2');
		const open = async () => (await ledger({ action: 'list', sync, which: 'held' })).map(({ key }) => key);
		await until(async () => (await open()).join() === '1,2', { what: 'both tasks' });
		const [one] = await ledger({ action: 'list', sync, which: 'held' });
		const todo = /^Remove the record \S+ by hand/u;
		expect(one).toMatchObject({ destinations: [{ standing: 'held', error: expect.stringMatching(todo) }] });
		expect(await onHeld(workflow)).toEqual(['1', '2']);

		// By the node: one that has no task, one that has, and the same once more.
		expect(await refused({ action: 'done', sync, task: '3' })).toContain('Staff has no open task for “3”.');
		expect(await ledger({ action: 'done', sync, task: '1' })).toMatchObject([
			{ key: '1', count: 1, text: '1 task for 1 of Staff is done.' },
		]);
		expect(await refused({ action: 'done', sync, task: '1' })).toContain('no open task');
		expect(await open()).toEqual(['2']);
		const history = await ledger({ action: 'history', sync, onlyKey: '1', limit: 10 });
		expect(history.map(({ outcome }) => outcome)).toEqual(
			expect.arrayContaining(['left to a person', 'done by hand']),
		);

		// On the board: what there is to do, a question, and the word of whoever is signed in.
		await page.goto(`${address}?sync=${sync}&record=2`);
		await page.getByText('To do by hand:').waitFor();
		await page.getByRole('link', { name: 'Mark as done …' }).click();
		expect(await page.textContent('main')).toMatch(/Is it done for Staff 2\?/u);
		await page.getByRole('button', { name: 'Yes, it is done' }).click();
		await page.getByText('The task is done.').waitFor();
		expect(await page.getByText('To do by hand:').count()).toBe(0);
		expect(await open()).toEqual([]);
		// Nothing was deleted there, for nothing can: that is what the task was for.
		expect(stored()).toBe(PEOPLE);
		await n8n.api.deactivate(workflow);
	}

	/** The keys of the tasks that came out on Held. */
	async function onHeld(workflow: string): Promise<string[]> {
		const keys: string[] = [];
		for (const { id } of await n8n.api.executions({ workflowId: workflow })) {
			const held = outputOf(await n8n.api.execution(id), 'To', 1);
			for (const { json } of held) if (json['action'] === 'task') keys.push(json['key'] as string);
		}
		return keys.sort();
	}
}
