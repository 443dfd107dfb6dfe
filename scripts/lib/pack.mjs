/**
 * The package as users get it: packed by npm and installed the way n8n's own *Community nodes* page does it. Prepared
 * once, then copied into the user folder of each n8n.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { root, run } from './run.mjs';
import { withNode } from './tools.mjs';

/** Where `pack` leaves the installed package; `test/n8n/harness.ts` copies it from here. */
export const prepared = join(root, '.build', 'package');
/** Where it leaves what would be published. */
const packed = join(root, '.build', 'package.tgz');

/** Packs what `npm run build` made and installs it; answers the folder of the installed package. */
export async function pack(node) {
	const work = join(root, '.build', 'package.new');
	rmSync(work, { recursive: true, force: true });
	const folder = join(work, 'content');
	mkdirSync(folder, { recursive: true });
	await run('npm', ['pack', '--ignore-scripts', '--quiet', '--pack-destination', work], { name: 'npm-pack' });
	const tarball = readdirSync(work).find((name) => name.endsWith('.tgz'));
	await run('tar', ['-xzf', join(work, tarball), '-C', folder, '--strip-components=1']);
	const manifest = join(folder, 'package.json');
	const { devDependencies, peerDependencies, optionalDependencies, ...kept } = JSON.parse(
		readFileSync(manifest, 'utf8'),
	);
	writeFileSync(manifest, JSON.stringify(kept, null, 2));
	const flags = [
		'audit=false',
		'fund=false',
		'bin-links=false',
		'install-strategy=shallow',
		'ignore-scripts=true',
		'package-lock=false',
	];
	await run('npm', ['install', ...flags.map((flag) => `--${flag}`)], {
		cwd: folder,
		env: withNode(node),
		name: 'npm-install-package',
	});
	rmSync(prepared, { recursive: true, force: true });
	renameSync(folder, prepared);
	renameSync(join(work, tarball), packed);
	rmSync(work, { recursive: true, force: true });
	return prepared;
}
