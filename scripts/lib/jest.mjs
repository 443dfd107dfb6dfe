/** Compiles, sets up and runs tests; what is reported comes from jest's own results alone. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { buildTests } from './build.mjs';
import { prepare } from './prepare.mjs';
import { root, run, say } from './run.mjs';
import { dependencies, node24 } from './tools.mjs';

const results = join(root, '.build', 'results.json');
const minutes = 60_000;

/**
 * Runs the tests whose path contains one of the names (all without a name); arguments from the first one with a dash on
 * are jest's own. Answers the counts, and whether all that could go wrong went well.
 */
export async function runTests(given) {
	await dependencies();
	const node = await node24();
	let ok = true;
	const attempt = async (work) => {
		try {
			await work();
		} catch (error) {
			ok = false;
			say(error.message);
		}
	};
	say('· compiling …');
	await attempt(buildTests);

	const dash = given.findIndex((argument) => argument.startsWith('-'));
	const names = dash < 0 ? given : given.slice(0, dash);
	const options = dash < 0 ? [] : given.slice(dash);
	const jest = [
		'--experimental-vm-modules',
		'--disable-warning=ExperimentalWarning',
		join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
		'--config',
		join(root, 'jest.config.cjs'),
		...names.map(pattern),
	];
	const { text } = await run(node.program, [...jest, '--listTests', '--json'], { output: 'text' });
	const files = JSON.parse(text);
	if (files.length === 0) {
		say(`no test's path contains ${names.join(' or ')}`);
		return { passed: 0, failed: 0, skipped: 0, ok: false };
	}
	await attempt(() => prepare(files));

	say(`· running ${files.length} test files …`);
	rmSync(results, { force: true });
	await attempt(() =>
		run(node.program, [...jest, '--json', '--outputFile', results, ...options], {
			output: 'inherit',
			name: 'jest',
			timeout: 60 * minutes,
		}),
	);
	if (!existsSync(results)) return { passed: 0, failed: 0, skipped: 0, ok: false };
	return count(JSON.parse(readFileSync(results, 'utf8')), ok);
}

/** A name as people type it, `ledger` or `test/ledger/due.test.ts`, as a pattern on compiled paths. */
function pattern(name) {
	const path = name.replace(/^(\.\/)?test\//, '').replace(/\.ts$/, '.js');
	return `\\.build/test/.*${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`;
}

function count(report, ok) {
	const skipped = report.numPendingTests + report.numTodoTests;
	for (const file of report.testResults) {
		for (const test of file.assertionResults) {
			if (test.status === 'pending' || test.status === 'todo') say(`skipped: ${test.fullName}`);
		}
	}
	// A file that could not even be run counts as one failure.
	const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
	const inCi = /^(1|true)$/.test(process.env.CI ?? '');
	if (inCi && skipped > 0) say('in CI nothing may be skipped');
	return {
		passed: report.numPassedTests,
		failed,
		skipped,
		ok: ok && report.success && failed === 0 && !(inCi && skipped > 0),
	};
}
