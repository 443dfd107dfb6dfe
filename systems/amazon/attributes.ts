/** Attributes as a mapping gives them and as Amazon does: lists whose elements say for which marketplace they hold. Pure. */
import type { Fields, Value } from '../../connectors/rest/definition';
import { isObject } from '../../connectors/rest/records/values';

/** Attributes that say in which language they are. */
const SPOKEN = new Set(['item_name', 'product_description', 'bullet_point', 'brand', 'color', 'size', 'material']);

/** Attributes as Amazon takes them: each value with its marketplace, and its language where it has one. */
export function attributesOf(
	fields: Value,
	{ marketplace = '', language = '', currency = '' }: Record<string, string>,
): Value {
	if (!isObject(fields)) return fields;
	const place: Fields = { marketplace_id: marketplace };
	return Object.fromEntries(
		Object.entries(fields).map(([name, value]) => [
			name,
			listOf(value).map((one) => ({
				...(isObject(one) ? one : { value: one }),
				...(SPOKEN.has(name) ? { language_tag: language } : {}),
				...(name === 'fulfillment_availability' ? { fulfillment_channel_code: 'DEFAULT' } : place),
				...(name === 'purchasable_offer' ? { currency } : {}),
			})),
		]),
	);
}

/** A change of each attribute that is sent; what has no value is taken out. */
export function patchesOf(fields: Value, setting: Record<string, string>): Value {
	if (!isObject(fields)) return [];
	return Object.entries(fields).map(([name, value]) => {
		const path = `/attributes/${name}`;
		const empty = listOf(value).every((one) => one === null || one === '' || isEmpty(one));
		if (empty) return { op: 'delete', path, value: [{ marketplace_id: setting.marketplace ?? '' }] };
		// An offer and a stock have parts that are not ours.
		const op = name === 'purchasable_offer' || name === 'fulfillment_availability' ? 'merge' : 'replace';
		return { op, path, value: (attributesOf({ [name]: value }, setting) as Fields)[name]! }; // an object in, an object out
	});
}

const listOf = (value: Value): Value[] => (Array.isArray(value) ? value : [value]);
const isEmpty = (value: Value): boolean =>
	isObject(value)
		? Object.values(value).every(isEmpty)
		: value === null || value === '' || (Array.isArray(value) && value.every(isEmpty));

/** The values of an attribute's list, in their order. */
export const valuesOf = (value: Value): Value =>
	Array.isArray(value) ? value.map((one) => (isObject(one) ? (one.value ?? null) : one)) : value;
