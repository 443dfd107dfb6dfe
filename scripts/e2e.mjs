/** `npm run e2e -- NAME [--json]`: one story in a real n8n, `test/e2e/NAME.test.ts`; its line has the figures that the story counts. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { command, known, named } from './lib/command.mjs';
import { runTests } from './lib/jest.mjs';
import { root } from './lib/run.mjs';

await command(async (rest) => {
	const name = named(rest, known('test/e2e', '.test.ts'));
	// What stands beside all other tests is smaller there.
	process.env['STORY_ALONE'] = 'yes';
	// test/e2e/figures.ts writes it.
	const file = join(root, '.build', 'figures.json');
	rmSync(file, { force: true });
	const { ok, ...counts } = await runTests([`e2e/${name}.test.ts`]);
	const figures = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
	return { result: { name, ...counts, ...figures }, held: ok && counts.passed > 0 };
});
