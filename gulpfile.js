/** What the TypeScript compiler leaves to do in `dist`: icons and codex files beside the code, and the code made smaller. */
const { readdir, readFile, rm, writeFile } = require('node:fs/promises');
const { join } = require('node:path');
const { dest, series, src } = require('gulp');
const { minify } = require('terser');

const clean = () => rm('dist', { recursive: true, force: true });

const besidesCode = () =>
	src(['nodes/**/*.svg', 'nodes/**/*.node.json', 'credentials/**/*.svg'], {
		base: '.',
		encoding: false,
		allowEmpty: true,
	}).pipe(dest('dist'));

/** n8n finds classes by their names, and a stack trace is read by them: they stay, and each statement keeps a line of its own. */
const settings = {
	ecma: 2020,
	toplevel: true,
	keep_classnames: true,
	compress: { ecma: 2020, passes: 3, unsafe_arrows: true, unsafe_methods: true },
	format: { semicolons: false },
};

/**
 * What the compiler announces its exports with, which are undefined before they are set in any case; and the mark by which
 * a default export is found, of which there is none.
 */
const ANNOUNCED =
	/^(?:(?:exports\.[\w$]+ = )+void 0|Object\.defineProperty\(exports, "__esModule", \{ value: true \}\));$/gmu;

/** How statements of SQL are set in lines. */
const INDENT = /\n\t+/gu;

/** Calls of what was imported, written so that they get no `this`; none of what we import looks at one. */
const CALL =
	/((?<![.$])\b(?:await|return|of|yield) ?)\(0,([\w$]+\.[\w$]+)\)(?=[(`])|(?<=[=,;:?&|!{([\n>])\(0,([\w$]+\.[\w$]+)\)(?=[(`])/gu;
const called = (_all, word, behind, alone) => (word ? `${word.trim()} ${behind}` : alone);

async function smaller() {
	for (const name of await readdir('dist', { recursive: true })) {
		if (!name.endsWith('.js')) continue;
		const path = join('dist', name);
		const { code } = await minify((await readFile(path, 'utf8')).replace(ANNOUNCED, ''), settings);
		await writeFile(path, code.replace(CALL, called).replace(INDENT, '\n'));
	}
}

exports.clean = clean;
exports.default = series(besidesCode, smaller);
