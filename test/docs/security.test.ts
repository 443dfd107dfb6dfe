/** Every claim of docs/security.md has its test, by the name that is given there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const page = readFileSync(join(root, 'docs/security.md'), 'utf8');
const rows = page
	.split('\n')
	.filter((line) => line.startsWith('| ') && !line.startsWith('| they try') && !line.startsWith('| it tries'));
const named = /`(test\/[\w./-]+\.ts)` \*([^*]+)\*/gu;

test('every claim names at least one test', () => {
	expect(rows.length).toBeGreaterThan(25);
	expect(rows.filter((row) => row.match(named) === null)).toEqual([]);
});

test.each([...page.matchAll(named)].map(([, file, name]) => [file!, name!]))('%s has the test “%s”', (file, name) => {
	expect(existsSync(join(root, file))).toBe(true);
	const text = readFileSync(join(root, file), 'utf8');
	expect(
		['it', 'test'].some((word) =>
			new RegExp(`\\b${word}(?:\\.each\\([\\s\\S]*?\\))?\\(\\s*['"\`]`, 'u').test(text),
		),
	).toBe(true);
	expect(text.replaceAll("\\'", "'")).toContain(name);
});
