/** Rows as objects, by column name. */

/** Builds one row; a column called `__proto__` is a column like any other. */
export function rowOf(columns: readonly string[], values: readonly unknown[]): Record<string, unknown> {
	const row: Record<string, unknown> = {};
	for (let i = 0; i < columns.length; i++) setColumn(row, columns[i]!, values[i]);
	return row;
}

/** Sets a member by any name, as plain data. */
export function setColumn(row: Record<string, unknown>, name: string, value: unknown): void {
	if (name === '__proto__')
		Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
	else row[name] = value;
}
