/** One request, with places for what is known only later. */
import type { JsonTemplate } from './words';

/**
 * A text with places: `{name}`, `{name|function}`, `{name|function:argument}`. Which names there are, each use says; always
 * `{credential.x}` and `{setting.x}`. A text that is one place and nothing else takes the value as it is, with its type; a
 * query, header or member whose only place has no value is left out. In a path every value is encoded.
 * Functions: `lower`, `upper`, `trim`, `lead:,` (puts that before a text that is not empty), `md5`, `base64`, `trimSlash`, `lastPart:-`, `join:,`, `split:,`, `json`, `quote` (a JSON text), `quotes` (each of a list, with commas; `quotes:'`: in single ones, with backslashes before these),
 * `wrap:id` (each of a list as an object with that member),
 * `number`, `text`, `escape:'` (doubles that character), `backslash:'` (puts a backslash before it and before backslashes),
 * `inBraces` (a backslash before braces that close).
 * `{{` and `}}` stand for single braces.
 */
export type Template = string;

/**
 * - `json`: a JSON body.
 * - `form`: form-encoded, nested as `metadata[k]`, lists as `items[0][price]`.
 * - `flat form`: form-encoded, lists with commas, objects as JSON.
 * - `ndjson`: the rows of a batch, one a line.
 */
export type Encoding = 'json' | 'form' | 'flat form' | 'ndjson';

export interface Request {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** Behind the base URL; a whole `https://` address only on the same host. */
	path: Template;
	query?: Record<string, JsonTemplate>;
	headers?: Record<string, Template>;
	body?: JsonTemplate;
	/** GraphQL: the text of the query or mutation, taken as it is; `body` holds its variables. */
	graphql?: string;
	encoding?: Encoding;
	/** Where the media type is not the encoding's own: `application/vnd.api+json`. */
	media?: string;
}

/** A request that only looks, though it is a POST: a search endpoint, a GraphQL query. Nothing else may be sent to a source. */
export interface Look extends Request {
	looksOnly?: true;
}
