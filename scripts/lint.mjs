/** `npm run lint`: ESLint with n8n's own rule sets and ours, then Prettier. */
import { join } from 'node:path';

import { root, run } from './lib/run.mjs';
import { dependencies } from './lib/tools.mjs';

await dependencies();
const tool = async (path, ...args) => {
	const options = { output: 'inherit', allowFailure: true };
	return (await run(process.execPath, [join(root, 'node_modules', path), ...args], options)).code === 0;
};
const eslint = await tool('eslint/bin/eslint.js', '--max-warnings=0', '.');
const prettier = await tool('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.');
process.exitCode = eslint && prettier ? 0 : 1;
