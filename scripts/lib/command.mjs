/**
 * The form of our commands: progress on standard error; one JSON line, the last, on standard output when asked for it;
 * exit 0 only if all that the command promises held.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildTests } from './build.mjs';
import { prepare } from './prepare.mjs';
import { Failed, plainEnvironment, root, say } from './run.mjs';
import { dependencies, node24 } from './tools.mjs';

/** `work(arguments)` answers `{ result, held }`; `always` prints the line unasked. */
export async function command(work, { always = () => false } = {}) {
	const given = process.argv.slice(2);
	const rest = given.filter((argument) => argument !== '--json');
	const json = rest.length < given.length || always(rest);
	let answer;
	try {
		answer = await work(rest);
	} catch (error) {
		say(error instanceof Failed ? error.message : error.stack);
		answer = { result: { error: error.message.split('\n')[0] }, held: false };
	}
	if (json) process.stdout.write(`${JSON.stringify(answer.result)}\n`);
	process.exitCode = answer.held ? 0 : 1;
}

/** The names that a command knows: files of a folder with this ending. */
export function known(folder, ending) {
	const path = join(root, folder);
	const files = existsSync(path) ? readdirSync(path) : [];
	return files.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
}

/** The one name among the arguments, if it is known. */
export function named(rest, names) {
	const [name] = rest.filter((argument) => !argument.startsWith('-'));
	if (name === undefined || !names.includes(name)) {
		throw new Failed(
			`${name === undefined ? 'a name is needed' : `there is no ${name}`}; there is: ${names.join(', ') || 'none yet'}`,
		);
	}
	return name;
}

/**
 * Compiles, sets up what the module reaches, and runs its `run(arguments)` in Node 24; that answers `{ result, held }`.
 * `module` is a source file, `bench/one-percent.ts`.
 */
export async function play(module, rest) {
	await dependencies();
	await node24();
	say('· compiling …');
	await buildTests();
	const file = join(root, '.build', module.replace(/\.ts$/, '.js'));
	const node = await prepare([file]);
	const stage = fileURLToPath(new URL('stage.mjs', import.meta.url));
	const child = spawn(node.program, ['--disable-warning=ExperimentalWarning', stage, file, ...rest], {
		cwd: root,
		env: plainEnvironment(),
		stdio: ['inherit', 2, 2, 'ipc'],
	});
	// Ctrl+C reaches both; the child ends in its own time, and this one waits for it.
	for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
	let answer;
	child.on('message', (message) => (answer = message));
	const code = await new Promise((done, fail) => child.once('error', fail).once('close', done));
	if (!answer) throw new Failed(`${module} ended with ${code} and without a result`);
	return code === 0 ? answer : { ...answer, held: false };
}
