/**
 * Distinguished names (RFC 4514): read, written and compared. Written in hexadecimal escapes only, so that no value can
 * end its place in a name, and no client or server reads it in another way.
 */

/** One part of a name: attribute and value, or several joined by a plus sign. */
export type Rdn = readonly { readonly type: string; readonly value: string }[];
export type Dn = readonly Rdn[];

/** What a value may hold unescaped: nothing that means anything anywhere. */
const PLAIN = /^[\p{L}\p{N}@._\-/:'() ]$/u;

/** A value as it stands in a name. */
export function escapeValue(value: string): string {
	const characters = [...value];
	return characters
		.map((character, at) => {
			const edge = character === ' ' && (at === 0 || at === characters.length - 1);
			return PLAIN.test(character) && !edge ? character : hex(character);
		})
		.join('');
}

function hex(character: string): string {
	return [...Buffer.from(character, 'utf8')].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
}

/** A name as text; of equal names, the same text but for letter case. */
export function dnText(dn: Dn): string {
	return dn
		.map((rdn) => rdn.map(({ type, value }) => `${type.toLowerCase()}=${escapeValue(value)}`).join('+'))
		.join(',');
}

/** Reads a name. Undefined for what is none. */
export function parseDn(text: string): Dn | undefined {
	const dn: { type: string; value: string }[][] = [];
	let at = 0;
	if (text.trim() === '') return [];
	for (;;) {
		const rdn: { type: string; value: string }[] = [];
		for (;;) {
			const type = /^\s*([a-z][a-z0-9-]*|\d+(?:\.\d+)*)\s*=\s*/iu.exec(text.slice(at));
			if (!type) return undefined;
			at += type[0].length;
			const value = readValue(text, at);
			if (!value) return undefined;
			rdn.push({ type: type[1]!, value: value.value });
			at = value.end;
			if (text[at] !== '+') break;
			at++;
		}
		dn.push(rdn.sort((a, b) => (a.type.toLowerCase() < b.type.toLowerCase() ? -1 : 1)));
		if (at >= text.length) return dn;
		if (text[at] !== ',' && text[at] !== ';') return undefined;
		at++;
	}
}

/** One value from `from` on, and where it ends. */
function readValue(text: string, from: number): { value: string; end: number } | undefined {
	const bytes: number[] = [];
	let at = from;
	/** Spaces at the end do not count, unless they are escaped. */
	let kept = 0;
	const quoted = text[at] === '"';
	if (quoted) at++;
	for (; at < text.length;) {
		const character = String.fromCodePoint(text.codePointAt(at)!);
		if (quoted && character === '"') {
			at++;
			while (text[at] === ' ') at++;
			return { value: Buffer.from(bytes).toString('utf8'), end: at };
		}
		if (!quoted && [',', ';', '+'].includes(character)) break;
		if (character === '\\') {
			const pair = /^[0-9a-f]{2}/iu.exec(text.slice(at + 1))?.[0];
			if (pair) {
				bytes.push(Number.parseInt(pair, 16));
				at += 3;
			} else {
				const next = text.codePointAt(at + 1);
				if (next === undefined) return undefined;
				const escaped = String.fromCodePoint(next);
				bytes.push(...Buffer.from(escaped, 'utf8'));
				at += 1 + escaped.length;
			}
			kept = bytes.length;
			continue;
		}
		bytes.push(...Buffer.from(character, 'utf8'));
		if (character !== ' ') kept = bytes.length;
		at += character.length;
	}
	if (quoted) return undefined;
	return { value: Buffer.from(bytes.slice(0, kept)).toString('utf8'), end: at };
}

/** Whether two names, as text, are one and the same. */
export function sameDn(a: string, b: string): boolean {
	return keyOf(a) === keyOf(b);
}

/** A name by which it can be looked up in a map: equal for equal names. */
export function keyOf(text: string): string {
	const dn = parseDn(text);
	return dn ? dnText(dn).toLowerCase() : text.toLowerCase();
}

/** Whether a name stands below another, or is the other. */
export function isBelow(text: string, base: string): boolean {
	const [own, other] = [keyOf(text), keyOf(base)];
	return own === other || other === '' || own.endsWith(`,${other}`);
}

/** The container of an entry. */
export function parentOf(text: string): string {
	return dnText((parseDn(text) ?? []).slice(1));
}
