/** What an item says of a write: that it went well and under which id, or what it failed with. */
import type { INodeExecutionData } from 'n8n-workflow';

import type { Said } from '../../sync/answer';
import { SyncError, type Fields, type SyncErrorKind, type Value } from '../../sync/types';
import { codeOf } from '../shared/failed';
import type { Finder } from '../shared/field';
import { openEnded } from '../../sync/ends';

/** Where APIs put the id of what they have created; the first that is there counts. */
const IDS = ['id', 'ID', 'Id', '_id', 'uuid', 'key', 'number', 'record_id', 'recordId'];
/** Where they put the record itself. */
const INSIDE = ['data', 'result', 'record', 'body', 'item', 'attributes', 'properties', 'fields'];

/** The id by the path that is given, else by a guess. */
export function idOf(json: Fields, path: Finder | undefined): string | undefined {
	const found = path ? path(json, () => undefined) : guessed(json);
	if (found === undefined || found === null || found === '') return undefined;
	return typeof found === 'object' ? JSON.stringify(found) : String(found);
}

function guessed(json: Fields): Value | undefined {
	for (const place of [json, ...insideOf(json)]) {
		for (const name of IDS) {
			const id = Object.hasOwn(place, name) ? place[name] : undefined;
			if ((typeof id === 'string' && id !== '') || typeof id === 'number') return id;
		}
	}
	return undefined;
}

/** The record as the destination showed it, as far as that can be told. */
export function shown(json: Fields): Fields {
	return Object.assign({}, ...insideOf(json).reverse(), json) as Fields;
}

function insideOf(json: Fields): Fields[] {
	return INSIDE.flatMap((name) => {
		const inner = json[name];
		const one = Array.isArray(inner) && inner.length === 1 ? inner[0] : inner;
		return typeof one === 'object' && one !== null && !Array.isArray(one) ? [one] : [];
	});
}

/** A failure in the words of the node that had it. */
export function failed(item: INodeExecutionData, reason: string): Said {
	const code = codeOf(item.error ?? item.json['error']);
	const text = `${openEnded(reason)}${code !== undefined && !reason.includes(code) ? ` (${code})` : ''}`;
	return { ok: false, error: new SyncError(kindOf(code, reason), text), nothing: isCertain(code) };
}

function kindOf(code: string | undefined, reason: string): SyncErrorKind {
	if (code === '404' || code === '410') return 'missing';
	if (code === '409' || code === '23505' || /duplicate|already exists|not unique|unique constraint/iu.test(reason))
		return 'conflict';
	return isCertain(code) ? 'refused' : 'retry';
}

/** The destination has read the request and said no; a time-out or a broken answer says nothing. */
function isCertain(code: string | undefined): boolean {
	if (code === undefined) return false;
	if (/^4\d\d$/u.test(code)) return code !== '408';
	// Classes of SQLSTATE: data, constraints, rights and names.
	return /^(22|23|42)[0-9A-Z]{3}$/u.test(code);
}
