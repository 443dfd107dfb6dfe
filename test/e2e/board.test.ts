/** The board and the node Sync Ledger in a real n8n, as a person sees them: in a browser without a window. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { IDataObject } from 'n8n-workflow';

import { inARow, outputOf, startN8n, until, type N8n } from '../n8n/harness';
import { sqliteStore } from '../../ledger/sqlite';
import { crowd } from '../ledger/crowd';
import { openBrowser, type Visitor } from './board/browser';
import { taskStory } from './board/task';
import { drag, line, TYPE } from './workflows';

const PEOPLE = 60;
/** The command shows a million records; among all other tests a part of them has to do, on a busy machine. */
const ALONE = process.env['STORY_ALONE'] === 'yes';
const CROWD = ALONE ? 1_000_000 : 20_000;
const MOST_MS = ALONE ? 300 : 3000;
const WHO = { user: 'olive', password: 'a password of our own' };

describe('the board', () => {
	jest.setTimeout(240_000);
	let n8n: N8n;
	let source: DatabaseSync;
	let destination: DatabaseSync;
	let visitor: Visitor;
	let sync: string;
	let basic: { id: string; name: string };

	const address = (node = 'board') => `${n8n.url}/webhook/${node}/syncs`;
	const signedIn = `Basic ${Buffer.from(`${WHO.user}:${WHO.password}`).toString('base64')}`;
	const get = async (query: string, headers: Record<string, string> = { authorization: signedIn }, node = 'board') =>
		await fetch(address(node) + query, { headers, redirect: 'manual' });
	const post = async (
		form: Record<string, string>,
		headers: Record<string, string> = { authorization: signedIn },
		node = 'board',
	) => await fetch(address(node), { method: 'POST', headers, body: new URLSearchParams(form), redirect: 'manual' });
	const board = (
		webhookId: string,
		parameters: IDataObject,
		credentials: Record<string, { id: string; name: string }> = {},
	) => ({
		name: `Board ${webhookId}`,
		nodes: [
			{
				name: 'Board',
				type: `${TYPE}.syncBoardTrigger`,
				webhookId,
				parameters: parameters as never,
				credentials,
			},
		],
		connections: {},
	});
	let ledgerNode: string;
	const runLedger = async (parameters: IDataObject) => {
		await n8n.api.updateWorkflow(ledgerNode, {
			nodes: [
				{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
				{ name: 'Ledger', type: `${TYPE}.syncLedger`, parameters: parameters as never },
			],
		});
		return await n8n.api.runToEnd(ledgerNode, { from: 'Start' });
	};
	/** Runs the node Sync Ledger; what it put out. */
	const ledger = async (parameters: IDataObject): Promise<IDataObject[]> => {
		const execution = await runLedger(parameters);
		expect(execution.data.resultData.error?.message).toBeUndefined();
		return outputOf(execution, 'Ledger').map(({ json }) => json);
	};
	const syncNumber = async (): Promise<number> => (await ledger({ action: 'status' }))[0]!['sync'] as number;

	beforeAll(async () => {
		n8n = await startN8n();
		const files = { source: join(n8n.files, 'hr.sqlite'), destination: join(n8n.files, 'access.sqlite') };
		source = new DatabaseSync(files.source);
		source.exec(
			'PRAGMA busy_timeout = 5000; CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, name TEXT, team TEXT)',
		);
		destination = new DatabaseSync(files.destination);
		destination.exec(
			`PRAGMA busy_timeout = 5000; CREATE TABLE access (login TEXT PRIMARY KEY, name TEXT, team TEXT CHECK (team <> 'Forbidden'), note TEXT)`,
		);
		for (let n = 1; n <= PEOPLE; n++)
			source
				.prepare('INSERT INTO people VALUES (?, ?, ?, ?)')
				.run(n, `p${n}@x.test`, n === 12 ? '<b>Ada</b> & "Co"' : `Person ${n}`, 'Sales');
		const created = await n8n.api.createWorkflow(
			line({
				name: 'HR <roster>',
				trigger: {
					dialect: 'sqlite',
					file: files.source,
					table: { __rl: true, mode: 'list', value: 'people' },
					nameColumn: 'name',
					options: { sweepEvery: 10, sweepUnit: 'seconds' },
				},
				mapping: {
					rows: drag({ login: 'email', name: 'name', team: 'team' }),
					match: ['login'],
					removal: 'delete',
				},
				destination: {
					dialect: 'sqlite',
					file: files.destination,
					table: { __rl: true, mode: 'list', value: 'access' },
					options: { attempts: 1 },
				},
			}),
		);
		sync = created.id;
		basic = await n8n.api.createCredential('Board', 'httpBasicAuth', WHO);
		const open = await n8n.api.createWorkflow(board('board', {}, { httpBasicAuth: basic }));
		const lookOnly = await n8n.api.createWorkflow(board('look', { buttons: [] }, { httpBasicAuth: basic }));
		ledgerNode = (
			await n8n.api.createWorkflow({
				name: 'Ledger',
				nodes: [
					{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
					{ name: 'Ledger', type: `${TYPE}.syncLedger`, parameters: {} },
				],
				connections: inARow('Start', 'Ledger'),
				settings: { saveManualExecutions: true },
			})
		).id;
		await n8n.api.activate(open.id);
		await n8n.api.activate(lookOnly.id);
		visitor = await openBrowser(WHO);
	});
	afterAll(async () => {
		await visitor?.close();
		source?.close();
		destination?.close();
		await n8n?.remove();
	});

	test('opens for nobody without the credential, and tells a stranger nothing', async () => {
		await until(async () => (await get('', {})).status === 401);
		const stranger = await get('', {});
		expect(stranger.headers.get('www-authenticate')).toMatch(/^Basic /u);
		expect(await stranger.text()).not.toMatch(/HR|Person|roster/u);
		const wrong = `Basic ${Buffer.from(`${WHO.user}:wrong`).toString('base64')}`;
		expect((await get('', { authorization: wrong })).status).toBe(401);
		expect((await post({ do: 'retry', sync: '1' }, {})).status).toBe(401);
	});

	test('without its credential it says how to set it, and nothing else', async () => {
		const gone = await n8n.api.createCredential('Soon gone', 'httpBasicAuth', WHO);
		const bare = await n8n.api.createWorkflow(board('bare', {}, { httpBasicAuth: gone }));
		await n8n.api.activate(bare.id);
		await n8n.api.request('DELETE', `/rest/credentials/${gone.id}`);
		const answers = [
			await get('', {}, 'bare'),
			await get('?sync=1', { authorization: signedIn }, 'bare'),
			await post({ do: 'retry', sync: '1' }, { authorization: signedIn }, 'bare'),
		];
		for (const answer of answers) {
			const text = await answer.text();
			expect([answer.status, text.includes('choose or create a credential')]).toEqual([403, true]);
			expect(text).not.toMatch(/HR|Person|roster/u);
		}
		await n8n.api.deactivate(bare.id);
	});

	test('says that nothing has run, and then shows the sync, escaped, without any script', async () => {
		await visitor.page.goto(address());
		expect(await visitor.page.textContent('main')).toContain('No sync has run');
		await n8n.api.activate(sync);
		await until(() => destination.prepare('SELECT count(*) AS n FROM access').get()!['n'] === PEOPLE);
		await until(async () => (await (await get('')).text()).includes('HR &lt;roster&gt;'));
		const answer = await get('');
		expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
		expect(await answer.text()).not.toContain('<script');
		await visitor.page.goto(address());
		await visitor.page.getByRole('link', { name: 'HR <roster>' }).click();
		await visitor.page.getByRole('heading', { name: 'Records' }).waitFor();
		expect(await visitor.page.locator('tbody').last().textContent()).toContain('<b>Ada</b> & "Co"');
		expect(await visitor.page.getByText('✓ in sync').count()).toBeGreaterThan(40);
	});

	test('pages by key, and finds a record by its key, the beginning of its name or what is in it', async () => {
		const { page } = visitor;
		await page.getByRole('link', { name: 'Next →' }).click();
		await page.getByRole('link', { name: '← Back' }).waitFor();
		for (const text of ['42', 'person 42', 'PERSON 42']) {
			await page.getByPlaceholder('Key or name').fill(text);
			await page.getByRole('button', { name: 'Search' }).click();
			await page.getByRole('link', { name: '42', exact: true }).waitFor();
		}
		await page.getByPlaceholder('Key or name').fill('ada');
		await page.getByRole('button', { name: 'Search' }).click();
		await page.getByRole('link', { name: 'Look inside names, too' }).click();
		await page.getByRole('link', { name: '12', exact: true }).click();
		expect(await page.textContent('h1')).toBe('<b>Ada</b> & "Co"');
		expect(await page.textContent('main')).toContain('p12@x.test');
	});

	test('shows an edit that was overwritten, with both values', async () => {
		destination.exec("UPDATE access SET team = 'Mine' WHERE login = 'p42@x.test'");
		await until(
			() => destination.prepare("SELECT team FROM access WHERE login = 'p42@x.test'").get()!['team'] === 'Sales',
		);
		const text = async () => (await get(`?sync=${await syncNumber()}&record=42`)).text();
		await until(async () => (await text()).includes('healed'));
		expect(await text()).toMatch(/Mine[^]*Sales/u);
	});

	test('retries what failed after asking back, and not by a form of another page', async () => {
		source.exec("UPDATE people SET team = 'Forbidden' WHERE id = 3");
		const id = await syncNumber();
		await until(async () => (await ledger({ action: 'list', sync: id, which: 'failed' })).length === 1);
		const [failed] = await ledger({ action: 'list', sync: id, which: 'failed' });
		expect(failed).toMatchObject({
			key: '3',
			destinations: [{ standing: 'failed', error: expect.stringMatching(/team|CHECK/u) }],
		});
		expect((await post({ do: 'retry', sync: String(id), record: '3', token: 'a'.repeat(64) })).status).toBe(403);
		expect((await get(`?sync=${id}&record=3&do=retry`, undefined, 'look')).status).toBe(403);
		const { page } = visitor;
		await page.goto(`${address()}?sync=${id}&record=3`);
		expect(await page.textContent('main')).toContain('✕ failed');
		source.exec("UPDATE people SET team = 'Legal' WHERE id = 4");
		await page.getByRole('link', { name: 'Try again now' }).click();
		await page.getByRole('button', { name: 'Yes, try again' }).click();
		await page.getByText('1 write will be tried again').waitFor();
		const told = await until(async () => (await n8n.api.executions({})).find(({ mode }) => mode === 'webhook'));
		const item = outputOf(await n8n.api.ended(told.id), 'Board')[0]!.json;
		expect(item).toMatchObject({
			action: 'retry',
			key: '3',
			by: WHO.user,
			text: 'olive wants 3 tried again in HR <roster>.',
		});
		// The same form does not work on the board that only shows.
		await page.goto(`${address()}?sync=${id}&record=3&do=resync`);
		const token = (await page.locator('input[name=token]').getAttribute('value'))!;
		const form = { do: 'resync', sync: String(id), record: '3', token };
		expect((await post(form, undefined, 'look')).status).toBe(403);
		expect((await post({ ...form, record: '4' })).status).toBe(403);
		expect((await post(form)).status).toBe(303);
		source.exec("UPDATE people SET team = 'Sales' WHERE id = 3");
		await until(async () => (await ledger({ action: 'list', sync: id, which: 'failed' })).length === 0);
	});

	test('a check reads both sides and lists what differs, and writes nothing', async () => {
		const id = await syncNumber();
		const [fine] = await ledger({ action: 'check', sync: id });
		expect(fine!['text']).toBe(`HR <roster>: ${PEOPLE} records, 0 differ.`);
		await ledger({ action: 'pause', sync: id });
		destination.exec(
			"UPDATE access SET team = 'Theirs' WHERE login = 'p5@x.test'; DELETE FROM access WHERE login = 'p6@x.test'",
		);
		const [found] = await ledger({ action: 'check', sync: id });
		expect(found).toMatchObject({
			records: PEOPLE,
			differ: 2,
			destinations: [
				{
					differences: [
						{ key: '5', field: 'team', is: 'Theirs', shouldBe: 'Sales' },
						{ key: '6', missing: true },
					],
				},
			],
		});
		expect(destination.prepare("SELECT team FROM access WHERE login = 'p5@x.test'").get()!['team']).toBe('Theirs');
		await ledger({ action: 'resume', sync: id });
		await until(
			() =>
				destination.prepare("SELECT count(*) AS n FROM access WHERE team = 'Sales'").get()!['n'] === PEOPLE - 1,
		);
	});

	test('a run is undone while the sync is paused, and the source wins again when it is resumed', async () => {
		const id = await syncNumber();
		source.exec("UPDATE people SET team = 'Wrong' WHERE id BETWEEN 10 AND 14");
		const wrong = () => destination.prepare("SELECT count(*) AS n FROM access WHERE team = 'Wrong'").get()!['n'];
		await until(() => wrong() === 5);
		const line = await until(async () =>
			(await ledger({ action: 'history', sync: id, onlyKey: '10', limit: 5 })).find(({ now }) => now === 'Wrong'),
		);
		const [undone] = await ledger({ action: 'undo', sync: id, run: line['run'] });
		expect(undone).toMatchObject({ paused: true, count: 5 });
		await until(() => wrong() === 0);
		expect(destination.prepare("SELECT team FROM access WHERE login = 'p10@x.test'").get()!['team']).toBe('Sales');
		expect(await ledger({ action: 'status' })).toMatchObject([{ health: 'paused' }]);
		await ledger({ action: 'resume', sync: id });
		await until(() => wrong() === 5);
	});

	test('a report is one file, and what is forgotten is gone everywhere', async () => {
		const id = await syncNumber();
		expect(await ledger({ action: 'report', days: 7 })).toMatchObject([
			{ syncs: 1, file: expect.stringMatching(/\.html$/u) },
		]);
		expect(await ledger({ action: 'export', onlyKey: '20' })).toMatchObject([{ records: 1 }]);
		source.exec('DELETE FROM people WHERE id = 20');
		await until(
			() => destination.prepare("SELECT count(*) AS n FROM access WHERE login = 'p20@x.test'").get()!['n'] === 0,
		);
		expect(await ledger({ action: 'forget', forget: 'record', key: '20', confirmation: '20' })).toMatchObject([
			{ syncs: ['HR <roster>'] },
		]);
		expect((await get(`?sync=${id}&record=20`)).status).toBe(404);
	});

	test('a task that no API does is closed by the node, and on the board, on a person’s word', async () => {
		const refused = async (parameters: IDataObject) =>
			(await runLedger(parameters)).data.resultData.error?.message ?? '';
		await taskStory({ n8n, address: address(), page: visitor.page, ledger, refused });
	});

	test(`shows each page of ${CROWD.toLocaleString('en-US')} records in time`, async () => {
		const store = await sqliteStore(join(n8n.folder, '.n8n', 'one-way-sync.sqlite'));
		const { sync: crowded, places } = await crowd(store, CROWD).finally(async () => await store.db.close());
		const one = `?sync=${crowded}`;
		const middle = String(CROWD >> 1);
		const pages = {
			overview: '',
			sync: one,
			'by key': `${one}&after=${middle}`,
			back: `${one}&before=${middle}`,
			failed: `${one}&in=${places[0]}&state=failed`,
			pending: `${one}&in=${places[1]}&state=pending`,
			healed: `${one}&in=${places[0]}&state=healed`,
			'found by key': `${one}&q=${middle}`,
			'found by name': `${one}&q=person+${middle}`,
			'inside names': `${one}&q=${middle}&within=1`,
			record: `${one}&record=${middle}`,
			holds: `${one}&view=holds`,
			history: `${one}&view=history`,
			'asking back': `${one}&record=${middle}&do=resync`,
		};
		const took: Record<string, number> = {};
		for (const [name, query] of Object.entries(pages)) {
			const times: number[] = [];
			for (let n = 0; n < 5; n++) {
				const began = performance.now();
				const answer = await get(query);
				const text = await answer.text();
				times.push(performance.now() - began);
				expect([name, answer.status, text.includes('</html>')]).toEqual([name, 200, true]);
			}
			took[name] = Math.round(times.sort((a, b) => a - b)[2]!);
		}
		process.stderr.write(`· milliseconds per page: ${JSON.stringify(took)}\n`);
		expect(Object.entries(took).filter(([, ms]) => ms > MOST_MS)).toEqual([]);
	});
});
