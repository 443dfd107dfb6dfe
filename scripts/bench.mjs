/** `npm run bench -- NAME [--json]`: one benchmark, side by side, `bench/NAME.ts`. */
import { command, known, named, play } from './lib/command.mjs';

await command(async (rest) => {
	const name = named(rest, known('bench', '.ts'));
	return await play(`bench/${name}.ts`, rest);
});
