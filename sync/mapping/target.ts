/** One destination field and the way its value takes: from the record, through the conversion, or to a plain reason. */
import { canonical } from '../canonical';
import { converter, isEmpty, type Conversion, type Converted } from '../convert';
import { isKeyed } from '../fingerprint';
import type { MappingError } from '../mapping';
import { SyncError, type Fields, type Value } from '../types';
import type { Row } from './settings';
import { translator } from './translate';
import { resolve, type Evaluate, type ValueSource } from './value';

export type Found =
	| {
			ok: true;
			value: Value;
			/** Values that the translation does not know. */
			unseen?: string[];
			/** The destination field is left alone. */
			left?: true;
	  }
	| { ok: false; error: MappingError; unseen?: string[] };

export interface Target {
	field: string;
	source: ValueSource;
	/** The value for one record, or why there is none. `hidden`: the value may not be shown. */
	value(fields: Fields, evaluate: Evaluate, hidden: boolean): Found;
}

/** Compiles a field. Throws {@link SyncError} where the conversion or a constant is wrong; `where` says which row. */
export function compileTarget(
	field: string,
	source: ValueSource,
	conversion: Conversion,
	where: string,
	{ translate: translation, list }: Pick<Row, 'translate' | 'list'> = {},
): Target {
	const convertOne = named(where, () => converter(conversion));
	const convert = list === undefined ? convertOne : each(convertOne);
	const translate = translation && translator(translation);
	if (source.kind === 'constant') {
		const converted = convert(source.value);
		if (!converted.ok)
			throw new SyncError('setup', `${where}: ${shown(source.value)} ${converted.problem}`, {
				todo: converted.todo,
				field,
			});
		return { field, source, value: () => converted };
	}
	return {
		field,
		source,
		value(fields, evaluate, hidden) {
			let found: Value | undefined;
			try {
				found = resolve(source, fields, evaluate);
			} catch (error) {
				return { ok: false, error: expressionFailed(field, error, hidden) };
			}
			if (isKeyed(found)) return { ok: false, error: unreadable(field) };
			const given = list === undefined ? (found ?? null) : asList(found ?? null);
			const translated = translate?.(given);
			const { unseen } = translated ?? {};
			const more = unseen !== undefined && { unseen };
			if (translated?.ok === false) {
				const { problem, todo } = translated;
				return {
					ok: false,
					error: unconvertible(field, given, problem, hidden ? undefined : todo, hidden),
					...more,
				};
			}
			if (translated?.left) return { ok: true, value: null, left: true, ...more };
			const converted = convert(translated === undefined ? given : translated.value);
			if (converted.ok) return more ? { ...converted, ...more } : converted;
			return {
				ok: false,
				error: unconvertible(field, given, converted.problem, converted.todo, hidden),
				...more,
			};
		},
	};
}

/** Text that is a JSON list is one: databases without lists keep them so. */
export function asList(value: Value): Value {
	if (typeof value !== 'string' || !value.trim().startsWith('[')) return value;
	try {
		return JSON.parse(value) as Value;
	} catch {
		return value;
	}
}

/** A list's members, each converted. Nothing is an empty list nowhere: it stays nothing. */
function each(convert: (value: Value) => Converted): (value: Value) => Converted {
	return (value) => {
		if (isEmpty(value)) return { ok: true, value: null };
		if (!Array.isArray(value))
			return {
				ok: false,
				problem: 'is no list',
				todo: 'Map a list, or take the setting List away from this field.',
			};
		const members = value.map(convert);
		const wrong = members.find((member) => !member.ok);
		return wrong ?? { ok: true, value: members.map((member) => (member.ok ? member.value : null)) };
	};
}

function unconvertible(
	field: string,
	value: Value,
	problem: string,
	todo: string | undefined,
	hidden: boolean,
): MappingError {
	if (hidden) return { field, reason: `The value (sensitive, not shown) ${problem}.`, todo };
	return {
		field,
		value: shorten(typeof value === 'string' ? value : canonical(value)),
		reason: `${shown(value)} ${problem}.`,
		todo,
	};
}

function expressionFailed(field: string, error: unknown, hidden: boolean): MappingError {
	const said = error instanceof Error && error.message !== '' && !hidden ? `: ${shorten(error.message, 200)}` : '';
	return {
		field,
		reason: `The expression failed${said}.`,
		todo: 'Open the mapping with this record and correct the expression.',
	};
}

/** A sensitive field of which the ledger keeps a fingerprint only. */
export function unreadable(field: string): MappingError {
	return {
		field,
		reason: 'The sensitive value is not kept, so it is not at hand.',
		todo: 'Sync the record again from its source.',
	};
}

/** A value as it stands in a sentence: quoted, and not too long. */
export function shown(value: Value): string {
	return isEmpty(value) ? 'An empty value' : shorten(canonical(value));
}

function shorten(text: string, most = 80): string {
	return text.length <= most ? text : `${text.slice(0, most)}…`;
}

/** Puts the row in front of what is wrong with its settings. */
function named<T>(where: string, compile: () => T): T {
	try {
		return compile();
	} catch (error) {
		if (!(error instanceof SyncError)) throw error;
		throw new SyncError(error.kind, `${where}: ${error.message}`, error.detail);
	}
}
