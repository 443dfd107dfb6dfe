/** Child processes of the scripts: what they say goes to a log, and an end that is not 0 is an error that names it. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const logs = join(root, '.build', 'logs');

/** Progress, for people: standard output belongs to results. */
export const say = (text) => void process.stderr.write(`${text}\n`);

/** The environment without what an outer `npm run` says about its own package. */
export function plainEnvironment(extra = {}) {
	const foreign = /^(npm_(package|lifecycle|command$|config_local_prefix$|execpath$|node_execpath$)|INIT_CWD$)/;
	const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
	return { ...Object.fromEntries(kept), ...extra };
}

export class Failed extends Error {}

/**
 * Runs a program to its end; `output` is 'log' (a file, named when it fails), 'inherit' (both streams on standard error)
 * or 'text' (returned).
 */
export async function run(
	program,
	args,
	{ cwd = root, env = {}, output = 'log', name = program, timeout, allowFailure = false } = {},
) {
	let file;
	let sink;
	if (output === 'log') {
		mkdirSync(logs, { recursive: true });
		file = join(logs, `${name.replace(/[^\w.-]+/g, '-')}.log`);
		sink = createWriteStream(file);
		sink.write(`$ ${[program, ...args].join(' ')}\n`);
	}
	const stdio = output === 'inherit' ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe'];
	const child = spawn(program, args, {
		cwd,
		env: plainEnvironment(env),
		stdio,
		shell: process.platform === 'win32' && program === 'npm',
	});
	let text = '';
	let tail = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream?.on('data', (data) => {
			sink?.write(data);
			if (stream === child.stdout) text += data;
			tail = (tail + data).slice(-2000);
		});
	}
	let late = false;
	const timer = timeout && setTimeout(() => ((late = true), child.kill('SIGKILL')), timeout);
	const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
	clearTimeout(timer);
	if (sink) await new Promise((resolve) => sink.end(resolve));
	if (code !== 0 && !allowFailure) {
		const why = late ? `did not end within ${timeout / 1000} s` : `ended with ${code}`;
		throw new Failed(
			`${name} ${why}${file ? `; all it said: ${file}` : ''}${output === 'inherit' ? '' : `\n${tail.trim()}`}`,
		);
	}
	return { code, text, file };
}
