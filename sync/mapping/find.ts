/** A row whose value only names what its field takes: what it needs of the ledger or of the destination. */
import { isEmpty } from '../convert';
import { encodeKey } from '../key';
import type { MappingError } from '../mapping';
import type { Need } from '../needs';
import type { Value } from '../types';
import type { Row } from './settings';

/** What is needed for a value that is not empty; or why it can be no such name. */
export function needOf(
	{ field, finds }: Pick<Row, 'field'> & { finds: NonNullable<Row['finds']> },
	value: Value,
	many: boolean,
	/** Which part of what it refers to; undefined where that has none. */
	part?: Value,
): Need | MappingError {
	const values = many && Array.isArray(value) ? value : [value];
	const wrong = values.find((one) => one === null || one === '' || (typeof one === 'object' && !Array.isArray(one)));
	if (wrong !== undefined) {
		return {
			field,
			reason: 'What it refers to is named by an empty value or an object.',
			todo: 'Map the key itself, such as {{ $json.customer.id }}.',
		};
	}
	if (finds.kind === 'look up') {
		const { object, by } = finds;
		return { kind: 'look up', field, by, values, ...(object !== undefined && { object }), ...(many && { many }) };
	}
	const { to, patience } = finds;
	const parts =
		part === undefined ? undefined : (many && Array.isArray(part) ? part : values.map(() => part)).map(partOf);
	if (parts && (parts.length !== values.length || parts.includes(null))) {
		return {
			field,
			reason: 'It does not say which part of what it refers to is meant.',
			todo: 'Map in Part Referred To the element key that the part has there.',
		};
	}
	return {
		kind: 'reference',
		field,
		to,
		patience,
		keys: values.map(keyOf),
		...(parts && { parts: parts.flatMap((one) => one ?? []) }),
		...(many && { many }),
	};
}

function partOf(value: Value): string | null {
	return isEmpty(value) ? null : encodeKey([value]);
}

/** A list is a key of several columns. */
function keyOf(value: Value): string {
	return encodeKey(
		Array.isArray(value) ? value.map((part) => (typeof part === 'object' ? part : String(part))) : [value],
	)!;
}
