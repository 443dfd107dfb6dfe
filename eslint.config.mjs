import { n8nCommunityNodesPlugin as community } from '@n8n/eslint-plugin-community-nodes';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

import rooms from './scripts/lib/rooms.mjs';

const ours = ['sync', 'sql', 'ledger', 'connectors', 'systems', 'report', 'nodes', 'credentials'].map(
	(room) => `${room}/**/*.ts`,
);
const typescript = [...ours, 'test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'];

export default tseslint.config(
	{ ignores: ['dist/', '.build/', '.tools/', '.demo/', 'coverage/', 'test/n8n/*/'] },
	{ linterOptions: { reportUnusedDisableDirectives: 'error' } },

	{
		files: typescript,
		extends: [tseslint.configs.recommendedTypeChecked],
		languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
	},
	{
		files: typescript,
		rules: {
			// An interface's promise is kept, too, by one who has nothing to wait for.
			'@typescript-eslint/require-await': 'off',
			// A name with an underscore says itself that it is not used: what TypeScript holds, too.
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
			],
		},
	},
	{
		files: ['ledger/**/*.ts'],
		rules: {
			// The ledger's tables are closures over one store; its functions are taken off it by name and know no `this`.
			'@typescript-eslint/unbound-method': 'off',
		},
	},
	{
		files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
		rules: {
			// Tests read answers whose shape they are about to assert, and print values into messages as they come.
			'@typescript-eslint/no-unsafe-assignment': 'off',
			'@typescript-eslint/no-unsafe-member-access': 'off',
			'@typescript-eslint/no-unsafe-argument': 'off',
			'@typescript-eslint/no-unsafe-call': 'off',
			'@typescript-eslint/no-unsafe-return': 'off',
			'@typescript-eslint/no-base-to-string': 'off',
			'@typescript-eslint/restrict-template-expressions': 'off',
			'@typescript-eslint/unbound-method': 'off',
		},
	},
	{ files: ours, plugins: { rooms }, rules: { 'rooms/direction': 'error' } },

	// n8n's own sets, whole.
	{
		files: ['nodes/**/*.ts', 'credentials/**/*.ts', 'package.json'],
		plugins: { '@n8n/community-nodes': community },
		rules: {
			...community.configs.recommended.rules,
			// Written for n8n Cloud, which takes no package with dependencies; this one is for n8n on your own server: it
			// speaks to databases (drivers) and keeps a ledger in a file (fs, os, path, worker threads, timers).
			'@n8n/community-nodes/no-runtime-dependencies': 'off',
			'@n8n/community-nodes/no-restricted-imports': 'off',
			'@n8n/community-nodes/no-restricted-globals': 'off',
			// Users pick the credentials they have: `postgres`, `mySql`, … are n8n's own types, not ours to define.
			'@n8n/community-nodes/no-credential-reuse': 'off',
			'@n8n/community-nodes/valid-credential-references': 'off',
			// The engine's errors travel as they are and become n8n's at the edge of a node (nodes/shared/errors.ts); the
			// rule sees only the single `throw`.
			'@n8n/community-nodes/require-node-api-error': 'off',
			// A team without a common mail address or a page of its own.
			'@n8n/community-nodes/valid-author': 'off',
			'@n8n/community-nodes/require-homepage': 'off',
		},
	},
	{
		files: ['nodes/**/*.ts'],
		plugins: { 'n8n-nodes-base': n8nNodesBase },
		rules: {
			...n8nNodesBase.configs.nodes.rules,
			// They want the text 'main' where n8n's newer rule, node-connection-type-literal, wants NodeConnectionTypes.Main.
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-inputs-wrong-trigger-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
		},
	},
	{
		files: ['credentials/**/*.ts'],
		plugins: { 'n8n-nodes-base': n8nNodesBase },
		rules: n8nNodesBase.configs.credentials.rules,
	},
	{
		files: ['package.json'],
		languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
		plugins: { 'n8n-nodes-base': n8nNodesBase },
		rules: n8nNodesBase.configs.community.rules,
	},
);
