/** The part of pg-cursor that this folder uses; it ships no types. */
declare module 'pg-cursor' {
	import type { CustomTypesConfig, Submittable } from 'pg';

	export default class Cursor implements Submittable {
		constructor(text: string, values: unknown[], config: { rowMode: 'array'; types?: CustomTypesConfig });
		/** Set once rows have been read. */
		readonly _result: { fields: { name: string }[] };
		submit: Submittable['submit'];
		read(rows: number): Promise<unknown[][]>;
		close(): Promise<void>;
	}
}
