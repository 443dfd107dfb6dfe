import { linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { checkedFile } from '../../nodes/shared/files';

describe('which SQLite files a node may open', () => {
	const home = realpathSync(mkdtempSync(join(tmpdir(), 'one-way-sync-files-')));
	const place = (...path: string[]) => join(home, ...path);
	beforeAll(() => {
		for (const folder of ['.n8n', '.n8n-files', 'data', 'data/.git', 'database']) mkdirSync(place(folder));
		for (const file of [
			'.n8n/database.sqlite',
			'.n8n/one-way-sync.sqlite',
			'.n8n-files/a.sqlite',
			'data/b.sqlite',
			'data/.git/c.sqlite',
			'database/d.sqlite',
		]) {
			writeFileSync(place(...file.split('/')), '');
		}
		symlinkSync(place('.n8n', 'database.sqlite'), place('data', 'link.sqlite'));
		symlinkSync(place('database'), place('data', 'folder'));
		linkSync(place('.n8n', 'one-way-sync.sqlite'), place('data', 'hard.sqlite'));
	});
	afterAll(() => rmSync(home, { recursive: true }));

	const data = { N8N_RESTRICT_FILE_ACCESS_TO: `${place('data')} ; ~/.n8n-files` };
	const anything = { N8N_RESTRICT_FILE_ACCESS_TO: '' };
	const refusal = async (file: string, env = data as Record<string, string>) =>
		await checkedFile(file, env, home).then(
			(path) => `opened ${path}`,
			(error: Error) => error.message,
		);

	test('those in the allowed folders, by their real path', async () => {
		expect(await checkedFile(place('data', 'b.sqlite'), data, home)).toBe(place('data', 'b.sqlite'));
		expect(await checkedFile(place('data', '..', '.n8n-files', 'a.sqlite'), data, home)).toBe(
			place('.n8n-files', 'a.sqlite'),
		);
	});

	test('without a list, those that n8n allows by itself', async () => {
		expect(await checkedFile(place('.n8n-files', 'a.sqlite'), {}, home)).toBe(place('.n8n-files', 'a.sqlite'));
		expect(await refusal(place('data', 'b.sqlite'), {})).toMatch('This n8n does not let nodes open');
		expect(await refusal(place('data', 'b.sqlite'), anything)).toMatch(/^opened/);
	});

	test('none outside, not by a link, and not by a folder of a like name', async () => {
		expect(await refusal(place('database', 'd.sqlite'))).toMatch('does not let nodes open');
		expect(await refusal(place('data', 'folder', 'd.sqlite'))).toMatch('does not let nodes open');
		expect(await refusal(place('data', 'link.sqlite'))).toMatch('does not let nodes open');
		expect(await refusal('/etc/passwd')).toMatch('does not let nodes open');
	});

	test('none of n8n’s own, unless n8n allows that', async () => {
		expect(await refusal(place('.n8n', 'database.sqlite'), anything)).toMatch('does not let nodes open');
		expect(
			await refusal(place('.n8n', 'database.sqlite'), {
				...anything,
				N8N_BLOCK_FILE_ACCESS_TO_N8N_FILES: 'false',
			}),
		).toMatch(/^opened/);
		expect(await refusal(place('data', '.git', 'c.sqlite'))).toMatch('does not let nodes open');
	});

	test('never the ledger, by no name, nor what belongs to it', async () => {
		const open = { ...anything, N8N_BLOCK_FILE_ACCESS_TO_N8N_FILES: 'false' };
		expect(await refusal(place('.n8n', 'one-way-sync.sqlite'), open)).toMatch('is the ledger of the syncs itself');
		expect(await refusal(place('.n8n', 'one-way-sync.sqlite-wal'), open)).toMatch(
			'is the ledger of the syncs itself',
		);
		expect(await refusal(place('data', 'hard.sqlite'), open)).toMatch('is the ledger of the syncs itself');
		expect(
			await refusal(place('data', 'b.sqlite'), { ...open, ONE_WAY_SYNC_LEDGER: place('data', 'b.sqlite') }),
		).toMatch('is the ledger of the syncs itself');
	});

	test('says plainly what is wrong with a path', async () => {
		expect(await refusal('')).toBe('No database file is given.');
		expect(await refusal('hr.sqlite')).toBe('“hr.sqlite” is not a full path.');
		expect(await refusal(place('data', 'none.sqlite'))).toMatch(
			/^There is no file .*none\.sqlite on the machine that runs n8n\.$/,
		);
		expect(await refusal(place('data'))).toMatch('is not a file.');
	});
});
