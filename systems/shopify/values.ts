/** A product's variants and tags as a mapping gives them and as Shopify does. Pure. */
import type { Fields, Value } from '../../connectors/rest/definition';
import { isObject } from '../../connectors/rest/records/values';

const textOf = (value: Value | undefined): string =>
	value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
const number = (value: Value | undefined): Value =>
	value === undefined || value === null || value === '' ? null : Number(value);

/** As a mapping gives a variant: its options by their names, amounts as numbers, nothing that is empty. */
export const plainVariants = (value: Value): Value => {
	if (!Array.isArray(value)) return value;
	return value.filter(isObject).map((one): Fields => {
		const selected = Array.isArray(one.selectedOptions) ? one.selectedOptions.filter(isObject) : undefined;
		const options = selected
			? selected.map(({ name, value: of }) => [textOf(name), textOf(of)] as const)
			: Object.entries(isObject(one.options) ? one.options : { Title: 'Default Title' }).map(
					([name, of]) => [name, textOf(of)] as const,
				);
		const plain: Fields = {
			...one,
			sku: textOf(one.sku),
			barcode: textOf(one.barcode),
			price: number(one.price),
			compareAtPrice: number(one.compareAtPrice),
			options: Object.fromEntries(options),
		};
		delete plain.selectedOptions;
		return Object.fromEntries(Object.entries(plain).filter(([, member]) => member !== null && member !== ''));
	});
};

/** What `productSet` takes for them: the variants, and the options that they are told apart by. */
export function withOptions(fields: Value): Value {
	if (!isObject(fields) || !('variants' in fields)) return fields;
	const variants = Array.isArray(fields.variants) ? fields.variants.filter(isObject) : [];
	const values = new Map<string, Set<string>>();
	for (const { options } of variants)
		for (const [name, value] of Object.entries(isObject(options) ? options : {}))
			values.set(name, (values.get(name) ?? new Set()).add(textOf(value)));
	return {
		...fields,
		productOptions: [...values].map(([name, all], n) => ({
			name,
			position: n + 1,
			values: [...all].map((value) => ({ name: value })),
		})),
		variants: variants.map(({ options, price, compareAtPrice, ...rest }) => ({
			...rest,
			...(price !== undefined && { price: textOf(price) }),
			...(compareAtPrice !== undefined && { compareAtPrice: textOf(compareAtPrice) }),
			optionValues: Object.entries(isObject(options) ? options : {}).map(([optionName, name]) => ({
				optionName,
				name: textOf(name),
			})),
		})),
	};
}

/** Shopify tells tags in the order of the alphabet, each once. */
export const tagsOf = (value: Value): Value =>
	Array.isArray(value) ? [...new Set(value.map((one) => textOf(one).trim()).filter((one) => one !== ''))] : value;
