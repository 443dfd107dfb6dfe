/** An n8n or a Node.js that is too old: every node says in one sentence what is needed, and none fails to load. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { n8nVersion, needRuntime } from '../../nodes/shared/runtime';

const root = join(__dirname, '../../..');
const { engines, n8n } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
	engines: { node: string };
	n8n: { nodes: string[] };
};

test.each(['22.16.0', '22.22.1', '24.0.0', '100.1.0'])('Node.js %s will do', (version) => {
	expect(() => needRuntime(version, '2.10.0')).not.toThrow();
});

test.each(['2.10.0', '2.41.1', '3.0.0', undefined])('n8n %s will do', (version) => {
	expect(() => needRuntime('22.16.0', version)).not.toThrow();
});

test.each([
	['22.15.1', '2.41.0'],
	['20.19.0', '2.8.1'],
	['24.1.0', '2.9.4'],
	['24.1.0', '1.123.5'],
])('Node.js %s with n8n %s is too old, and the sentence says what is needed', (node, version) => {
	expect(() => needRuntime(node, version)).toThrow(
		`One-way sync needs n8n 2.10 or newer on Node.js 22.16 or newer; this is n8n ${version} on Node.js ${node}.`,
	);
});

test('n8n’s version is found', () => {
	expect(n8nVersion()).toMatch(/^\d+\.\d+\.\d+/u);
});

test('the package asks npm for the same', () => {
	expect(engines.node).toBe('>=22.16');
});

/** In a process without node:sqlite, as in Node 20: loads each node and does what n8n does with it first. */
const program = `
const [root, ...files] = process.argv.slice(1);
Object.defineProperty(process.versions, 'node', { value: '20.19.0' });
const answer = {};
/** Whatever a node asks its context for: nothing is set, and nothing can be reached. */
const context = new Proxy(function () {}, {
	get: (_, name) =>
		name === 'then' ? undefined : name === Symbol.toPrimitive ? () => '' : name === Symbol.iterator ? undefined
		: name === 'getNode' ? () => ({ id: 'n', name: 'A node', type: 't', typeVersion: 1, position: [0, 0], parameters: {} })
		: name === 'getMode' ? () => 'trigger' : name === 'getInputData' ? () => [{ json: {} }] : context,
	apply: () => context,
});
(async () => {
	for (const file of files) {
		const name = file.split('/').at(-1).replace('.node.js', '');
		const node = new (require(root + '/.build/' + file.replace(/^dist\\//, ''))[name])();
		const method = node.trigger ?? node.webhook ?? node.execute;
		try { await method.call(context); answer[name] = 'no error'; }
		catch (error) { answer[name] = error.message; }
		if (node.trigger && node.webhook) {
			try { await node.webhook.call(context); answer[name + ' webhook'] = 'no error'; }
			catch (error) { answer[name + ' webhook'] = error.message; }
		}
	}
	process.stdout.write(JSON.stringify(answer), () => process.exit());
})();`;

test('on Node.js 20 every node loads, and says so as soon as it is to do something', () => {
	const said = execFileSync(process.execPath, ['--no-experimental-sqlite', '-e', program, root, ...n8n.nodes], {
		encoding: 'utf8',
		env: { ...process.env, NODE_PATH: join(root, 'test', 'n8n', '2.41.1', 'node_modules') },
	});
	const answers = JSON.parse(said) as Record<string, string>;
	expect(Object.keys(answers).length).toBeGreaterThan(n8n.nodes.length);
	for (const [name, sentence] of Object.entries(answers))
		expect([name, sentence]).toEqual([
			name,
			expect.stringMatching(
				/^One-way sync needs n8n 2\.10 or newer on Node\.js 22\.16 or newer; this is n8n \S+ on Node\.js 20\.19\.0\.$/u,
			),
		]);
}, 240_000);
