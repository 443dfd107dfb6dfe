/** What the user wants to be read: a table, or a SELECT of their own, as something to put after FROM. */
import { sql, type RawBuilder } from 'kysely';

import { SyncError } from '../../sync/types';

/** The user's SELECT as a subquery. Throws SyncError `setup` for several statements or none. */
export function subquery(text: string): RawBuilder<unknown> {
	// On a line of its own, the bracket closes even behind a comment.
	return sql`(${sql.raw(single(text))}\n)`;
}

/** One statement without its semicolon. */
export function single(text: string): string {
	const end = statementEnd(text);
	const statement = text.slice(0, end);
	if (blank(statement)) throw new SyncError('setup', 'The query is empty.', { todo: 'Write a SELECT.' });
	if (!blank(text.slice(end).replace(/^(\s*;)+/, ''))) {
		throw new SyncError('setup', 'The query has several statements.', {
			todo: 'Write one SELECT, without a semicolon inside.',
		});
	}
	return statement.trimEnd();
}

/** Quoted texts and names, dollar-quoted texts, comments: what a semicolon inside means nothing in. */
const QUOTED =
	/'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|;/g;

function statementEnd(text: string): number {
	for (const match of text.matchAll(QUOTED)) if (match[0] === ';') return match.index;
	return text.length;
}

function blank(text: string): boolean {
	return text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() === '';
}
