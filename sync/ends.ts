/**
 * Texts without what trails them. An expression such as `/ +$/` begins anew at every space of a text, which takes minutes for
 * a long one that somebody chose; these take one step for each character that goes.
 */

/** The text without those of `characters` (one or more) that it ends with. */
export function withoutEnd(text: string, characters: string): string {
	let end = text.length;
	while (end > 0 && characters.includes(text[end - 1]!)) end--;
	return end === text.length ? text : text.slice(0, end);
}

/** A sentence without its full stop and the white space around that, to be gone on with. */
export function openEnded(sentence: string): string {
	let end = sentence.length;
	while (end > 0 && (sentence[end - 1] === '.' || sentence[end - 1]!.trim() === '')) end--;
	return sentence.slice(0, end);
}
