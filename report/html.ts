/** HTML by a tagged template: every value is escaped unless it is HTML of ours already. */

/** Text that is HTML. Only `html` makes it. */
export class Html {
	constructor(readonly text: string) {}
	toString(): string {
		return this.text;
	}
}

export type Content = Html | string | number | null | undefined | false | readonly Content[];

const SPECIAL: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A value within text, or within a quoted attribute; nowhere else may one stand. */
export function escaped(value: string | number): string {
	// Characters that no HTML text may hold become visible ones.
	return String(value)
		.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/gu, '\uFFFD')
		.replace(/[&<>"']/gu, (one) => SPECIAL[one]!);
}

export function html(strings: TemplateStringsArray, ...values: Content[]): Html {
	let text = strings[0]!;
	for (const [n, value] of values.entries()) text += inner(value) + strings[n + 1]!;
	return new Html(text);
}

function inner(value: Content): string {
	if (value === null || value === undefined || value === false) return '';
	if (value instanceof Html) return value.text;
	if (typeof value === 'object') return value.map(inner).join('');
	return escaped(value);
}
