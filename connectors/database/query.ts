/** What the user wants to be read: a table, or a SELECT of their own, as something to put after FROM. */
import { sql, type RawBuilder } from 'kysely';

import { SyncError } from '../../sync/types';
import type { DialectName } from '../../sql/types';

/** The user's SELECT as a subquery. Throws SyncError `setup` for several statements or none. */
export function subquery(text: string, dialect: DialectName): RawBuilder<unknown> {
	// On a line of its own, the bracket closes even behind a comment.
	return sql`(${sql.raw(single(text, dialect))}\n)`;
}

/** One statement without its semicolon. What ends a text depends on the dialect: a backslash escapes in MySQL only. */
export function single(text: string, dialect: DialectName): string {
	const end = statementEnd(text, dialect);
	const statement = text.slice(0, end);
	if (blank(statement)) throw new SyncError('setup', 'The query is empty.', { todo: 'Write a SELECT.' });
	if (!blank(text.slice(end).replace(/^(\s*;)+/, ''))) {
		throw new SyncError('setup', 'The query has several statements.', {
			todo: 'Write one SELECT, without a semicolon inside.',
		});
	}
	return statement.trimEnd();
}

/** Quoted texts and names, comments: what a semicolon inside means nothing in. */
const QUOTED: Record<DialectName, RegExp> = {
	sqlite: /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|;/g,
	postgres:
		/\b[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|;/g,
	mysql: /'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"\\]|""|\\[\s\S])*"|`(?:[^`]|``)*`|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|;/g,
};

function statementEnd(text: string, dialect: DialectName): number {
	for (const match of text.matchAll(QUOTED[dialect])) if (match[0] === ';') return match.index;
	return text.length;
}

function blank(text: string): boolean {
	return text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() === '';
}
