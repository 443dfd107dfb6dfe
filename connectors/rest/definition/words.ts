/** Small words that all of a definition is made of. */
import type { Value } from '../../../sync/types';

/**
 * Where something stands in JSON: `a.b`, `a[0]`, `a["x.y"]`, `custom_fields[id=3].value` (the element of a list with that
 * member), `emails[type=work].value`. An empty path is the whole. Written to, what is missing on the way is made.
 */
export type Path = string;

/** Holds where the value at `path` is one of `is`, matches, or is there at all (neither null nor empty) respectively not. */
export type Condition = { path: Path } & (
	{ is: readonly Value[]; not?: true } | { matches: RegExp } | { present: boolean }
);

/** A JSON value whose texts are templates: see {@link Template}. A member called `...` spreads an object into its own. */
export type JsonTemplate = null | boolean | number | string | JsonTemplate[] | { [name: string]: JsonTemplate };
