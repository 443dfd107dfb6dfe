/** `npm run e2e -- NAME [--json]`: one story in a real n8n, `test/e2e/NAME.test.ts`. */
import { command, known, named } from './lib/command.mjs';
import { runTests } from './lib/jest.mjs';

await command(async (rest) => {
	const name = named(rest, known('test/e2e', '.test.ts'));
	// What stands beside all other tests is smaller there.
	process.env['STORY_ALONE'] = 'yes';
	const { ok, ...counts } = await runTests([`e2e/${name}.test.ts`]);
	return { result: { name, ...counts }, held: ok && counts.passed > 0 };
});
