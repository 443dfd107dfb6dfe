/** The states' part of `docs/spec.md`, from `sync/states.ts`. */
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
