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

/** Throws where it is no formula, or names a field that is not there. */
export function evaluate(formula: string, about: About): Json {
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
	const call = (name: string): Json => {
		const given: Json[] = [];
		expect('(');
		while (tokens[at] !== ')') {
			if (given.length > 0) expect(',');
			given.push(whole());
		}
		expect(')');
		const run = FUNCTIONS[name];
		if (!run) throw new Error(`Unknown function names: ${name.toLowerCase()}`);
		return run(given, about);
	};
	const one = (): Json => {
		const token = tokens[at++] ?? '';
		if (token.startsWith('"')) return JSON.parse(token) as string;
		if (/^\d/u.test(token)) return Number(token);
		if (/^[A-Z]/u.test(token)) return call(token);
		if (!token.startsWith('{')) throw new Error('please check your formula text.');
		const name = token.slice(1, -1).replace(/\\(.)/gu, '$1');
		const value = about.field(name);
		if (value === undefined) throw new Error(`Unknown field names: ${name.toLowerCase()}`);
		return value;
	};
	const joined = (): Json => {
		let value = one();
		while (tokens[at] === '&') {
			at++;
			value = text(value) + text(one());
		}
		return value;
	};
	const whole = (): Json => {
		const left = joined();
		if (tokens[at] !== '=') return left;
		at++;
		return text(left) === text(joined());
	};
	const value = whole();
	if (at < tokens.length) throw new Error('please check your formula text.');
	return value;
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
