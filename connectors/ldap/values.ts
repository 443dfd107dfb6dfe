/** Values in a directory's own spelling, and on their way to and from the wire. */
import { SyncError, type Value } from '../../sync/types';
import { dnText, parseDn } from './dn';
import type { AttributeType } from './schema';

/** A wanted value as it would be read back: nothing, one value, or a sorted list. Throws SyncError `refused`. */
export function spell(name: string, type: AttributeType, value: Value | undefined): Value {
	const list = (Array.isArray(value) ? value : [value])
		.filter((one) => one !== null && one !== undefined && one !== '')
		.map((one) => spellOne(name, type, one!));
	if (type.single && list.length > 1)
		throw unfit(name, `${list.length} values`, 'are too many: it holds one', 'Map one value.');
	return plain(list);
}

function spellOne(name: string, { form }: AttributeType, value: Value): Value {
	if (form === 'boolean') {
		if (typeof value === 'boolean') return value;
		const word = typeof value === 'string' ? value.toLowerCase() : '';
		if (word === 'true' || word === 'false') return word === 'true';
		throw unfit(name, value, 'is neither true nor false', 'Convert it to yes/no.');
	}
	if (typeof value === 'object') throw unfit(name, value, 'is no text', 'Convert it to text.');
	const text = String(value);
	switch (form) {
		case 'time': {
			const time = timeOf(text) ?? (/^\d{4}-\d\d-\d\d/u.test(text) ? Date.parse(text) : Number.NaN);
			if (Number.isNaN(time)) throw unfit(name, value, 'is no date and time', 'Convert it to a date and time.');
			return new Date(time).toISOString();
		}
		case 'name': {
			const dn = parseDn(text);
			if (!dn || dn.length === 0)
				throw unfit(name, value, 'is no name of an entry', `Write it as uid=…,ou=…, or map ${name}[uid].`);
			return dnText(dn);
		}
		case 'bytes':
			if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u.test(text))
				throw unfit(name, value, 'is not in base64', 'Encode the bytes in base64.');
			return text;
		case 'number':
			if (!/^-?\d+$/u.test(text.trim()))
				throw unfit(name, value, 'is no whole number', 'Convert it to a number.');
			return text.trim();
		default:
			return text;
	}
}

/** What was read, in the same spelling. */
export function readValues({ form }: AttributeType, values: readonly Buffer[]): Value {
	return plain(
		values.map((bytes): Value => {
			if (form === 'bytes') return bytes.toString('base64');
			const text = bytes.toString('utf8');
			if (form === 'boolean') return /^(?:true|false)$/iu.test(text) ? text.toLowerCase() === 'true' : text;
			if (form === 'time') {
				const time = timeOf(text);
				return time === undefined ? text : new Date(time).toISOString();
			}
			const dn = form === 'name' ? parseDn(text) : undefined;
			return dn ? dnText(dn) : text;
		}),
	);
}

/** A spelled value as it is sent. */
export function bytesOf({ form, name }: AttributeType, value: Value): Buffer[] {
	return listOf(value).map((one) => {
		if (name.toLowerCase() === 'unicodepwd') return Buffer.from(`"${textOf(one)}"`, 'utf16le');
		if (typeof one === 'boolean') return Buffer.from(one ? 'TRUE' : 'FALSE');
		const text = one as string;
		if (form === 'bytes') return Buffer.from(text, 'base64');
		if (form === 'time') return Buffer.from(generalized(text));
		return Buffer.from(text, 'utf8');
	});
}

/** A value that is no object, as text. */
export function textOf(value: Value): string {
	return typeof value === 'string' ? value : JSON.stringify(value);
}

export function listOf(value: Value): Value[] {
	if (value === null) return [];
	return Array.isArray(value) ? value : [value];
}

/** None, one, or several in a fixed order: a list's order means nothing to a directory. */
function plain(list: Value[]): Value {
	const unique = [...new Set(list)];
	if (unique.length < 2) return unique[0] ?? null;
	return unique.sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
}

/** Generalized time: `20260101120000Z`, with fractions and zones. */
function timeOf(text: string): number | undefined {
	const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:[.,](\d+))?(Z|[+-]\d{2}(?:\d{2})?)$/u.exec(text);
	if (!found) return undefined;
	const [, year, month, day, hour, minute = '00', second = '00', fraction = '0', zone = 'Z'] = found;
	const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3) || '00'}`;
	const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3)}${offset}`);
	return Number.isNaN(time) ? undefined : time;
}

function generalized(iso: string): string {
	return iso.replace(/\.000Z$/u, 'Z').replace(/[-:T]/gu, '');
}

function unfit(field: string, value: Value, problem: string, todo: string): SyncError {
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return new SyncError('refused', `“${field}”: ${JSON.stringify(text.slice(0, 80))} ${problem}.`, { todo, field });
}
