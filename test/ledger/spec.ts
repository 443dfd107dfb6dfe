/** What of `docs/spec.md` is made: the states' part, from `sync/states.ts`, and which test holds each rule of the protocol. */
import { ELSEWHERE } from '../protocol/elsewhere';
import { SECTIONS } from '../protocol/sections';
import { CONDITIONS, EVENTS, STATES, type LinkEvent, type Next } from '../../sync/states';

/** A cell in words: `present: due; otherwise: gone`. */
function words(next: Next): string {
	if (typeof next === 'string') return `\`${next}\``;
	return Object.entries(next)
		.map(([when, to]) => `${when}: ${typeof to === 'string' ? words(to) : `(${words(to)})`}`)
		.join('; ');
}

function table(head: [string, string], rows: [string, string][]): string {
	return [`| ${head.join(' | ')} |`, '|---|---|', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');
}

export function statesInWords(): string {
	const events = Object.entries(EVENTS).map(([name, what]): [string, string] => [`\`${name}\``, what]);
	const conditions = Object.entries(CONDITIONS);
	const states = Object.entries(STATES).map(([state, row]) => {
		const moves = (Object.keys(EVENTS) as LinkEvent[]).filter((event) => row[event] !== 'stays');
		const rows = moves.map((event): [string, string] => [`\`${event}\``, words(row[event])]);
		return `### \`${state}\`\n\n${table(['event', 'goes to'], rows)}`;
	});
	return [
		table(['event', 'what happened'], events),
		`The first case that is true counts:\n\n${table(['case', 'means'], conditions)}`,
		'An event that a state does not name may come there, and leaves the link where it is.',
		...states,
	].join('\n\n');
}

/** One rule of the protocol, as the specification has it. */
export interface Rule {
	sentence: string;
	today: string;
	/** Where its test is, and what it is called there; none where nothing holds the rule. */
	test: { file: string; name: string } | undefined;
}

const plain = (text: string) => text.replace(/[\u2018\u2019]/g, "'").replace(/[\u201c\u201d]/g, '"');

const tests = new Map<string, Rule['test']>();
for (const [file, rules] of Object.entries(SECTIONS))
	for (const name of Object.keys(rules)) tests.set(plain(name), { file: `test/protocol/${file}.ts`, name });
for (const [sentence, [file, name]] of Object.entries(ELSEWHERE)) tests.set(plain(sentence), { file, name });

/** Every sentence that some test is said to hold. */
export const TESTED = [...tests.keys()];

const PROTOCOL = /\n## The protocol[^]*$/;

/** The rules of the protocol, in their order. */
export function rulesOf(spec: string): Rule[] {
	const rows = PROTOCOL.exec(spec)![0].matchAll(/^\| (?!rule \||-)(.+)$/gm);
	return [...rows].map(([, row]) => {
		const [sentence, today] = row!.split(' | ').map((cell) => cell.replace(/ \|$/, ''));
		return { sentence: sentence!, today: today!, test: tests.get(plain(sentence!)) };
	});
}

/** The specification with the tests' column as it is to be. */
export function withTests(spec: string): string {
	const cell = ({ test, sentence }: Rule) => {
		if (!test) return '–';
		return plain(test.name) === plain(sentence) ? `\`${test.file}\`` : `\`${test.file}\`: ${test.name}`;
	};
	const tables = PROTOCOL.exec(spec)![0]
		.split('\n')
		.map((line) => {
			if (line.startsWith('| rule |')) return '| rule | today | test |';
			if (line.startsWith('|---')) return '|---|---|---|';
			if (!line.startsWith('| ')) return line;
			const [rule] = rulesOf(`\n## The protocol\n${line}`);
			return `| ${rule!.sentence} | ${rule!.today} | ${cell(rule!)} |`;
		});
	return spec.replace(PROTOCOL, () => tables.join('\n'));
}
