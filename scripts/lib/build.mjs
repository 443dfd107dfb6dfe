/** From source to what runs: `dist` for users, `.build` for tests, benchmarks and stories. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { root, run } from './run.mjs';

const tsc = (...args) =>
	run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ...args], { name: 'tsc' });

/** `npm run build`. */
export const buildPackage = () => run('npm', ['run', 'build'], { name: 'npm-run-build' });

/** Compiles everything, tests too, into `.build`; throws with what does not type, after emitting what it could. */
export async function buildTests() {
	removeOrphans(join(root, '.build'), root);
	await tsc('-p', 'tsconfig.json', '--pretty', 'false');
}

/** A test that was deleted or renamed must not run on. */
function removeOrphans(built, source) {
	for (const entry of existsSync(built) ? readdirSync(built, { withFileTypes: true }) : []) {
		const [from, to] = [join(built, entry.name), join(source, entry.name)];
		if (entry.isDirectory()) {
			const ours = source !== root || !['logs', 'package', 'package.new', 'in-process'].includes(entry.name);
			if (ours && entry.name !== 'node_modules') removeOrphans(from, to);
		} else if (
			/\.js(\.map)?$/.test(entry.name) &&
			source !== root &&
			!existsSync(to.replace(/\.js(\.map)?$/, '.ts'))
		)
			rmSync(from);
	}
}
