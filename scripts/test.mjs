/** `npm test [-- NAME … [jest's options]]`: sets up what is missing and runs every test, or those whose path has a NAME. */
import { runTests } from './lib/jest.mjs';

const { passed, failed, skipped, ok } = await runTests(process.argv.slice(2));
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = ok ? 0 : 1;
