/** What the TypeScript compiler leaves out of `dist`: icons and codex files. */
const { rm } = require('node:fs/promises');
const { dest, src } = require('gulp');

const clean = () => rm('dist', { recursive: true, force: true });

const besidesCode = () =>
	src(['nodes/**/*.svg', 'nodes/**/*.node.json', 'credentials/**/*.svg'], {
		base: '.',
		encoding: false,
		allowEmpty: true,
	}).pipe(dest('dist'));

exports.clean = clean;
exports.default = besidesCode;
