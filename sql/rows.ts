/** Rows as objects, by column name. */

/**
 * Makes rows of these columns; a column called `__proto__` is a column like any other. Each is a copy of one that has them
 * all: a row that grows column by column leaves several times its size behind as garbage.
 */
export function rowMaker(columns: readonly string[]): (values: readonly unknown[]) => Record<string, unknown> {
	const members = columns.map((name) => `${JSON.stringify(name)}:null`);
	const empty = JSON.parse(`{${members.join(',')}}`) as Record<string, unknown>;
	return (values) => {
		const row = { ...empty };
		for (let i = 0; i < columns.length; i++) row[columns[i]!] = values[i];
		return row;
	};
}
