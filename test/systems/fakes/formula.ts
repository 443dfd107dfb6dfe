/** Formulas as Airtable takes them in filters: as much of the language as is asked here. Fields are known by their names only. */
import type { Json } from '../fake';

/** What a formula is asked about. */
export interface About {
	id: string;
	created: string;
	modified: string | null;
	field(name: string): Json | undefined;
}

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|\{(?:[^}\\]|\\.)*\}|[A-Z_]+(?=\()|\d+(?:\.\d+)?|[(),&=])/uy;

/** A formula, read; it can be asked about one record after the other. */
export type Formula = (about: About) => Json;

/** Throws where it is no formula, or names a function that is not there; the formula, where it names such a field. */
export function read(formula: string): Formula {
	const tokens: string[] = [];
	TOKEN.lastIndex = 0;
	while (TOKEN.lastIndex < formula.length) {
		const found = TOKEN.exec(formula);
		if (!found) throw new Error('please check your formula text.');
		tokens.push(found[1]!);
	}
	let at = 0;
	const expect = (token: string) => {
		if (tokens[at++] !== token) throw new Error('please check your formula text.');
	};
	const call = (name: string): Formula => {
		const given: Formula[] = [];
		expect('(');
		while (tokens[at] !== ')') {
			if (given.length > 0) expect(',');
			given.push(whole());
		}
		expect(')');
		const run = FUNCTIONS[name];
		if (!run) throw new Error(`Unknown function names: ${name.toLowerCase()}`);
		return (about) =>
			run(
				given.map((one) => one(about)),
				about,
			);
	};
	const one = (): Formula => {
		const token = tokens[at++] ?? '';
		if (token.startsWith('"')) {
			const value = JSON.parse(token) as string;
			return () => value;
		}
		if (/^\d/u.test(token)) return () => Number(token);
		if (/^[A-Z]/u.test(token)) return call(token);
		if (!token.startsWith('{')) throw new Error('please check your formula text.');
		const name = token.slice(1, -1).replace(/\\(.)/gu, '$1');
		return ({ field }) => {
			const value = field(name);
			if (value === undefined) throw new Error(`Unknown field names: ${name.toLowerCase()}`);
			return value;
		};
	};
	const joined = (): Formula => {
		const parts = [one()];
		while (tokens[at] === '&') {
			at++;
			parts.push(one());
		}
		return parts.length === 1 ? parts[0]! : (about) => parts.map((part) => text(part(about))).join('');
	};
	const whole = (): Formula => {
		const left = joined();
		if (tokens[at] !== '=') return left;
		at++;
		const right = joined();
		return (about) => text(left(about)) === text(right(about));
	};
	const made = whole();
	if (at < tokens.length) throw new Error('please check your formula text.');
	return made;
}

const text = (value: Json): string =>
	value === null ? '' : value === true ? '1' : Array.isArray(value) ? value.map(text).join(', ') : String(value);

const FUNCTIONS: Record<string, (given: Json[], about: About) => Json> = {
	FIND: ([what, where]) => text(where!).indexOf(text(what!)) + 1,
	LOWER: ([value]) => text(value!).toLowerCase(),
	IF: ([condition, yes, no]) => (condition ? yes! : no!),
	IS_AFTER: ([left, right]) => Date.parse(text(left!)) > Date.parse(text(right!)),
	DATETIME_PARSE: ([value]) => new Date(text(value!)).toISOString(),
	RECORD_ID: (_, { id }) => id,
	CREATED_TIME: (_, { created }) => created,
	LAST_MODIFIED_TIME: (_, { modified }) => modified,
};
