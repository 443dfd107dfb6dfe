/**
 * No regular expression of ours can be made to run for long: every literal of what is packed is tried on long texts of the
 * characters that it looks for, each followed by one that it does not expect.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

const root = join(__dirname, '../../..');
const rooms = ['sync', 'sql', 'ledger', 'connectors', 'systems', 'report', 'nodes', 'credentials'];

interface Found {
	where: string;
	regex: RegExp;
}

function literals(): Found[] {
	const found: Found[] = [];
	const files = rooms.flatMap((room) =>
		readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
			.filter((name) => name.endsWith('.ts'))
			.map((name) => join(room, name)),
	);
	for (const file of files) {
		const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ES2023);
		const visit = (node: ts.Node): void => {
			if (ts.isRegularExpressionLiteral(node)) {
				const [, body, flags] = /^\/(.*)\/([a-z]*)$/su.exec(node.text)!;
				const line = source.getLineAndCharacterOfPosition(node.pos).line + 1;
				found.push({
					where: `${file}:${line} ${node.text}`,
					regex: new RegExp(body!, flags),
				});
			}
			ts.forEachChild(node, visit);
		};
		visit(source);
	}
	return found;
}

/** Slow on purpose-made texts, but nobody from outside can bring such a text there. */
const OURS = new Map([
	['sync/mapping/translate.ts', 'pairs that the workflow’s editor types'],
	['connectors/database/query.ts', 'a SELECT that the workflow’s editor types'],
	['report/words.ts', 'our own words for a length of time'],
	['connectors/rest/records/pages.ts', 'a header, which Node.js takes up to 16 KB of'],
]);

const LENGTH = 12_000;
const runs = [
	'0',
	'9',
	'a',
	' ',
	'.',
	'/',
	'-',
	'\t',
	'\n',
	'"',
	'\\',
	'[',
	']',
	'{',
	'}',
	'(',
	',',
	':',
	'=',
	'%',
	'+',
	'*',
	"'",
	'_',
	'&',
	'<',
	'?',
];
const texts = [
	...runs.map((run) => run.repeat(LENGTH)),
	...['1,', '1.', 'a.', 'a=', '\\"', '%2', 'a ', '0x', '${', '{a', '""', "''", '--', '/*', '1e'].map((pair) =>
		pair.repeat(LENGTH / 2),
	),
].flatMap((text) => [`${text}\u0000`, `x${text}\u0000`, `"${text}\u0000`, `1.${text}\u0000`, `$json${text}\u0000`]);

/** Of the processor: one whose time grows with the square takes some fifty, all others less than one. */
function milliseconds(regex: RegExp, text: string): number {
	const begun = process.cpuUsage();
	regex.lastIndex = 0;
	text.replace(regex, '');
	const { user, system } = process.cpuUsage(begun);
	return (user + system) / 1000;
}

test('every regular expression ends in no time on texts that were made to hold it up', () => {
	const all = literals().filter(({ where }) => !OURS.has(where.split(':')[0]!));
	expect(all.length).toBeGreaterThan(100);
	const slow: string[] = [];
	for (const { where, regex } of all) {
		for (const text of texts) {
			let taken = milliseconds(regex, text);
			for (let more = 0; taken > 40 && more < 3; more++) taken = Math.min(taken, milliseconds(regex, text));
			if (taken > 40) {
				slow.push(`${where} on ${JSON.stringify(text.slice(0, 12))}: ${Math.round(taken)} ms`);
				break;
			}
		}
	}
	expect(slow).toEqual([]);
}, 240_000);
