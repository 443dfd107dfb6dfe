/** Tests are compiled by tsc into `.build` and run from there as they are, so that worker threads and node:sqlite just work. */
module.exports = {
	rootDir: '.build',
	testMatch: ['<rootDir>/test/**/*.test.js'],
	// Its servers take minutes to install: it is a story of its own, `npm run e2e -- directory`.
	testPathIgnorePatterns: process.env.STORY_ALONE === 'yes' ? [] : ['/e2e/directory\\.test\\.js$'],
	testEnvironment: 'node',
	transform: {},
	resolver: '<rootDir>/../scripts/lib/resolver.cjs',
	testTimeout: 30_000,
	maxWorkers: 2,
	// n8n's copies of packages are found by the resolver alone; nothing has to be crawled but our own files.
	haste: { enableSymlinks: false },
	watchman: false,
};
