/** Where the records of an answer stand, and what an answer without any means. */
import { set } from '../../../sync/canonical';
import type { Fields } from '../../../sync/types';
import { SyncError } from '../../../sync/types';
import type { Paged } from '../definition';
import { at, type Answered, type Client } from '../net/client';
import { holds } from '../text/condition';
import { get } from '../text/path';
import { textOf } from '../text/template';
import { isObject } from './values';

/** The records of an answer. Throws where they are not there: an empty list is something else. `single`: the answer may be one. */
export function recordsAt(answer: Answered, list: Paged, client: Client, single = false): Fields[] {
	const found = elementsAt(answer, list, client, single);
	const { within } = list;
	if (within === undefined) return found;
	return found.flatMap((one) => {
		const record = get(one, within.record);
		if (isObject(record)) return [record];
		if (holds(within.absent, one)) return [];
		throw new SyncError(
			'unreachable',
			`${client.system.displayName} could not read one of several records: ${JSON.stringify(one)}.`,
			{ todo: 'It is asked again by itself.' },
		);
	});
}

function elementsAt(
	answer: Answered,
	{ items, byId, as, pages }: Paged,
	{ system: { displayName: where }, access }: Client,
	single: boolean,
): Fields[] {
	const { status, body } = answer;
	const found = get(body, items);
	if (as && found !== undefined) {
		const made = as(found, access.names.setting as Record<string, string>); // texts, by `accessTo`
		if (typeof made !== 'string') return made;
		throw new SyncError('setup', `${where}: ${made}.`, {
			todo: 'Correct it there, or in the settings of the node.',
		});
	}
	if (byId !== undefined && isObject(found))
		return Object.entries(found).map(([id, one]) => {
			const record: Fields = isObject(one) ? { ...one } : { value: one };
			set(record, byId, id);
			return record;
		});
	if (Array.isArray(found)) return found.filter(isObject);
	if (isObject(found) && (items !== '' || single)) return [found];
	// It says itself that there are none.
	if (found === undefined && 'total' in pages && pages.total !== false && textOf(at(answer, pages.total)) === '0')
		return [];
	// Nothing at all is an empty list only where the status says so: else an answer that was cut would empty the source.
	if ((found === null && items !== '') || (body === undefined && status === 204)) return [];
	throw new SyncError(
		'unreachable',
		`${where} answered without ${items === '' ? 'a list' : `“${items}”`}, so that nothing can be said of its records.`,
		{
			todo: 'See that the base URL is the one of the API, and that the credential may read this.',
		},
	);
}
