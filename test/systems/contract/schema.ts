/**
 * A vendor's OpenAPI 3 or Swagger 2 schema as a JSON schema that judges what is *sent*: `nullable` becomes a type,
 * what is read only may not be sent, and a field that the schema does not name is refused wherever the schema names
 * any, since vendors pass over a mistyped field without a word.
 */

/** A contract's schemas are any JSON. */
export type Schema = Record<string, unknown>;

const PASSED_ON = new Set([
	'type',
	'enum',
	'const',
	'minLength',
	'maxLength',
	'minItems',
	'maxItems',
	'minProperties',
	'maxProperties',
	'uniqueItems',
	'pattern',
]);

/** Follows a local reference. */
export type Resolve = (schema: Schema) => Schema;

const listOf = (value: unknown): Schema[] => (Array.isArray(value) ? (value as Schema[]) : []);
const mapOf = (value: unknown): Record<string, Schema> => (value ?? {}) as Record<string, Schema>;

/** Whether a schema, or a part of it, names properties; `open`: and none of them says that others may come. */
function names(schema: Schema, resolve: Resolve, seen = new Set<Schema>()): { named: boolean; open: boolean } {
	const own = resolve(schema);
	if (seen.has(own)) return { named: false, open: false };
	seen.add(own);
	const parts = [...listOf(own.allOf), ...listOf(own.anyOf), ...listOf(own.oneOf)].map((part) =>
		names(part, resolve, seen),
	);
	const free =
		own.additionalProperties === true ||
		(own.type === 'object' && own.properties === undefined && own.additionalProperties === undefined);
	return {
		named: own.properties !== undefined || parts.some(({ named }) => named),
		open: (free && parts.length === 0) || parts.some(({ open }) => open),
	};
}

/** The type with null where the contract says `nullable` or `x-nullable`. */
function typed(schema: Schema): Schema {
	const out: Schema = {};
	for (const [name, value] of Object.entries(schema)) if (PASSED_ON.has(name)) out[name] = value;
	for (const side of ['minimum', 'maximum'] as const) {
		const exclusive = side === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum';
		if (schema[exclusive] === true) out[exclusive] = schema[side];
		else {
			if (schema[side] !== undefined) out[side] = schema[side];
			if (typeof schema[exclusive] === 'number') out[exclusive] = schema[exclusive];
		}
	}
	const nullable = schema.nullable === true || schema['x-nullable'] === true;
	if (nullable && typeof out.type === 'string') out.type = [out.type, 'null'];
	if (nullable && Array.isArray(out.enum) && !out.enum.includes(null)) out.enum = [...(out.enum as unknown[]), null];
	return out;
}

/** One schema as it stands at a value (`part`: as a part of another one, which then says what may come besides). */
export function translate(schema: Schema, resolve: Resolve, part = false): Schema {
	const closed = (): Schema => {
		const { named, open } = names(schema, resolve);
		return !part && named && !open ? { unevaluatedProperties: false } : {};
	};
	if (typeof schema.$ref === 'string') return { $ref: schema.$ref.replace(/^#/, 'doc#'), ...closed() };

	const out = typed(schema);
	const nullable = schema.nullable === true && out.type === undefined;
	const properties = mapOf(schema.properties);
	const readOnly = Object.keys(properties).filter((name) => resolve(properties[name]!).readOnly === true);
	if (schema.properties !== undefined) {
		out.properties = Object.fromEntries(
			Object.entries(properties)
				.filter(([name]) => !readOnly.includes(name))
				.map(([name, value]) => [name, translate(value, resolve)]),
		);
	}
	if (Array.isArray(schema.required)) {
		out.required = (schema.required as string[]).filter((name) => !readOnly.includes(name));
	}
	for (const kind of ['allOf', 'anyOf', 'oneOf']) {
		// Vendors' `oneOf` often overlap in what they leave open; that one of them holds is what is asked.
		const to = kind === 'oneOf' ? 'anyOf' : kind;
		const parts = listOf(schema[kind]).map((one) => translate(one, resolve, true));
		if (parts.length > 0) out[to] = nullable && to === 'anyOf' ? [...parts, { type: 'null' }] : parts;
	}
	if (schema.not !== undefined) out.not = translate(schema.not as Schema, resolve, true);
	if (schema.items !== undefined) out.items = translate(schema.items as Schema, resolve);
	if (typeof schema.additionalProperties === 'boolean') {
		// Vendors close parts of an `allOf` too, against each other; the whole is closed above.
		if (schema.additionalProperties || !part) out.additionalProperties = schema.additionalProperties;
	} else if (schema.additionalProperties !== undefined) {
		out.additionalProperties = translate(schema.additionalProperties as Schema, resolve);
	}
	return { ...out, ...closed() };
}
