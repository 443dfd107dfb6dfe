/**
 * A stranger's first hour: nothing but the README and what it links to, on an n8n that knows nothing of the package. It is
 * installed by n8n's own page, the first sync is built and published, then it is broken in every way that one meets first,
 * and mended by doing what the message says. What is shown has to be what docs/errors.md lists.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { hintsOf, outputOf, packed, prepared, startN8n, until, type N8n } from '../n8n/harness';
import { Proxy, startProxy } from '../servers/proxy';
import { startPostgres } from '../servers/postgres';
import { startRegistry, type Registry } from '../servers/registry';
import type { Mortal, Server } from '../servers/server';
import { Tables } from './editor/tables';
import { firstSync, NAMES } from './stranger/first-sync';
import { News } from './stranger/news';
import { letIn, passwordOf, ROLES } from './stranger/roles';

// This file runs as .build/test/e2e/stranger.test.js.
const DOC = join(__dirname, '..', '..', '..', 'docs', 'errors.md');
const BETWEEN = /(<!-- running -->\n)[^]*?(<!-- \/running -->)/u;
/** What stands beside all other tests is shorter: what takes longest there has tests of its own. */
const alone = process.env['STORY_ALONE'] === 'yes';
const PACKAGE = 'n8n-nodes-one-way-sync';
/** A tick comes every ten seconds; a destination that was down is tried again after thirty. */
const PATIENCE = { timeout: 150_000, every: 300 };

describe('a stranger, with the README alone', () => {
	jest.setTimeout(600_000);
	let registry: Registry;
	let server: Server & Mortal;
	let door: Proxy;
	let tables: Tables;
	let n8n: N8n;
	let workflow: string;
	let news: News;
	let foreign: unknown[];
	const shown: string[] = [];
	const credentials: Record<'reader' | 'writer', { id: string; name: string }> = {} as never;

	let unfinished: string | undefined;
	/** What comes after a step that went wrong would only wait for what does not come. */
	const step = (name: string, play: () => Promise<void>) =>
		test(name, async () => {
			expect(unfinished).toBeUndefined();
			unfinished = name;
			await play();
			unfinished = undefined;
		});
	const further: typeof step = alone ? step : () => undefined;
	const equal = async () => (await tables.amiss()).length === 0;
	const arrives = async (what: string) => await until(equal, { ...PATIENCE, what });
	/** What n8n shows, which goes into the documentation. */
	const hears = async (happened: string): Promise<string> => {
		const { message, description } = await news.next(`a failed execution after ${happened}`);
		expect(message).toBe('The sync “HR roster” is failing');
		shown.push(`| ${happened} | ${plain(description)} |`);
		return description;
	};
	const wellAgain = async () => {
		const { message } = await news.next('the all-clear');
		expect(message).toBe('The sync “HR roster” is healthy again');
	};
	const healed = async () => {
		for (const { id } of await n8n.api.executions({ workflowId: workflow, status: 'success' })) {
			const synced = outputOf(await n8n.api.execution(id), NAMES.destination);
			const found = synced.find(({ json }) => json['outcome'] === 'healed');
			if (found) return found.json as { text: string };
		}
		return undefined;
	};
	/** Sets an option of the trigger, and publishes. */
	const option = async (name: string, value: unknown) => {
		const { nodes } = await n8n.api.workflow(workflow);
		const { parameters } = nodes.find((node) => node.name === NAMES.trigger)!;
		parameters['options'] = { ...(parameters['options'] as object), [name]: value } as never;
		await n8n.api.updateWorkflow(workflow, { nodes });
		await n8n.api.activate(workflow);
	};
	const credentialOf = (who: keyof typeof ROLES, password = ROLES[who].password) => ({
		name: who,
		type: 'postgres',
		data: {
			host: server.host,
			port: who === 'reader' ? server.port : door.port,
			database: server.database,
			user: ROLES[who].user,
			password,
			ssl: 'disable',
		},
	});
	const startAgain = async () => {
		n8n = await startN8n({ folder: n8n.folder, port: n8n.port, env: registry.env });
		news.of(n8n.api);
	};

	beforeAll(async () => {
		registry = await startRegistry(packed, prepared);
		server = await startPostgres();
		tables = await Tables.make(server);
		door = await startProxy(server);
		await letIn(tables);
		foreign = await tables.foreign();
		n8n = await startN8n({ package: false, env: registry.env });
	});
	afterAll(async () => {
		await tables?.close();
		await n8n?.remove();
		await door?.stop();
		await server?.stop();
		await registry?.stop();
	});

	step(
		'Settings → Community nodes → Install takes the package by its name, and every node is there at once',
		async () => {
			const done = await n8n.api.request<{ installedNodes: unknown[] }>('POST', '/rest/community-packages', {
				name: PACKAGE,
			});
			expect(done.installedNodes).toHaveLength(12);
			const [listed] = await n8n.api.request<Record<string, unknown>[]>('GET', '/rest/community-packages');
			expect(listed).toMatchObject({ packageName: PACKAGE, failedLoading: false });
			expect(registry.asked).toContainEqual(expect.stringContaining(PACKAGE));
		},
	);

	step('a test run of the first sync writes nothing', async () => {
		for (const who of ['reader', 'writer'] as const)
			credentials[who] = await n8n.api.createCredential(who, 'postgres', credentialOf(who).data);
		workflow = (await n8n.api.createWorkflow(firstSync(credentials))).id;
		news = new News(n8n.api, workflow);
		const tested = await n8n.api.runToEnd(workflow, { from: NAMES.trigger });
		expect(hintsOf(tested, NAMES.destination).join()).toContain('Nothing was written');
		expect(outputOf(tested, NAMES.destination, 3)).toHaveLength(100);
	});

	step('published, the first write waits, and goes when it is released as the message says', async () => {
		await n8n.api.activate(workflow);
		const said = await hears('was published onto a table that is not empty');
		expect(await tables.all('SELECT 1 FROM access_list WHERE id >= 1000')).toEqual([]);
		await option('release', holdIn(said));
		await arrives('the first sync');
		await wellAgain();
	});

	further('the destination is down: what changes meanwhile arrives when it is up again', async () => {
		const { port } = door;
		await door.stop();
		await tables.all(
			"UPDATE employees SET title = 'On Call' WHERE employee_no IN (SELECT employee_no FROM employees WHERE status = 'active' ORDER BY 1 LIMIT 3)",
		);
		await hears('the destination is down');
		door = new Proxy(server);
		await door.listen(port);
		await arrives('what changed meanwhile');
		await wellAgain();
	});

	step('somebody changes a password: with the new one in the credential it goes on', async () => {
		await passwordOf(tables, 'reader', 'another one');
		await hears('the password of the source was changed');
		await n8n.api.request('PATCH', `/rest/credentials/${credentials.reader.id}`, {
			...credentialOf('reader', 'another one'),
		});
		await wellAgain();
	});

	step('the source is empty all of a sudden: nobody is switched off', async () => {
		const before = await tables.all('SELECT * FROM access_list ORDER BY id');
		await tables.all('CREATE TABLE kept AS TABLE employees');
		await tables.all('TRUNCATE employees');
		await hears('the source is empty, because an import broke off');
		expect(await tables.all('SELECT * FROM access_list ORDER BY id')).toEqual(before);
		await tables.all('INSERT INTO employees TABLE kept');
		await wellAgain();
		expect(await tables.all('SELECT * FROM access_list ORDER BY id')).toEqual(before);
	});

	further(
		'half of the people are gone from the source: all are held, and free again when they are back',
		async () => {
			await tables.all('DELETE FROM employees WHERE employee_no % 2 = 0');
			await hears('half of the source is missing');
			expect(await tables.all('SELECT 1 FROM access_list WHERE NOT active')).toEqual([]);
			await tables.all('INSERT INTO employees TABLE kept ON CONFLICT DO NOTHING');
			await wellAgain();
			expect(await equal()).toBe(true);
		},
	);

	further('a column of the destination is renamed, and gets its name back', async () => {
		await tables.all('ALTER TABLE access_list RENAME title TO job_title');
		await tables.all("UPDATE employees SET title = 'Chair' WHERE title = 'Chief Executive Officer'");
		await hears('a column of the destination was renamed');
		await tables.all('ALTER TABLE access_list RENAME job_title TO title');
		await arrives('the new title');
		await wellAgain();
	});

	step('somebody edits downstream: it is written back, and both values are told', async () => {
		await tables.all("UPDATE access_list SET title = 'Sir' WHERE id = 1000");
		await arrives('the edit to be written back');
		const { text } = await until(async () => await healed(), PATIENCE);
		expect(text).toMatch(/title.*Sir/u);
	});

	step('n8n is killed in the middle of a run: the rest arrives, once', async () => {
		door.delay(500);
		await tables.all("UPDATE employees SET office = 'Ghent' WHERE office = 'Nagoya'");
		await until(
			async () => (await n8n.api.executions({ workflowId: workflow, status: 'running' })).length > 0,
			PATIENCE,
		);
		await n8n.kill();
		door.mend();
		await startAgain();
		await arrives('the rest');
		expect(await tables.all('SELECT login FROM access_list GROUP BY login HAVING count(*) > 1')).toEqual([]);
		news.forget(await n8n.api.executions({ workflowId: workflow, status: 'error' }));
	});

	step('the ledger is deleted: everything is compared anew, and nothing is written or removed', async () => {
		const before = await tables.all('SELECT * FROM access_list ORDER BY id');
		await n8n.stop();
		for (const end of ['', '-wal', '-shm'])
			rmSync(join(n8n.folder, '.n8n', `one-way-sync.sqlite${end}`), { force: true });
		await startAgain();
		expect(await hears('the ledger was lost')).toContain('Release Hold');
		// As it says: the number of the first release still stands in the trigger.
		await option('release', undefined);
		await wellAgain();
		expect(await tables.all('SELECT * FROM access_list ORDER BY id')).toEqual(before);
	});

	test('nothing of the door’s own was touched, and all that was shown stands in docs/errors.md', async () => {
		expect(await tables.foreign()).toEqual(foreign);
		const text = readFileSync(DOC, 'utf8');
		if (!alone) return shown.forEach((line) => expect(text).toContain(line));
		const table = ['| what happened | n8n shows |', '|---|---|', ...shown, ''].join('\n');
		const now = text.replace(BETWEEN, (_all, begin, end) => `${begin}\n${table}\n${end}`);
		if (process.env['UPDATE_ERRORS']) writeFileSync(DOC, now);
		expect(readFileSync(DOC, 'utf8')).toBe(now);
	});
});

const holdIn = (said: string) => Number(/Release Hold, enter (\d+)/u.exec(said)?.[1]);

/** Addresses and numbers of this run are none of the documentation's business. */
function plain(text: string): string {
	return text
		.replace(/127\.0\.0\.1:\d+/gu, 'db.example.com:5432')
		.replace(/\b(hold|enter|Hold is) \d+/gu, '$1 7')
		.replaceAll('\n', ' ');
}
