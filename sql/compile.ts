/**
 * Turns a `sql` template into text and values. kysely is used for this alone: it quotes names and binds values; its
 * own drivers never run.
 */
import { DummyDriver, Kysely, type DialectAdapter, type QueryCompiler, type RawBuilder } from 'kysely';

import type { SqlValue } from './types';

export interface Compiled {
	text: string;
	values: SqlValue[];
}

export type Compile = (statement: RawBuilder<unknown>) => Compiled;

/** A compiler of one dialect. */
export function compiler(createAdapter: () => DialectAdapter, createQueryCompiler: () => QueryCompiler): Compile {
	const kysely = new Kysely<unknown>({
		dialect: {
			createAdapter,
			createQueryCompiler,
			createDriver: () => new DummyDriver(),
			createIntrospector: () => {
				throw new Error('this instance only compiles');
			},
		},
	});
	return (statement) => {
		const { sql, parameters } = statement.compile(kysely);
		for (const value of parameters) {
			if (!isBindable(value)) throw new TypeError(`a ${typeof value} cannot be bound to a statement`);
		}
		return { text: sql, values: parameters as SqlValue[] };
	};
}

function isBindable(value: unknown): value is SqlValue {
	if (value === null || value instanceof Uint8Array) return true;
	return ['boolean', 'number', 'bigint', 'string'].includes(typeof value);
}
