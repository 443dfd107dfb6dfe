/** Tests are compiled by tsc into `.build` and run from there as they are, so that worker threads and node:sqlite just work. */
module.exports = {
	rootDir: '.build',
	testMatch: ['<rootDir>/test/**/*.test.js'],
	testEnvironment: 'node',
	transform: {},
	resolver: '<rootDir>/../scripts/lib/resolver.cjs',
	testTimeout: 30_000,
	maxWorkers: 2,
	// n8n's copies of packages are found by the resolver alone; nothing has to be crawled but our own files.
	haste: { enableSymlinks: false },
	watchman: false,
};
