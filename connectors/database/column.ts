/** What the house knows of a table's column. */
import type { SqlValue } from '../../sql/types';
import type { FieldInfo, Value } from '../../sync/types';

/** A table as the user names it; the schema where there is one (in MySQL a schema is a database). */
export interface TableName {
	schema?: string;
	name: string;
}

/**
 * How a column spells: `spell` brings a wanted value into the form in which the column would be read back (`exact`
 * form), `bind` turns that form into what is bound to a statement. `spell(spell(x))` is `spell(x)`.
 */
export interface Spelling {
	/** Throws {@link Unfit} for a value that the column cannot hold. */
	spell: (value: Exclude<Value, null>) => Value;
	bind: (value: Exclude<Value, null>) => SqlValue;
}

export interface ColumnInfo extends FieldInfo {
	/** The type that bound values of this column get in `Dialect.values`. */
	bound: string;
	/** The place in the primary key, from 1; 0: not part of it. */
	primary: number;
	nullable: boolean;
	/** The database numbers new rows by itself here. */
	counted: boolean;
	spelling: Spelling;
	/** MySQL: which characters this column has, and how they compare. */
	charset?: string;
	collation?: string;
}

export interface TableInfo {
	columns: ColumnInfo[];
	/** Sets of columns of which no two rows have the same values. */
	unique: string[][];
	/** Its rows stand in this database, and one transaction sees all of them as they were at one moment. */
	steady: boolean;
}

/** A value that a column cannot hold: why, and what to do. Becomes a SyncError with the field's name. */
export class Unfit extends Error {
	constructor(
		message: string,
		readonly todo?: string,
	) {
		super(message);
		this.name = 'Unfit';
	}
}

/** A value for people: short, and recognisable. */
export function shown(value: Value): string {
	const text = typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
	return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
