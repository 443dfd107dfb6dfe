/** Values on their way to and from MySQL and MariaDB, over the binary protocol. */
import { TypedParameter, Types, type FieldPacket } from 'mysql2';

import {
	exactBytes,
	exactFloat,
	exactDouble,
	exactJson,
	exactLocalTime,
	exactNumber,
	exactTimeOfDay,
	exactUtcTime,
} from '../exact';
import type { SqlValue, ValueForm } from '../types';

const WHOLE_MIN = -(2n ** 63n);
const WHOLE_MAX = 2n ** 63n - 1n;

/** A value as mysql2 binds it: whole numbers as 64-bit integers, not as doubles. */
export function bound(value: SqlValue): unknown {
	if (typeof value === 'number') return Number.isSafeInteger(value) ? TypedParameter.BIGINT(value) : value;
	if (typeof value === 'bigint')
		return value >= WHOLE_MIN && value <= WHOLE_MAX ? TypedParameter.BIGINT(value) : value.toString();
	if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
	return value;
}

type Show = (value: never) => unknown;

/** What the driver gives, by the column's type, in the `exact` form. */
const EXACT: Partial<Record<number, Show>> = {
	[Types.FLOAT]: exactFloat,
	[Types.DOUBLE]: exactDouble,
	[Types.LONGLONG]: (value: string | number) => exactNumber(String(value)),
	[Types.DECIMAL]: exactNumber,
	[Types.NEWDECIMAL]: exactNumber,
	[Types.TIMESTAMP]: exactUtcTime,
	[Types.DATETIME]: exactLocalTime,
	[Types.TIME]: exactTimeOfDay,
	[Types.BIT]: (value: Buffer) => exactNumber(bits(value).toString()),
	[Types.JSON]: exactJson,
};

const PLAIN: Partial<Record<number, Show>> = {
	[Types.LONGLONG]: Number as Show,
	[Types.DECIMAL]: Number as Show,
	[Types.NEWDECIMAL]: Number as Show,
	[Types.BIT]: (value: Buffer) => Number(bits(value)),
};

function bits(bytes: Buffer): bigint {
	return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
}

/** How each column of a result is shown. */
export function shownBy(form: ValueForm, fields: FieldPacket[]): (row: unknown[]) => unknown[] {
	const shows = fields.map((field) => {
		const { columnType = 0, extendedFormat } = field as FieldPacket & {
			columnType?: number;
			extendedFormat?: string;
		};
		if (form === 'plain') return PLAIN[columnType];
		// MariaDB's JSON is text with a mark on it.
		if (extendedFormat === 'json') return EXACT[Types.JSON];
		return EXACT[columnType];
	});
	const fallback =
		form === 'exact'
			? (value: unknown) => (value instanceof Uint8Array ? exactBytes(value) : value)
			: (value: unknown) => value;
	return (row) =>
		row.map((value, i) =>
			value === null ? null : ((shows[i] as ((value: unknown) => unknown) | undefined) ?? fallback)(value),
		);
}
