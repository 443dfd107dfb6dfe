/** Items and parameters as the node's tests write them. */
import type { IDataObject } from 'n8n-workflow';

export const stamp = (key: string, more: IDataObject = {}): IDataObject => ({
	id: 1,
	name: 'HR',
	key,
	version: 1,
	change: 'created',
	reason: 'changed',
	for: ['d'],
	run: 7,
	label: `Person ${key}`,
	...more,
});
export const rows = (...row: IDataObject[]) => ({ rows: { row }, match: [row[0]!['field']!] });
export const condition = (
	leftValue: string,
	type: string,
	operation: string,
	rightValue: string | number = '',
	singleValue = false,
): IDataObject => ({
	id: String(Math.random()),
	leftValue,
	rightValue,
	operator: { type, operation, ...(singleValue && { singleValue }) },
});
export const scope = (...conditions: IDataObject[]) => ({
	scope: {
		combinator: 'and',
		conditions,
		options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 3 },
	},
});
