/** Texts with places: see {@link Template} in `definition/request.ts`. Pure. */
import { createHash } from 'node:crypto';

import { set } from '../../../sync/canonical';
import { SyncError, type Fields, type Value } from '../../../sync/types';
import type { JsonTemplate } from '../definition';
import { get, listOf } from './path';
import { withoutEnd } from '../../../sync/ends';

/** What places can be filled with: `credential`, `setting`, `id`, … */
export type Names = Record<string, Value | undefined>;

const PLACE = /\{\{|\}\}|\{([\p{L}_][^{}|]*)((?:\|[a-zA-Z0-9]+(?::[^|{}]*)?)*)\}/gu;
const ONE = /^\{([\p{L}_][^{}|]*)((?:\|[a-zA-Z0-9]+(?::[^|{}]*)?)*)\}$/u;

/** As a value: a text that is one place takes its value's type. Undefined where a place has no value. */
export function fill(template: string, names: Names): Value | undefined {
	const one = ONE.exec(template);
	if (one) return valueOf(one[1]!, one[2]!, names);
	return fillText(template, names);
}

/** As a text; undefined where a place has no value. `each`: what is done to every value. */
export function fillText(template: string, names: Names, each = (text: string) => text): string | undefined {
	let missing = false;
	const text = template.replace(PLACE, (all, name?: string, functions?: string) => {
		if (name === undefined) return all[0]!;
		const value = valueOf(name, functions!, names);
		if (value === undefined || value === null) missing = true;
		return each(textOf(value ?? ''));
	});
	return missing ? undefined : text;
}

/** A path, with every value encoded. Throws where a value is missing: such a path would name something else. */
export function fillPath(template: string, names: Names): string {
	const text = fillText(template, names, encodeURIComponent);
	if (text === undefined || /(^|\/)\.{1,2}(\/|$)/u.test(text.split('?')[0]!))
		throw new SyncError('refused', `There is no value for a part of the path ${template}.`, {
			todo: 'See that the settings and the id are filled in.',
		});
	return text;
}

/** A whole JSON template. Members without a value are left out. */
export function fillJson(template: JsonTemplate, names: Names): Value | undefined {
	if (typeof template === 'string') return fill(template, names);
	if (template === null || typeof template !== 'object') return template;
	if (Array.isArray(template)) return template.flatMap((one) => fillJson(one, names) ?? []);
	const filled: Fields = {};
	for (const [name, member] of Object.entries(template)) {
		const value = fillJson(member, names);
		if (value === undefined) continue;
		if (name === '...') {
			if (typeof value === 'object' && value !== null && !Array.isArray(value))
				for (const [inner, one] of Object.entries(value)) set(filled, inner, one);
		} else set(filled, fillText(name, names) ?? name, value);
	}
	return filled;
}

function valueOf(name: string, functions: string, names: Names): Value | undefined {
	// `undefined` members are no JSON, and `get` only passes them on.
	let value = get(names as Fields, name);
	for (const part of functions.split('|').slice(1)) {
		if (value === undefined || value === null) return undefined;
		const colon = part.indexOf(':');
		const called = colon < 0 ? part : part.slice(0, colon);
		const work = FUNCTIONS[called];
		if (!work) throw new SyncError('setup', `There is no function “${called}” in a definition.`);
		value = work(value, colon < 0 ? '' : part.slice(colon + 1));
	}
	return value;
}

/** A value as a text; an empty one is an empty text. */
export function textOf(value: Value | undefined): string {
	if (value === undefined || value === null) return '';
	return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const FUNCTIONS: Record<string, (value: Value, argument: string) => Value> = {
	lower: (value) => textOf(value).toLowerCase(),
	upper: (value) => textOf(value).toUpperCase(),
	trim: (value) => textOf(value).trim(),
	lead: (value, by) => (textOf(value) === '' ? '' : by + textOf(value)),
	md5: (value) => createHash('md5').update(textOf(value)).digest('hex'),
	base64: (value) => Buffer.from(textOf(value)).toString('base64'),
	trimSlash: (value) => withoutEnd(textOf(value).trim(), '/'),
	lastPart: (value, by) => textOf(value).split(by).at(-1) ?? '',
	join: (value, by) => (Array.isArray(value) ? value.map(textOf).join(by) : textOf(value)),
	split: (value, by) =>
		textOf(value)
			.split(by)
			.map((part) => part.trim())
			.filter((part) => part !== ''),
	json: (value) => JSON.stringify(value),
	quote: (value) => JSON.stringify(textOf(value)),
	quotes: (value, mark) =>
		listOf(value)
			.flat()
			.map((one) => (mark === '' ? JSON.stringify(textOf(one)) : mark + backslashed(textOf(one), mark) + mark))
			.join(','),
	wrap: (value, by) => listOf(value).map((one) => ({ [by]: one })),
	number: (value) => Number(value),
	text: (value) => textOf(value),
	escape: (value, mark) =>
		textOf(value)
			.split(mark)
			.join(mark + mark),
	inBraces: (value) => textOf(value).replaceAll('}', '\\}'),
	backslash: (value, mark) => backslashed(textOf(value), mark),
};

function backslashed(text: string, mark: string): string {
	return text.replace(/\\/gu, '\\\\').split(mark).join(`\\${mark}`);
}
