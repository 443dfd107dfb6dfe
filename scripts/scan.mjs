/**
 * `npm run scan [-- --json]`: n8n's own scanner of community packages over the source and over the packed package. Fails for
 * whatever it finds beyond the rules that `docs/scanner.md` lists, and for a listed one that it finds no more.
 */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { buildPackage } from './lib/build.mjs';
import { command } from './lib/command.mjs';
import { pack } from './lib/pack.mjs';
import { root, say } from './lib/run.mjs';
import { dependencies, node24, scanner } from './lib/tools.mjs';

await command(async () => {
	await dependencies();
	await scanner();
	await buildPackage();
	const packed = await pack(await node24());
	const require = createRequire(join(root, 'test', 'scan', 'package.json'));
	const load = async (name) => await import(pathToFileURL(require.resolve(name)).href);
	const { buildScanConfig, SOURCE_FILE_PATTERNS } = await load('@n8n/scan-community-package/scanner/scanner.mjs');
	const { ESLint } = await load('eslint');
	const overrideConfig = await buildScanConfig();
	const found = new Map();
	for (const [cwd, patterns] of [
		[root, SOURCE_FILE_PATTERNS],
		[packed, ['**/*.js', '**/*.json']],
	]) {
		const eslint = new ESLint({ cwd, allowInlineConfig: false, overrideConfigFile: true, overrideConfig });
		for (const { filePath, messages } of await eslint.lintFiles(patterns)) {
			for (const { ruleId, line } of messages) {
				const places = found.get(ruleId) ?? found.set(ruleId, []).get(ruleId);
				places.push(`${filePath.slice(cwd.length + 1)}:${line}`);
			}
		}
	}
	const listed = [...readFileSync(join(root, 'docs', 'scanner.md'), 'utf8').matchAll(/^\| `([^`]+)` \|/gmu)].map(
		([, rule]) => rule,
	);
	const beyond = [...found.keys()].filter((rule) => !listed.includes(rule));
	const gone = listed.filter((rule) => !found.has(rule));
	for (const rule of beyond) say(`not in docs/scanner.md: ${rule} at ${found.get(rule).slice(0, 3).join(', ')}`);
	for (const rule of gone) say(`in docs/scanner.md, and not found any more: ${rule}`);
	const result = Object.fromEntries([...found].map(([rule, places]) => [rule, places.length]));
	return { result: { name: 'scan', found: result, beyond, gone }, held: beyond.length + gone.length === 0 };
});
