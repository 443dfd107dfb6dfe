/**
 * A value put into the destination's words by pairs, as they stand in two columns of a spreadsheet. Pure. A value that has
 * no pair is never guessed at: what happens then, the user says.
 */
import { isEmpty } from '../convert';
import { nearest } from '../nearest';
import { SyncError, type Value } from '../types';

export interface Translation {
	/** From → to; both as text. */
	pairs: ReadonlyMap<string, string>;
	/** Of a value without a pair: fail its record, leave the destination field alone, take it as it is, or this value. */
	otherwise: 'fail' | 'leave' | 'keep' | { fixed: string };
}

export type Translated =
	| {
			ok: true;
			value: Value;
			/** What had no pair. */ unseen?: string[];
			/** The field is left alone. */ left?: true;
	  }
	| { ok: false; unseen: string[]; problem: string; todo: string };

/** A tab, as a spreadsheet copies it; or what people type between two words. */
const BETWEEN = /\t|\s*(?:→|->|=>|=|;)\s*/u;

/** Reads pairs, one a line. Throws {@link SyncError} `setup` for a line that is none; `where` says whose they are. */
export function readPairs(text: string, where: string): Map<string, string> {
	const pairs = new Map<string, string>();
	for (const [index, line] of text.split(/\r\n|\n|\r/u).entries()) {
		if (line.trim() === '') continue;
		const between = BETWEEN.exec(line);
		if (between === null) {
			throw new SyncError(
				'setup',
				`${where}: line ${index + 1} of the translation (“${line.trim()}”) is no pair`,
				{
					todo: 'Write two columns, from and to, with a tab between them, as they are copied from a spreadsheet; or from = to.',
				},
			);
		}
		const from = cell(line.slice(0, between.index));
		const to = cell(line.slice(between.index + between[0].length));
		const before = pairs.get(from);
		if (before !== undefined && before !== to) {
			throw new SyncError('setup', `${where}: the translation takes “${from}” to “${before}” and to “${to}”`, {
				todo: 'Keep one of the two lines.',
			});
		}
		pairs.set(from, to);
	}
	return pairs;
}

/** A cell as a spreadsheet copies it: in quotes where it holds some. */
function cell(text: string): string {
	const trimmed = text.trim();
	return /^".*"$/u.test(trimmed) ? trimmed.slice(1, -1).replaceAll('""', '"').trim() : trimmed;
}

/** Compiles a translation. Of a list, each member is translated. An empty value stays empty unless it has a pair. */
export function translator({ pairs, otherwise }: Translation): (value: Value) => Translated {
	const one = (value: Value): Translated => {
		const text = textOf(value);
		const to = pairs.get(text);
		if (to !== undefined) return { ok: true, value: to };
		if (isEmpty(value) || text === '') return { ok: true, value };
		const unseen = [text];
		if (otherwise === 'keep') return { ok: true, value, unseen };
		if (otherwise === 'leave') return { ok: true, value: null, unseen, left: true };
		if (otherwise !== 'fail') return { ok: true, value: otherwise.fixed, unseen };
		const meant = nearest(text, pairs.keys());
		return {
			ok: false,
			unseen,
			problem: 'has no translation',
			todo: `${meant === undefined ? '' : `Is “${meant}” meant? `}Add a line for it in Translate, or say there what becomes of other values.`,
		};
	};
	return (value) => {
		if (!Array.isArray(value)) return one(value);
		const members = value.map(one);
		const unseen = members.flatMap((member) => member.unseen ?? []);
		const failed = members.find((member) => !member.ok);
		if (failed) return { ...failed, unseen };
		const more = unseen.length > 0 && { unseen };
		if (members.some((member) => member.ok && member.left)) return { ok: true, value: null, left: true, ...more };
		return { ok: true, value: members.map((member) => (member.ok ? member.value : null)), ...more };
	};
}

function textOf(value: Value): string {
	if (typeof value === 'string') return value.trim();
	return value === null || typeof value === 'object' ? '' : String(value);
}
