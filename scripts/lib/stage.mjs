/** Runs one compiled module's `run(arguments)` in Node 24 and hands its answer to the command that started this. */
import { pathToFileURL } from 'node:url';

// By default a signal ends the process without its exit handlers, which end the servers that were started.
for (const [signal, code] of [
	['SIGINT', 130],
	['SIGTERM', 143],
])
	process.once(signal, () => process.exit(code));

const [file, ...rest] = process.argv.slice(2);
const module = await import(pathToFileURL(file).href);
const run = module.run ?? module.default?.run;
const answer = await run(rest);
await new Promise((done) => process.send({ result: answer.result, held: answer.held === true }, done));
process.disconnect();
