/**
 * `npm run compat [-- VERSION …] [--json]`: the packed package in each n8n that it claims, on that version's Node, regular
 * and in queue mode. What it printed is the README's table, which it writes.
 * `npm run compat -- --image docker.n8n.io/n8nio/n8n:3.0.0`: the same in an image, for the n8n that comes no other way;
 * needs a Docker engine on Linux, whose containers share the machine's loopback.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { command } from './lib/command.mjs';
import { Failed, root, run, say } from './lib/run.mjs';
import { dependencies, nodeOf, nodeVersion } from './lib/tools.mjs';

/**
 * The newest; the last before Node 24 was asked for; and the oldest two from 2.10 on that npm still installs: of 2.10, the
 * registry lacks packages that it names by their exact version. `overrides` are what those two need today: the registry's
 * copy of a library that they name by an address at its maker's own site, and of one that has outgrown the range in which
 * they name it, the last that fits.
 */
const overrides = { xlsx: '0.18.5', '@langchain/langgraph-checkpoint': '1.0.1' };
const VERSIONS = [
	{ n8n: '2.41.1', node: nodeVersion },
	{ n8n: '2.35.7', node: '22.22.3' },
	{ n8n: '2.11.4', node: '22.22.3', overrides },
	{ n8n: '2.11.2', node: '22.22.3', overrides },
];
const STORIES = { regular: 'e2e/database', queue: 'e2e/queue' };
const readme = join(root, 'README.md');

const told = ({ passed, failed, ok }) => (ok ? `${passed} passed` : `${passed} passed, ${failed} failed`);

const row = ({ n8n, node, regular, queue, date }) =>
	`| ${n8n} | ${node} | ${told(regular)} | ${told(queue)} | ${date} |`;

await command(async (rest) => {
	const at = rest.indexOf('--image');
	const wanted =
		at < 0
			? VERSIONS.filter(({ n8n }) => rest.length === 0 || rest.includes(n8n))
			: [{ n8n: `${rest[at + 1]?.split(':')[1]} (Docker)`, node: 'of the image', image: rest[at + 1] }];
	if (wanted.length === 0) throw new Failed(`there is: ${VERSIONS.map(({ n8n }) => n8n).join(', ')}`);
	await dependencies();
	const results = [];
	for (const one of wanted) {
		const result = { ...one, ...(await played(one)), date: new Date().toISOString().slice(0, 10) };
		results.push(result);
		say(row(result));
		tabulate(result);
	}
	const held = ({ regular, queue }) => regular.ok && queue.ok;
	const versions = Object.fromEntries(results.map((one) => [one.n8n, held(one) ? 'passed' : 'failed']));
	return { result: { name: 'compat', versions, results }, held: results.every(held) };
});

/** Both stories in one n8n, one after the other. */
async function played({ n8n, node, image, overrides }) {
	const env = image
		? { N8N_IMAGE: image }
		: { N8N_UNDER_TEST: n8n, N8N_NODE: (await nodeOf(node)).program, N8N_FOLDER: folderOf(n8n, overrides) };
	say(`· n8n ${n8n} on Node ${node} …`);
	const stories = Object.values(STORIES);
	await run(process.execPath, [join(root, 'scripts', 'test.mjs'), ...stories, '--runInBand'], {
		env,
		output: 'inherit',
		allowFailure: true,
	});
	const { testResults } = JSON.parse(readFileSync(join(root, '.build', 'results.json'), 'utf8'));
	return Object.fromEntries(
		Object.entries(STORIES).map(([mode, story]) => {
			const file = testResults.find(({ name }) => name.replaceAll('\\', '/').endsWith(`${story}.test.js`));
			const count = (status) => file?.assertionResults.filter((one) => one.status === status).length ?? 0;
			const passed = count('passed');
			return [mode, { passed, failed: count('failed'), ok: file?.status === 'passed' && passed > 0 }];
		}),
	);
}

/** Where it is installed: the one that all tests run in has its place and its lock, others come as npm gives them. */
function folderOf(version, overrides) {
	const kept = join(root, 'test', 'n8n', version);
	if (version === VERSIONS[0].n8n) return kept;
	const folder = join(root, '.tools', `n8n-${version}`);
	mkdirSync(folder, { recursive: true });
	const manifest = { name: 'n8n-under-test', private: true, dependencies: { n8n: version }, overrides };
	writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
	return folder;
}

/** Puts a version's row into the README's table, the newest first. */
function tabulate(result) {
	const text = readFileSync(readme, 'utf8');
	const [before, head, rows, after] =
		/^([\s\S]*?)(\| n8n \| Node\.js \|.*\n\|[-| ]+\n)((?:\|.*\n)*)([\s\S]*)$/u.exec(text)?.slice(1) ?? [];
	if (head === undefined) throw new Failed('the README has no table of versions');
	const known = new Map(rows.split('\n').map((line) => [line.split('|')[1]?.trim(), line]));
	known.set(result.n8n, row(result));
	const newestFirst = [...known.values()].filter(Boolean).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
	writeFileSync(readme, before + head + newestFirst.map((line) => `${line}\n`).join('') + after);
}
