/** Jira's documents as plain text, and the source's own key among an issue's labels. Pure. */
import type { Value } from '../../connectors/rest/definition';

interface Node {
	type?: string;
	text?: string;
	content?: Node[];
}

/** Paragraphs of plain text as Jira's document; an empty text is no document. */
export function documentOf(value: Value): Value {
	if (typeof value !== 'string' || value === '') return null;
	const paragraph = (line: string): Value =>
		line === '' ? { type: 'paragraph' } : { type: 'paragraph', content: [{ type: 'text', text: line }] };
	return { type: 'doc', version: 1, content: value.split('\n').map(paragraph) };
}

/** The plain text of a document: a line for each paragraph, heading, item or line break. */
export function textOf(value: Value): Value {
	if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
	const inline = ({ type, text, content }: Node): string =>
		type === 'hardBreak' ? '\n' : (text ?? (content ?? []).map(inline).join(''));
	const lines = ({ content }: Node): string[] =>
		(content ?? []).flatMap((node) =>
			node.content?.some(({ type }) => type !== 'text' && type !== 'hardBreak') ? lines(node) : [inline(node)],
		);
	// A document is what its `type` says; what is none has no content.
	return lines(value).join('\n');
}

const KEY = 'sync:';

/** The source's own key is kept in a label, which cannot hold white space. */
export const labelOf = (value: Value): Value =>
	typeof value === 'string' || typeof value === 'number' ? [KEY + encodeURIComponent(String(value))] : null;

export function keyOf(value: Value): Value {
	const label = Array.isArray(value)
		? value.find((one): one is string => typeof one === 'string' && one.startsWith(KEY))
		: undefined;
	return label === undefined ? null : decodeURIComponent(label.slice(KEY.length));
}

/** All labels but that one. */
export const labelsOf = (value: Value): Value =>
	Array.isArray(value) ? value.filter((one) => typeof one !== 'string' || !one.startsWith(KEY)) : [];
