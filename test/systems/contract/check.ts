/**
 * Judges one HTTP request by a vendor's OpenAPI 3 or Swagger 2 contract: path, method, query, headers, media type, body.
 * Answers with one sentence for everything that is wrong; an empty list means that the contract has nothing against it.
 */
import { translate, type Schema } from './schema';

export interface Sent {
	method: string;
	/** Path and query as they went out. */
	url: string;
	headers: Record<string, string | string[] | undefined>;
	body: string;
}

export type Check = (sent: Sent) => string[];

/** What is used of ajv and qs; both live in `test/judges`. */
interface Validate {
	(value: unknown): boolean;
	errors?: { instancePath: string; message?: string; params: Record<string, unknown> }[] | null;
}
export interface Ajv {
	addSchema(schema: object, key: string): unknown;
	compile(schema: object): Validate;
}
export type AjvClass = { default: new (options: object) => Ajv };
export interface Qs {
	parse(text: string, options: object): Record<string, unknown>;
}

interface Parameter extends Schema {
	name: string;
	in: string;
	required?: boolean;
	schema?: Schema;
	explode?: boolean;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
/** Headers that say who asks, and what every client sends; a contract's security section names them elsewhere. */
const OTHERS = ['authorization', 'accept', 'content-type', 'token'];

const step = (name: string) => name.replace(/~1/g, '/').replace(/~0/g, '~');

export function checker(document: unknown, { default: AjvOf }: AjvClass, qs: Qs): Check {
	const doc = document as Schema & { paths: Record<string, Record<string, Schema>> };
	const swagger2 = doc.swagger !== undefined;
	const resolve = (schema: Schema): Schema => {
		let at = schema;
		while (typeof at.$ref === 'string') {
			const way = at.$ref.slice(2).split('/').map(step);
			// A local reference leads to a schema, or the contract is broken.
			at = way.reduce<unknown>((part, name) => (part as Schema)[name], doc) as Schema;
		}
		return at;
	};

	/** All named schemas, translated, in one document that bodies refer into. */
	const definitions = swagger2
		? (doc.definitions as Record<string, Schema> | undefined)
		: (doc.components as { schemas?: Record<string, Schema> } | undefined)?.schemas;
	const named = Object.fromEntries(
		Object.entries(definitions ?? {}).map(([name, schema]) => [name, translate(schema, resolve, true)]),
	);
	const whole = { $id: 'doc', ...(swagger2 ? { definitions: named } : { components: { schemas: named } }) };
	const make = (coerceTypes: boolean) => {
		const ajv = new AjvOf({ strict: false, allErrors: true, coerceTypes, validateFormats: false, logger: false });
		ajv.addSchema(whole, 'doc');
		return ajv;
	};
	const [json, text] = [make(false), make(true)];
	const compiled = new Map<Schema, Validate>();
	const violations = (ajv: Ajv, schema: Schema, value: unknown, where: string): string[] => {
		const validate = compiled.get(schema) ?? ajv.compile(translate(schema, resolve));
		compiled.set(schema, validate);
		if (validate({ value }.value)) return [];
		return (validate.errors ?? []).map(
			({ instancePath, message, params }) => `${where}${instancePath} ${message} ${JSON.stringify(params)}`,
		);
	};

	const base = typeof doc.basePath === 'string' ? doc.basePath.replace(/\/$/, '') : prefix(doc);
	const routes = Object.entries(doc.paths)
		.map(([path, item]) => ({
			path,
			item,
			fixed: path.replace(/\{[^}]+\}/g, '').length,
			form: new RegExp(
				`^${(base + path).replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{([^}]+)\}/g, '([^/]+?)')}$`,
			),
		}))
		.sort((a, b) => b.fixed - a.fixed);

	return ({ method, url, headers, body }) => {
		const { pathname, search } = new URL(url, 'http://contract');
		const fitting = routes.filter(({ form }) => form.test(pathname));
		const verb = method.toLowerCase();
		const route = fitting.find(({ item }) => METHODS.includes(verb) && item[verb] !== undefined);
		if (fitting.length === 0) return [`the contract has no path ${pathname}`];
		if (route === undefined) return [`the contract has no ${method} ${fitting[0]!.path}`];
		const operation = route.item[verb]!;
		const given = [
			...((route.item.parameters ?? []) as unknown as Schema[]),
			...((operation.parameters ?? []) as Schema[]),
		];
		const parameters = given.map((one) => resolve(one) as Parameter);
		const at = (place: string) => parameters.filter((one) => one.in === place);
		const schemaOf = (one: Parameter) => one.schema ?? bare(one);
		const found: string[] = [];

		const inPath = [...route.path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!);
		const values = route.form.exec(pathname)!.slice(1);
		for (const one of at('path')) {
			const value = values[inPath.indexOf(one.name)];
			if (value === undefined) found.push(`path ${one.name} is required`);
			else found.push(...violations(text, schemaOf(one), decodeURIComponent(value), `path ${one.name}`));
		}

		const pairs = [...new URLSearchParams(search)];
		const belongs = (one: Parameter, name: string) => name === one.name || name.startsWith(`${one.name}[`);
		for (const one of at('query')) {
			const own = pairs.filter(([name]) => belongs(one, name));
			if (own.length > 0) found.push(...violations(text, schemaOf(one), valueOf(one, own), `query ${one.name}`));
			else if (one.required && !OTHERS.includes(one.name)) found.push(`query ${one.name} is required`);
		}
		for (const [name] of pairs) {
			if (!at('query').some((one) => belongs(one, name))) found.push(`query ${name} is not in the contract`);
		}

		const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
		for (const one of at('header').filter(({ name }) => !OTHERS.includes(name.toLowerCase()))) {
			const value = sent[one.name.toLowerCase()];
			if (value !== undefined) found.push(...violations(text, schemaOf(one), value, `header ${one.name}`));
			else if (one.required) found.push(`header ${one.name} is required`);
		}
		const type = String(sent['content-type'] ?? '')
			.split(';')[0]!
			.trim();
		return [...found, ...(swagger2 ? body2(type) : body3(type))];

		function body3(media: string): string[] {
			const request = operation.requestBody === undefined ? undefined : resolve(operation.requestBody as Schema);
			if (body === '') return request?.required === true ? ['a body is required'] : [];
			if (request === undefined) return ['the contract has no body here'];
			const content = request.content as Record<string, { schema?: Schema }>;
			const kind = Object.keys(content).find((one) => one.split(';')[0] === media || one === '*/*');
			if (kind === undefined) return [`media type ${media} is none of ${Object.keys(content).join(', ')}`];
			const { schema } = content[kind]!;
			return schema === undefined ? [] : bodyBy(media, schema);
		}

		function body2(media: string): string[] {
			const whole = at('body')[0];
			const fields = at('formData');
			if (body === '') {
				const missing = [...(whole?.required ? [whole] : []), ...fields.filter(({ required }) => required)];
				return missing.map(({ name }) => `body ${name} is required`);
			}
			const consumes = (operation.consumes ?? doc.consumes) as string[] | undefined;
			if (consumes !== undefined && !consumes.includes(media))
				return [`media type ${media} is none of ${consumes.join(', ')}`];
			if (whole !== undefined) return bodyBy(media, whole.schema!);
			if (fields.length === 0) return ['the contract has no body here'];
			const named = Object.fromEntries(fields.map((one) => [one.name, bare(one)]));
			const required = fields.filter((one) => one.required).map(({ name }) => name);
			const key = operation as Schema & { ours?: Schema };
			key.ours ??= { type: 'object', properties: named, required, additionalProperties: false };
			return bodyBy(media, key.ours);
		}

		function bodyBy(media: string, schema: Schema): string[] {
			if (media.includes('urlencoded')) {
				const value = qs.parse(body, { depth: 12, arrayLimit: 1000, parameterLimit: 100_000 });
				return violations(text, schema, value, 'body');
			}
			try {
				return violations(json, schema, JSON.parse(body), 'body');
			} catch (error) {
				return [`body is no JSON: ${error instanceof Error ? error.message : String(error)}`];
			}
		}
	};
}

/** The path that an OpenAPI 3 document's server address adds before every path. */
function prefix(doc: Schema): string {
	const { url = '', variables = {} } =
		(doc.servers as { url?: string; variables?: Record<string, { default: string }> }[] | undefined)?.[0] ?? {};
	const address = url.replace(/\{([^}]+)\}/g, (_place, name: string) => variables[name]?.default ?? '');
	return address.replace(/^[a-z]+:\/\/[^/]+/, '').replace(/\/$/, '');
}

/** Swagger 2 writes a parameter's schema beside its name. */
function bare({ name: _name, in: _in, required: _required, ...schema }: Parameter): Schema {
	return schema;
}

/** A query parameter's value as its style writes it: one, a list, or an object in brackets. */
function valueOf(one: Parameter, own: [string, string][]): unknown {
	const schema = one.schema ?? one;
	if (own.some(([name]) => name !== one.name && !name.endsWith('[]') && !/\[\d+\]$/.test(name))) {
		return Object.fromEntries(own.map(([name, value]) => [name.slice(one.name.length + 1, -1), value]));
	}
	const values = own.map(([, value]) => value);
	if (schema.type !== 'array') return values.length === 1 ? values[0] : values;
	const joined = one.explode === false || one.collectionFormat === 'csv';
	return joined ? values.flatMap((value) => value.split(',')) : values;
}
