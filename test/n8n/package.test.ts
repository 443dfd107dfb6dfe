import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

import { startN8n, type N8n } from './harness';
import { asked } from '../servers/server';

interface NodeTypeEntry {
	name: string;
	iconUrl?: string | { light: string; dark: string };
	codex?: { alias?: string[] };
}

const { name, n8n: listed } = JSON.parse(readFileSync(join(__dirname, '../../../package.json'), 'utf8')) as {
	name: string;
	n8n: { nodes: string[] };
};
const typeOf = (path: string) => {
	const file = path.split('/').at(-1)!.replace('.node.js', '');
	return `${name}.${file[0]!.toLowerCase()}${file.slice(1)}`;
};

/** As users have it; what it depends on lies beside it. */
const installed = join(__dirname, '../../package');

test('the package holds what runs, and nothing else', () => {
	const files = readdirSync(installed, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name))
		.filter((path) => !path.startsWith(join(installed, 'node_modules')));
	const names = files.map((path) => relative(installed, path).replaceAll('\\', '/'));
	const other = names.filter(
		(path) =>
			!/^(index\.js|package\.json|README\.md|LICENSE|dist\/[\w/.-]+\.(js|svg)|dist\/nodes\/\w+\/\w+\.node\.json)$/.test(
				path,
			),
	);
	expect(other).toEqual([]);
	const rooms = new Set(names.flatMap((path) => (path.startsWith('dist/') ? [path.split('/')[1]] : [])));
	for (const room of ['test', 'bench', 'scripts']) expect(rooms).not.toContain(room);
	expect(files.reduce((sum, path) => sum + statSync(path).size, 0)).toBeLessThan(1_000_000);
});

describe('the packed package in a real n8n', () => {
	jest.setTimeout(180_000);
	let n8n: N8n;
	beforeAll(async () => {
		n8n = await startN8n();
	});
	afterAll(async () => await n8n?.remove());

	test('every node is loaded, with its icons for light and dark and the words it is searched by', async () => {
		const answer = await asked(`${n8n.url}/types/nodes.json`, {
			headers: { cookie: `n8n-auth=${n8n.api.session.value}` },
		});
		const types = (await answer.json()) as NodeTypeEntry[];
		for (const path of listed.nodes) {
			const type = types.find((entry) => entry.name === typeOf(path));
			expect([path, type?.name]).toEqual([path, typeOf(path)]);
			expect([path, type?.codex?.alias]).toEqual([path, expect.arrayContaining(['sync'])]);
			const icons = type?.iconUrl;
			expect([path, icons]).toEqual([path, { light: expect.any(String), dark: expect.any(String) }]);
			for (const icon of Object.values(icons as object) as string[]) {
				const response = await asked(`${n8n.url}/${icon}`);
				expect([icon, response.status, response.headers.get('content-type')]).toEqual([
					icon,
					200,
					expect.stringContaining('svg'),
				]);
			}
		}
	});

	test('tells how long its event loop stalled and what memory it took', async () => {
		await n8n.resetLoad();
		const load = await n8n.load();
		expect(load.stallMs).toBeLessThan(5_000);
		expect(load.peakMB).toBeGreaterThan(100);
	});
});
