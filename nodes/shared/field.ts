/** Where in an item something stands, as users say it: typed (`id`, `properties.email`, `First Name`) or dragged in. */
import type { Fields, Value } from '../../sync/types';
import { readSource, resolve, type Evaluate } from '../../sync/mapping/value';
import { follow, parsePath } from '../../sync/path';
import { SyncError } from '../../sync/types';

/** What stands there in a record; undefined where nothing does. */
export type Finder = (fields: Fields, evaluate: Evaluate) => Value | undefined;

/** One place. Undefined where none is named. Throws {@link SyncError} `setup`. */
export function finder(raw: unknown, at: string, label: string): Finder | undefined {
	const text = typeof raw === 'string' || typeof raw === 'number' ? String(raw).trim() : '';
	if (text === '') return undefined;
	try {
		if (text.startsWith('=')) {
			const source = readSource(text, at);
			return (fields, evaluate) => resolve(source, fields, evaluate);
		}
		const path = parsePath(/^\[/u.test(text) ? `$json${text}` : `$json.${text}`);
		return (fields) => {
			if (Object.hasOwn(fields, text)) return fields[text];
			return path && follow(fields, path);
		};
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new SyncError('setup', `${label}: ${error.message}`, { todo: 'Name another field.' });
	}
}

/** Several places, typed with commas between them; an expression is one. */
export function finders(raw: unknown, at: string, label: string): Finder[] {
	const given = typeof raw === 'string' && !raw.startsWith('=') ? raw.split(',') : [raw];
	return given.flatMap((one) => finder(one, at, label) ?? []);
}
