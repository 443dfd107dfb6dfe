/** A row whose value only names what its field takes: what it needs of the ledger or of the destination. */
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
	return { kind: 'reference', field, to, patience, keys: values.map(keyOf), ...(many && { many }) };
}

/** A list is a key of several columns. */
function keyOf(value: Value): string {
	return encodeKey(
		Array.isArray(value) ? value.map((part) => (typeof part === 'object' ? part : String(part))) : [value],
	)!;
}
