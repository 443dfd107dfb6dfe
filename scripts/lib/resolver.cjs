/**
 * Where jest finds modules: what n8n brings at run time comes from the n8n under test when that is installed, as it
 * does for users; all else as Node does.
 */
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..', '..');
const n8n = process.env.N8N_FOLDER ?? join(root, 'test', 'n8n', '2.41.1');
const ours = join(root, '.build');
const fromN8n = /^(n8n-workflow|luxon|lodash)(\/|$)/;

module.exports = (request, options) => {
	const lent =
		fromN8n.test(request) &&
		options.basedir.startsWith(ours) &&
		existsSync(join(n8n, 'node_modules', 'n8n-workflow'));
	return options.defaultResolver(request, lent ? { ...options, basedir: n8n } : options);
};
