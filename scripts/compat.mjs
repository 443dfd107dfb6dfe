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
 * The newest, the last before Node 24 was asked for, and the oldest two from 2.10 on that can be had from a registry alone
 * (2.10 and 2.11 fetch one of their dependencies from elsewhere).
 */
const VERSIONS = [
	{ n8n: '2.41.1', node: nodeVersion },
	{ n8n: '2.35.7', node: '22.22.3' },
	{ n8n: '2.12.2', node: '22.22.3' },
	{ n8n: '2.12.0', node: '22.22.3' },
];
const STORIES = { regular: 'e2e/database', queue: 'e2e/queue' };
const readme = join(root, 'README.md');

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
	return { result: { name: 'compat', results }, held: results.every(({ regular, queue }) => regular.ok && queue.ok) };
});

/** Both stories in one n8n. */
async function played({ n8n, node, image }) {
	const env = image
		? { N8N_IMAGE: image }
		: { N8N_UNDER_TEST: n8n, N8N_NODE: (await nodeOf(node)).program, N8N_FOLDER: folderOf(n8n) };
	const results = {};
	for (const [mode, name] of Object.entries(STORIES)) {
		say(`· n8n ${n8n} on Node ${node}, ${mode} …`);
		const { code } = await run(process.execPath, [join(root, 'scripts', 'test.mjs'), name], {
			env,
			output: 'inherit',
			allowFailure: true,
		});
		const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(
			readFileSync(join(root, '.build', 'results.json'), 'utf8'),
		);
		results[mode] = { passed, failed, ok: code === 0 && passed > 0 };
	}
	return results;
}

/** Where it is installed: the one that all tests run in has its place and its lock, others come as npm gives them. */
function folderOf(version) {
	const kept = join(root, 'test', 'n8n', version);
	if (version === VERSIONS[0].n8n) return kept;
	const folder = join(root, '.tools', `n8n-${version}`);
	mkdirSync(folder, { recursive: true });
	const manifest = { name: 'n8n-under-test', private: true, dependencies: { n8n: version } };
	writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
	return folder;
}

const told = ({ passed, failed, ok }) => (ok ? `${passed} passed` : `${passed} passed, ${failed} failed`);

const row = ({ n8n, node, regular, queue, date }) =>
	`| ${n8n} | ${node} | ${told(regular)} | ${told(queue)} | ${date} |`;

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
