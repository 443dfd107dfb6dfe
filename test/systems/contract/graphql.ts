/**
 * Checks GraphQL requests against a vendor's schema, with the reference implementation: the query, and its variables.
 * Shopify's is in its package for developers' tools, which is fetched without what it depends on.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import type { Check } from './check';

// This file runs as .build/test/systems/contract/graphql.js.
const folder = join(__dirname, '..', '..', '..', '..', '.tools', 'shopify');
const VERSION = '2026-10';

/** What of the reference implementation is used. */
interface Reference {
	buildClientSchema(introspection: unknown): unknown;
	parse(query: string): { definitions: { kind: string; variableDefinitions?: unknown[] }[] };
	validate(schema: unknown, document: unknown): { message: string }[];
	getVariableValues(
		schema: unknown,
		definitions: unknown[],
		values: unknown,
	): { errors?: { message: string }[]; coerced?: unknown };
}

let known: Check | undefined;

/** Undefined where the schema is not to be had. */
export function shopifyCheck(): Check | undefined {
	if (!existsSync(join(folder, '.set-up'))) return undefined;
	known ??= (() => {
		// Its types are its own; these are what is used of it.
		const reference = createRequire(join(folder, 'package.json'))('graphql') as Reference;
		const file = join(folder, 'package', 'dist', 'data', `admin_${VERSION}.json.gz`);
		const text = JSON.parse(gunzipSync(readFileSync(file)).toString()) as { data?: unknown };
		const schema = reference.buildClientSchema(text.data ?? text);
		return ({ method, body }) => {
			if (method !== 'POST') return [`GraphQL is asked by POST, not ${method}`];
			const { query, variables } = JSON.parse(body) as { query: string; variables?: unknown };
			const document = reference.parse(query);
			const wrong = reference.validate(schema, document).map(({ message }) => message);
			if (wrong.length > 0) return wrong;
			const [operation] = document.definitions;
			const { errors = [] } = reference.getVariableValues(
				schema,
				operation?.variableDefinitions ?? [],
				variables ?? {},
			);
			return errors.map(({ message }) => message);
		};
	})();
	return known;
}
