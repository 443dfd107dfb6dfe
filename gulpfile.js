/**
 * What the TypeScript compiler leaves to do in `dist`: icons and codex files beside the code, and the code made smaller.
 * The compiler puts modules into `dist/modules`; what is shipped is one file per node, credential and room, minified.
 */
const { existsSync } = require('node:fs');
const { readdir, readFile, rm, writeFile } = require('node:fs/promises');
const { dirname, join, relative, resolve, sep } = require('node:path');
const { rollup } = require('@rollup/wasm-node');
const { dest, series, src } = require('gulp');
const { minify } = require('terser');
const { n8n } = require('./package.json');

const MODULES = resolve('dist/modules');
const ROOMS = ['sync', 'sql', 'ledger', 'connectors', 'systems', 'report'];

const clean = () => rm('dist', { recursive: true, force: true });

const besidesCode = () =>
	src(['nodes/**/*.svg', 'nodes/**/*.node.json', 'credentials/**/*.svg'], {
		base: '.',
		encoding: false,
		allowEmpty: true,
	}).pipe(dest('dist'));

/** Finds what TypeScript names without an ending. */
const endings = {
	name: 'endings',
	resolveId: (source, importer) => {
		if (!source.startsWith('.')) return null;
		const path = resolve(dirname(importer), source);
		return [`${path}.js`, join(path, 'index.js')].find((file) => existsSync(file));
	},
};

/** Whatever else it warns of would break at a user's. Modules that call each other do so when both are there. */
const heed = ({ code, message }) => {
	if (code !== 'CIRCULAR_DEPENDENCY') throw new Error(message);
};

/**
 * Puts together what the entries need, and writes a file for each of them. What several need goes to `nodes/shared.js` or,
 * where the module is in one of the rooms, to the room's file.
 */
async function bundle(entries, rooms) {
	const modules = await rollup({
		input: Object.fromEntries(entries.map(([name, file]) => [name, join(MODULES, file)])),
		external: (id) => !id.startsWith('.') && !id.startsWith(MODULES),
		plugins: [endings],
		onwarn: heed,
	});
	await modules.write({
		dir: 'dist',
		format: 'cjs',
		entryFileNames: '[name].js',
		chunkFileNames: ({ name }) => (rooms.includes(name) ? '[name].js' : 'nodes/[name].js'),
		manualChunks: (id) => {
			const [room, node] = relative(MODULES, id).split(sep);
			return room === 'nodes' && node === 'shared' ? node : rooms.find((one) => one === room);
		},
		interop: 'default',
		esModule: false,
		externalLiveBindings: false,
		hoistTransitiveImports: false,
		minifyInternalExports: true,
		generatedCode: { preset: 'es2015', symbols: false },
	});
}

async function together() {
	const listed = [...n8n.nodes, ...n8n.credentials].map((path) => relative('dist', path));
	await bundle(
		listed.map((path) => [path.slice(0, -'.js'.length), path]),
		ROOMS,
	);
	// A thread of its own, which loads nothing else; it stands beside the file that starts it.
	await bundle([['worker', 'sql/sqlite/worker.js']], []);
	await rm(MODULES, { recursive: true });
}

/** n8n finds classes by their names, and a stack trace is read by them: they stay, and each statement keeps a line of its own. */
const settings = {
	ecma: 2020,
	toplevel: true,
	keep_classnames: true,
	compress: { ecma: 2020, passes: 3, unsafe_arrows: true, unsafe_methods: true },
	format: { semicolons: false },
};

/** How statements of SQL are set in lines. */
const INDENT = /\n\t+/gu;

async function smaller() {
	for (const name of await readdir('dist', { recursive: true })) {
		const path = join('dist', name);
		const text = name.endsWith('.svg') ? '' : await readFile(path, 'utf8').catch(() => '');
		if (name.endsWith('.json')) await writeFile(path, JSON.stringify(JSON.parse(text)));
		if (name.endsWith('.js')) await writeFile(path, (await minify(text, settings)).code.replace(INDENT, '\n'));
	}
}

exports.clean = clean;
exports.default = series(besidesCode, together, smaller);
