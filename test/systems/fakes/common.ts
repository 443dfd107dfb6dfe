/** What the stand-ins share. */
import { Fake, type Json, type Row } from '../fake';

export interface DestinationFake {
	fake: Fake;
	/** Each as the system would show it, by id. */
	rows: Map<string, Row>;
}

/** Members of `set` replace those of `row`; null clears, as JSON:API and Jira say. */
export const merge = (row: Row, set: Row): Row => {
	const out: Row = { ...row };
	for (const [name, value] of Object.entries(set)) {
		const before = out[name];
		const nested = value !== null && typeof value === 'object' && !Array.isArray(value);
		out[name] =
			nested && before !== null && typeof before === 'object' && !Array.isArray(before)
				? merge(before ?? {}, value)
				: value;
	}
	return out;
};
/** A form as the members that it names, `metadata[k]` inside its own; an empty text is null. `numbers`: names of numbers. */
export function membersOf(form: URLSearchParams, numbers: RegExp): Row {
	const row: Row = {};
	for (const [key, text] of form) {
		const [, name, inner] = /^([^[]+)(?:\[([^\]]+)\])?$/u.exec(key)!;
		const value: Json =
			text === ''
				? null
				: numbers.test(name!)
					? Number(text)
					: /^(true|false)$/u.test(text)
						? text === 'true'
						: text;
		if (inner === undefined) row[name!] = value;
		else row[name!] = { ...(row[name!] as Row), [inner]: value };
	}
	return row;
}

export const page = <T>(all: T[], start: number, size: number) => ({
	some: all.slice(start, start + size),
	end: start + size,
});

export interface SourceFake {
	fake: Fake;
	/** By object as it stands in addresses, then by id. */
	rows: Map<string, Map<string, Row>>;
}

export const tableOf = (rows: SourceFake['rows'], name: string): Map<string, Row> => {
	const table = rows.get(name) ?? new Map<string, Row>();
	rows.set(name, table);
	return table;
};

/** What stands at the end of a path; null where it leads nowhere. */
export const at = (row: Row, ...path: string[]): Json => {
	let value: Json = row;
	for (const step of path) {
		if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
		value = value[step] ?? null;
	}
	return value;
};
