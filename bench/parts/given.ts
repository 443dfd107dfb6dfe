/** What a benchmark is given on its command line. */

/** The number behind `name`, such as `--rows 1000`. */
export function number(given: string[], name: string, otherwise: number): number {
	const at = given.indexOf(name);
	return at < 0 ? otherwise : Number(given[at + 1]);
}
