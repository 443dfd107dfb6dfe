/** docs/errors.md: every error that a form can cause, as n8n shows it, with what to do; and none in the code that is not there. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { n8nIsHere } from '../n8n/inprocess';
import { World } from '../nodes/world';
import { directoriesAreThere, startDirectories, stopDirectories } from './errors/directories';
import type { Mistake } from './errors/mistake';
import { MISTAKES } from './errors/mistakes';

// This file runs as .build/test/docs/errors.test.js.
const root = join(__dirname, '..', '..', '..');
const DOC = join(root, 'docs', 'errors.md');
const BETWEEN = /(<!-- errors -->\n)[^]*?(<!-- \/errors -->)/u;

interface Line extends Pick<Mistake, 'made' | 'node'> {
	message: string;
	todo: string;
}

(n8nIsHere && directoriesAreThere ? describe : describe.skip)('every mistake in a form', () => {
	jest.setTimeout(300_000);
	beforeAll(startDirectories);
	afterAll(stopDirectories);
	const shown: Line[] = [];

	test.each(MISTAKES)('is told of where it was made, with what to do: $node, $made', async ({ made, node, show }) => {
		const world = new World();
		try {
			const { message, description } = await show(world);
			expect([made, message]).toEqual([made, expect.stringMatching(/\S/u)]);
			expect([made, description]).toEqual([made, expect.stringMatching(/\S/u)]);
			// Paths of this machine are none of the documentation's business.
			const plain = (text: string) => text.replaceAll(world.folder, '/data');
			shown.push({ made, node, message: plain(message!), todo: plain(description!) });
		} finally {
			await world.remove();
		}
	});

	test('stands in docs/errors.md as it is shown', () => {
		expect(shown).toHaveLength(MISTAKES.length);
		const text = readFileSync(DOC, 'utf8');
		const now = text.replace(BETWEEN, (_all, begin, end) => `${begin}\n${table(shown)}\n${end}`);
		if (process.env['UPDATE_ERRORS']) writeFileSync(DOC, now);
		expect(readFileSync(DOC, 'utf8')).toBe(now);
	});

	test('is all that the code knows of these forms, but for what n8n refuses before', () => {
		const tests = ['test/mapping', 'test/nodes'].flatMap(sources).map((file) => readFileSync(file, 'utf8'));
		const told = shown.map(({ message }) => message);
		const missed = ROOMS.flatMap((room) => sources(room))
			.flatMap((file) => messagesIn(readFileSync(file, 'utf8')))
			.filter((message) => !ELSEWHERE.includes(message))
			.filter((message) => ![...told, ...tests].some((text) => text.includes(longest(message))));
		expect(missed).toEqual([]);
	});
});

/** Where what a form says is made of it. */
const ROOMS = [
	'nodes/SourceWinsMapping',
	'nodes/SyncFromDatabaseTrigger',
	'nodes/SyncFromAnyNode',
	'nodes/SyncFromAppTrigger',
	'nodes/SyncFromWebhookTrigger',
	'nodes/SyncPlan',
	'nodes/SyncConfirm',
	'nodes/SyncToApp',
	'nodes/SyncToDirectory',
	'nodes/SyncLedger',
	'nodes/SyncBoardTrigger',
	'nodes/shared/app',
	'nodes/shared/trigger',
	'sync/mapping',
];

const ELSEWHERE = [
	// n8n itself marks a required field that is empty, and starts no test run.
	'No table is chosen.',
	'No database is chosen.',
	'No credential is chosen.',
	'No column to follow is chosen.',
	'The SELECT is empty.',
	'No key is named.',
	'The destination has no name.',
	'No container is named that the disabled are moved to',
	'Only Newer Than a Date needs the date and the field that it is compared with',
	// It takes two runs at once, or one after the other.
	'This node ran before in this execution, and these are other records',
	'Another run of this workflow is reading just now',
	'A record that this test creates would be created again by the first real run.',
	// It takes a sync that is at work in the same moment.
	'${name} is at work just now.',
];

function sources(folder: string): string[] {
	return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.map((name) => join(root, folder, name));
}

/** The messages of errors in a form, as they stand in the code. */
function messagesIn(code: string): string[] {
	const made =
		/(?:new SyncError\(\s*'setup',\s*|\bwrong\(\s*|new NodeOperationError\([^,]*,\s*)(['`])((?:(?!\1)[^\\]|\\.)*)\1/gu;
	return [...code.matchAll(made)].map(([, , message]) => message!);
}

/** The longest piece of a message that is the same whatever was found. */
function longest(message: string): string {
	const pieces = message.split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/u).map((piece) => piece.trim());
	return pieces.sort((a, b) => b.length - a.length)[0]!;
}

function table(all: Line[]): string {
	const nodes = [...new Set(all.map(({ node }) => node))];
	return nodes
		.map((node) => {
			const lines = all
				.filter((one) => one.node === node)
				.map(({ made, message, todo }) => `| ${[made, message, todo].map(cell).join(' | ')} |`);
			return `### ${node}\n\n| somebody … | n8n shows | what to do |\n|---|---|---|\n${lines.join('\n')}\n`;
		})
		.join('\n');
}

function cell(text: string): string {
	return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
