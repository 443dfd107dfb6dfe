/** A directory's schema, as far as it says what an entry may hold: read from the server, in the form of RFC 4512. */
import type { FieldInfo } from '../../sync/types';

/** What stands in an attribute. */
export type Form = 'text' | 'boolean' | 'time' | 'name' | 'bytes' | 'number';

export interface AttributeType {
	name: string;
	names: string[];
	form: Form;
	single: boolean;
	writable: boolean;
	/** Compared with its case. */
	exact: boolean;
	secret: boolean;
}

interface RawType {
	names: string[];
	sup?: string;
	syntax?: string;
	equality?: string;
	single: boolean;
	fixed: boolean;
}

interface ObjectClass {
	sup: string[];
	must: string[];
	may: string[];
}

const SYNTAX: Record<string, Form> = {
	'1.3.6.1.4.1.1466.115.121.1.4': 'bytes',
	'1.3.6.1.4.1.1466.115.121.1.5': 'bytes',
	'1.3.6.1.4.1.1466.115.121.1.8': 'bytes',
	'1.3.6.1.4.1.1466.115.121.1.9': 'bytes',
	'1.3.6.1.4.1.1466.115.121.1.10': 'bytes',
	'1.3.6.1.4.1.1466.115.121.1.28': 'bytes',
	'1.3.6.1.4.1.1466.115.121.1.40': 'bytes',
	'1.3.6.1.4.1.1466.115.121.1.7': 'boolean',
	'1.3.6.1.4.1.1466.115.121.1.12': 'name',
	'1.3.6.1.4.1.1466.115.121.1.24': 'time',
	'1.3.6.1.4.1.1466.115.121.1.53': 'time',
	'1.3.6.1.4.1.1466.115.121.1.27': 'number',
};

const CASELESS = /caseIgnore|telephone|integer|boolean|generalizedTime|distinguishedName/iu;

/** Octets by their syntax, though people write them as text. */
const TEXT_OF_OCTETS = new Set(['userpassword', 'authpassword', 'unicodepwd']);
const SECRET = new Set(['userpassword', 'unicodepwd', 'authpassword']);

export class LdapSchema {
	private readonly types = new Map<string, RawType>();
	private readonly classes = new Map<string, ObjectClass>();

	constructor(
		attributeTypes: readonly string[],
		objectClasses: readonly string[],
		/** Active Directory gives its classes most of their attributes by these. */
		contentRules: readonly string[] = [],
	) {
		for (const text of attributeTypes) {
			const words = tokens(text);
			const names = after(words, 'NAME');
			const type: RawType = {
				names: names.length > 0 ? names : [words[1]!],
				sup: after(words, 'SUP')[0],
				syntax: after(words, 'SYNTAX')[0]?.replace(/\{\d+\}$/u, ''),
				equality: after(words, 'EQUALITY')[0],
				single: words.includes('SINGLE-VALUE'),
				fixed: words.includes('NO-USER-MODIFICATION'),
			};
			for (const name of [...type.names, words[1]!]) this.types.set(name.toLowerCase(), type);
		}
		for (const text of objectClasses) {
			const words = tokens(text);
			const known = { sup: after(words, 'SUP'), must: after(words, 'MUST'), may: after(words, 'MAY') };
			for (const name of [...after(words, 'NAME'), words[1]!]) this.classes.set(name.toLowerCase(), known);
		}
		for (const text of contentRules) {
			const words = tokens(text);
			const found = this.classes.get(words[1]!.toLowerCase());
			found?.sup.push(...after(words, 'AUX'));
			found?.must.push(...after(words, 'MUST'));
			found?.may.push(...after(words, 'MAY'));
		}
	}

	hasClass(name: string): boolean {
		return this.classes.size === 0 || this.classes.has(name.toLowerCase());
	}

	/** What an attribute is; undefined where the directory does not know it. Options such as `;binary` are no part of it. */
	attribute(name: string): AttributeType | undefined {
		const [bare] = name.split(';') as [string];
		const type = this.types.get(bare.toLowerCase());
		if (!type) return undefined;
		const { syntax, equality } = this.inherited(type);
		const lower = bare.toLowerCase();
		const form = TEXT_OF_OCTETS.has(lower) ? 'text' : (SYNTAX[syntax ?? ''] ?? 'text');
		return {
			name: bare,
			names: type.names,
			form,
			single: type.single,
			writable: !type.fixed,
			// Active Directory tells of no rule, and compares without case.
			exact: equality !== undefined && !CASELESS.test(equality),
			secret: SECRET.has(lower),
		};
	}

	/** What entries of these classes must and may have, by the first name of each attribute. */
	attributesOf(classes: readonly string[]): { must: string[]; may: string[] } {
		const must = new Set<string>();
		const may = new Set<string>();
		const seen = new Set<string>();
		const visit = (name: string) => {
			const found = this.classes.get(name.toLowerCase());
			if (!found || seen.has(name.toLowerCase())) return;
			seen.add(name.toLowerCase());
			found.sup.forEach(visit);
			for (const one of found.must) must.add(this.firstName(one));
			for (const one of found.may) may.add(this.firstName(one));
		};
		classes.forEach(visit);
		for (const one of must) may.delete(one);
		return { must: [...must], may: [...may] };
	}

	info(name: string, required: boolean): FieldInfo | undefined {
		const type = this.attribute(name);
		if (!type) return undefined;
		const kinds: Record<Form, FieldInfo['kind']> = {
			text: 'text',
			name: 'text',
			number: 'number',
			boolean: 'yes/no',
			time: 'date and time',
			bytes: 'bytes',
		};
		return {
			name,
			type: `${type.form === 'name' ? 'name of an entry' : type.form}${type.single ? '' : ', one or more'}`,
			kind: kinds[type.form],
			required,
			identity: false,
			writable: type.writable,
		};
	}

	/** The first name of an attribute: `sn` and `surname` are one. */
	firstName(name: string): string {
		return this.types.get(name.toLowerCase())?.names[0] ?? name;
	}

	private inherited(type: RawType): { syntax?: string; equality?: string } {
		let { syntax, equality } = type;
		for (let up = type.sup; up !== undefined && (!syntax || !equality);) {
			const parent = this.types.get(up.toLowerCase());
			syntax ??= parent?.syntax;
			equality ??= parent?.equality;
			up = parent?.sup;
		}
		return { ...(syntax !== undefined && { syntax }), ...(equality !== undefined && { equality }) };
	}
}

/** A description's words; texts in quotes are one word, without them. */
function tokens(text: string): string[] {
	return (text.match(/'(?:[^'\\]|\\.)*'|[()$]|[^\s()$']+/gu) ?? []).map((word) =>
		word.startsWith("'") ? word.slice(1, -1) : word,
	);
}

/** What follows a keyword: one word, or a list in brackets. */
function after(words: readonly string[], keyword: string): string[] {
	const at = words.indexOf(keyword, 2);
	if (at < 0) return [];
	if (words[at + 1] !== '(') return [words[at + 1]!];
	return words.slice(at + 2, words.indexOf(')', at)).filter((word) => word !== '$');
}
