/** Postgres' text form of arrays: `{1,"a b",NULL,{x}}`. */
import type { Value } from '../../sync/types';

/** Parses an array's text; each element that is not NULL goes through `element`. Bounds (`[0:1]={…}`) are dropped. */
export function parseArray(text: string, element: (text: string) => Value): Value[] {
	let at = text.startsWith('[') ? text.indexOf('=') + 1 : 0;

	function list(): Value[] {
		const values: Value[] = [];
		at++; // {
		while (text[at] !== '}') {
			if (text[at] === '{') values.push(list());
			else if (text[at] === '"') values.push(element(quoted()));
			else {
				const end = plainEnd(text, at);
				const plain = text.slice(at, end);
				values.push(plain === 'NULL' ? null : element(plain));
				at = end;
			}
			if (text[at] === ',') at++;
			else if (at >= text.length) throw new SyntaxError('an array without an end');
		}
		at++; // }
		return values;
	}

	function quoted(): string {
		let value = '';
		for (at++; text[at] !== '"'; at++) {
			if (text[at] === '\\') at++;
			if (at >= text.length) throw new SyntaxError('a quoted element without an end');
			value += text[at];
		}
		at++;
		return value;
	}

	return list();
}

function plainEnd(text: string, from: number): number {
	let end = from;
	while (end < text.length && text[end] !== ',' && text[end] !== '}') end++;
	return end;
}

const NULL = 'NULL';
/** What needs no quotes, unless it is the word for nothing. */
const PLAIN = /^[\w.:@+-]+$/;

/** An array's text; nested lists become further dimensions. */
export function arrayText(values: readonly (string | null | readonly unknown[])[]): string {
	const parts = values.map((value) => {
		if (value === null) return NULL;
		if (typeof value !== 'string') return arrayText(value as (string | null)[]);
		if (PLAIN.test(value) && value.length !== NULL.length) return value;
		return `"${value.replace(/[\\"]/g, '\\$&')}"`;
	});
	return `{${parts.join(',')}}`;
}
