import { existsSync } from 'node:fs';

import { SyncToDatabase } from '../../nodes/SyncToDatabase/SyncToDatabase.node';
import { giving, n8nIsHere, runInProcess } from '../n8n/inprocess';
import { named, World } from './world';

(n8nIsHere ? describe : describe.skip)('a test run in the editor', () => {
	jest.setTimeout(120_000);
	let world: World;
	beforeEach(() => (world = new World()));
	afterEach(async () => await world.remove());

	test('shows what would be done on Preview, writes nothing, and makes no ledger', async () => {
		world.destination.exec(`INSERT INTO access (login, title) VALUES ('p2@x.org', 'Chief')`);
		const done = await world.test();
		expect(done.error()).toBeUndefined();
		expect([0, 1, 2].map((output) => done.items('Target', output).length)).toEqual([0, 0, 0]);
		expect(done.json('Target', 3)).toEqual([
			expect.objectContaining({
				outcome: 'preview',
				action: 'create',
				key: '1',
				name: 'Person 1',
				text: expect.stringMatching(/^Person 1 would be created in table access/),
			}),
			expect.objectContaining({
				action: 'adopt',
				key: '2',
				changes: [{ field: 'title', was: 'Chief', now: 'Sales' }],
			}),
			expect.objectContaining({ action: 'create', key: '3' }),
		]);
		expect(done.hints('Target')).toEqual([
			expect.stringMatching(/^Nothing was written: this is a preview of .*: 2 to create, 1 to adopt\.$/),
			expect.stringMatching(/is not empty\. Once this is published, the first write there is held/),
		]);
		expect(world.rows()).toHaveLength(1);
		expect(existsSync(world.ledger)).toBe(false);
	});

	test('reads only so many records as the option says', async () => {
		const done = await world.test({ source: { options: { testRecords: 2 } } });
		expect(done.items('Source').map(({ json }) => (json['_sync'] as { key: string }).key)).toEqual(['1', '2']);
	});

	test('tells drift from a change, and a synced record from a new one, by looking at the ledger', async () => {
		const line = await world.publish();
		await line.tick();
		world.destination.exec(`UPDATE access SET title = 'Chief' WHERE login = 'p2@x.org'`);
		world.source.exec(`UPDATE people SET team = 'Board' WHERE id = 3`);
		const done = await world.test();
		expect(done.json('Target', 3).map(({ action, key }) => `${String(key)} ${String(action)}`)).toEqual([
			'2 heal',
			'3 update',
			'1 none',
		]);
		await line.tick();
		expect(
			world.runs
				.at(-1)!
				.json('Target')
				.map(({ outcome, key }) => `${String(outcome)} ${String(key)}`),
		).toEqual(['updated 3']);
		await line.close();
	});

	test('says how many records another mapping makes due again, and how many of those looked at differ', async () => {
		const line = await world.publish();
		await line.tick();
		const same = await world.test();
		expect(same.hints('Target').join()).not.toContain('mapped again');
		const rows = {
			row: [
				{ field: 'login', value: '={{ $json.email }}' },
				{ field: 'title', value: '={{ $json.team }}' },
				{ field: 'note', value: '={{ $json.id > 1 ? "later" : null }}' },
			],
		};
		const done = await world.test({ mapping: { rows } });
		expect(done.hints('Target').join()).toContain(
			'all 3 records of this destination are mapped again by themselves, in batches, and those that differ are written: 2 of the 3 looked at here.',
		);
		await line.close();
		const other = await world.publish({ mapping: { rows } });
		await other.tick();
		await other.close();
		expect(world.rows().map(({ note }) => note)).toEqual([null, 'later', 'later']);
	});

	test('writes one key where that is switched on, and the published sync makes no twin of it', async () => {
		const done = await world.test({ destination: { testWrites: 'key', testKey: '2' } });
		expect(done.json('Target', 3).map(({ outcome }) => outcome)).toEqual(['preview', 'created', 'preview']);
		expect(done.hints('Target')[0]).toMatch(/^1 record written in this test; the rest is a preview/);
		expect(world.rows().map(({ login }) => login)).toEqual(['p2@x.org']);
		// The row of the test stands there; its first write was looked at.
		const line = await world.publish({ source: { options: { guardFirst: false } } });
		await line.tick();
		expect(world.rows()).toHaveLength(3);
		expect(
			world.runs[0]!.json('Target')
				.map(({ outcome, key }) => `${String(outcome)} ${String(key)}`)
				.sort(),
		).toEqual(['adopted 2', 'created 1', 'created 3']);
		await line.close();
	});

	test('writes at most as many as allowed', async () => {
		const done = await world.test({ destination: { testWrites: 'some', testMost: 2 } });
		expect(done.json('Target', 3).map(({ outcome }) => outcome)).toEqual(['created', 'created', 'preview']);
	});

	test('a wrong field, a missing table and a missing file stop the test with a sentence and what to do', async () => {
		const wrong = await world.test({
			mapping: { rows: { row: [{ field: 'logn', value: '={{ $json.email }}' }] }, match: ['logn'] },
		});
		expect(wrong.error('Target')?.message).toMatch(
			/There is no field “logn” in table access .*Did you mean “login”\?/,
		);
		const missing = await world.test({
			mapping: { rows: { row: [{ field: 'title', value: '={{ $json.email }}' }] }, match: ['title'] },
		});
		expect(missing.error('Target')?.message).toMatch(/takes no new record without “login”/);
		const none = await world.test({ destination: { table: named('nothing') } });
		expect(none.error('Target')).toMatchObject({
			message: expect.stringContaining('There is no table nothing'),
			description: 'Choose another table or create it.',
		});
		const away = await world.test({ source: { file: `${world.hr}x` } });
		expect(away.error('Source')).toMatchObject({ message: expect.stringMatching(/^There is no file /) });
	});

	test('items that lost _sync are tied to their records again where n8n can pair them', async () => {
		const keepsNothing = {
			name: 'Edit',
			type: 'n8n-nodes-base.set',
			parameters: {
				mode: 'manual',
				assignments: {
					assignments: [
						{ id: 'a', name: 'login', type: 'string', value: '={{ $json.login }}' },
						{ id: 'b', name: 'title', type: 'string', value: '={{ $json.title }}' },
					],
				},
			},
		};
		const done = await world.test({ between: [keepsNothing] });
		expect(done.error()).toBeUndefined();
		expect(done.json('Target', 3).map(({ action }) => action)).toEqual(['create', 'create', 'create']);
		expect(done.hints('Target')[0]).toContain('The node “Edit” dropped “_sync”');
	});

	test('items of a production run that were pinned into the editor are shown and not written', async () => {
		const line = await world.publish();
		await line.tick();
		await line.close();
		const pinned = world.runs[0]!.json('Source');
		world.destination.exec('DELETE FROM access');
		const done = await runInProcess({ nodes: [{ name: 'Source', type: giving(pinned) }, ...world.behind({})] });
		expect(done.json('Target', 3).map(({ action }) => action)).toEqual(['create', 'create', 'create']);
		expect(world.rows()).toEqual([]);
	});

	test('items for other destinations travel past a node, which asks neither the ledger nor its table', async () => {
		const line = await world.publish();
		await line.tick();
		await line.close();
		world.destination.exec('DROP TABLE access');
		const others = world.runs[0]!.json('Source').map((item) => {
			const stamp = { ...(item['_sync'] as object), for: ['another node'] };
			return { ...item, _sync: stamp };
		});
		const nodes = [{ name: 'Source', type: giving(others) }, ...world.behind({})];
		const done = await runInProcess({ mode: 'trigger', nodes });
		expect([0, 1, 2, 3].flatMap((output) => done.json('Target', output))).toEqual([]);
		expect(done.hints('Target')).toEqual(['3 records are for other destinations and were left alone.']);
	});

	test('items that come from nowhere make one failed item that says what to do', async () => {
		const done = await runInProcess({
			nodes: [
				{ name: 'Any', type: giving([{ a: 1 }, { a: 2 }], 'other') },
				{
					name: 'Target',
					type: new SyncToDatabase(),
					parameters: { dialect: 'sqlite', file: world.access, table: named('access') },
				},
			],
		});
		expect(done.json('Target', 2)).toEqual([
			expect.objectContaining({
				outcome: 'failed',
				text: expect.stringContaining('do not come from a source of a sync'),
				todo: expect.any(String),
			}),
		]);
		expect(done.hints('Target')).toEqual([expect.stringContaining('2 items were left out')]);
	});
});
