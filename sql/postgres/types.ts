/**
 * How Postgres' text becomes values, by type number. Given to each client of its own, so that nothing global changes
 * for others in the same process that use pg.
 */
import type { CustomTypesConfig } from 'pg';

import type { Value } from '../../sync/types';
import { exactBytes, exactJson, exactLocalTime, exactNumber, exactTimeOfDay, exactUtcTime } from '../exact';
import type { ValueForm } from '../types';
import { parseArray } from './array';

type Parse = (text: string) => unknown;

const text = (value: string): Value => value;
const bytes = (value: string): Uint8Array => Buffer.from(value.slice(2), 'hex');
const yesNo = (value: string): boolean => value === 't';
/** PostgreSQL's shortest text of a double already means exactly one double. */
const float = (value: string): Value => (Number.isFinite(Number(value)) ? Number(value) || 0 : value);

/** Element types by their number, and that of their array. */
const EXACT: [type: number, array: number, parse: (text: string) => Value][] = [
	[16, 1000, yesNo],
	[17, 1001, (value) => exactBytes(bytes(value))],
	[20, 1016, exactNumber], // int8
	[21, 1005, Number],
	[23, 1007, Number],
	[26, 1028, Number], // oid
	[114, 199, exactJson],
	[3802, 3807, exactJson], // jsonb
	[700, 1021, float],
	[701, 1022, float],
	[1700, 1231, exactNumber], // numeric
	[1082, 1182, text], // date
	[1083, 1183, exactTimeOfDay],
	[1114, 1115, exactLocalTime], // timestamp
	[1184, 1185, exactUtcTime], // timestamptz
	// Text as it is: the arrays have to be named.
	[25, 1009, text],
	[1043, 1015, text], // varchar
	[1042, 1014, text], // char(n)
	[18, 1002, text], // "char"
	[19, 1003, text], // name
	[2950, 2951, text], // uuid
	[869, 1041, text], // inet
	[650, 651, text], // cidr
	[829, 1040, text], // macaddr
	[1186, 1187, text], // interval
	[1266, 1270, text], // timetz
	[1560, 1561, text], // bit
	[1562, 1563, text], // varbit
	[790, 791, text], // money
	[142, 143, text], // xml
];

const PLAIN: [type: number, parse: Parse][] = [
	[16, yesNo],
	[17, bytes],
	[20, Number],
	[21, Number],
	[23, Number],
	[26, Number],
	[700, Number],
	[701, Number],
	[1700, Number],
];

/** An array type that the database's users made, and its element type. */
export interface UserArray {
	array: number;
	element: number;
}

/** The parsers of one database; arrays of its own types may be added once they are known. */
export function typesOf(form: ValueForm): { config: CustomTypesConfig; add(arrays: UserArray[]): void } {
	const parsers = new Map<number, Parse>();
	if (form === 'plain') {
		for (const [type, parse] of PLAIN) parsers.set(type, parse);
	} else {
		for (const [type, array, parse] of EXACT) {
			parsers.set(type, parse);
			parsers.set(array, (value) => parseArray(value, parse));
		}
	}
	const getTypeParser = (type: number) => parsers.get(type) ?? text;
	return {
		config: { getTypeParser: getTypeParser },
		add: (arrays) => {
			if (form === 'plain') return;
			for (const { array, element } of arrays) {
				const parse = getTypeParser(element) as (text: string) => Value;
				parsers.set(array, (value) => parseArray(value, parse));
			}
		},
	};
}
