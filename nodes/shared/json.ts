/** What other nodes put out, as JSON: dates and other objects in the form in which n8n itself would save them. */
import type { Fields, Value } from '../../sync/types';

/** The fields of an item; members without a value are left out. */
export function jsonFields(given: object): Fields {
	const fields: Fields = {};
	for (const [name, value] of Object.entries(given)) {
		const plain = jsonValue(value);
		if (plain === undefined) continue;
		if (name === '__proto__')
			Object.defineProperty(fields, name, { value: plain, enumerable: true, configurable: true });
		else fields[name] = plain;
	}
	return fields;
}

/** Undefined for what JSON leaves out. */
export function jsonValue(value: unknown): Value | undefined {
	switch (typeof value) {
		case 'string':
		case 'boolean':
			return value;
		case 'number':
			return Number.isFinite(value) ? value : null;
		case 'bigint':
			return String(value);
		case 'object':
			if (value === null) return null;
			if ('toJSON' in value && typeof value.toJSON === 'function')
				return jsonValue((value.toJSON as () => unknown).call(value));
			return Array.isArray(value) ? value.map((one) => jsonValue(one) ?? null) : jsonFields(value);
		default:
			return undefined;
	}
}
