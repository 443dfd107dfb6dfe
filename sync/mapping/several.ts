/** A value of a group: of its first member, its last, all of them together, or a list of them. */
import { isEmpty } from '../convert';
import { MEMBERS } from '../groups';
import type { Fields, Value } from '../types';
import { shown, type Found, type Target } from './target';

export type Several = 'first' | 'last' | 'sum' | 'list';

/** A field's value asked of each member by itself, and put together. A record that is no group is its own only member. */
export function ofSeveral(target: Target, kind: Several): Target['value'] {
	return (fields, evaluate, hidden) => {
		const members = membersOf(fields);
		const ask = (member: Fields) => target.value({ ...fields, ...member }, evaluate, hidden);
		if (kind === 'first') return ask(members[0]!);
		if (kind === 'last') return ask(members.at(-1)!);
		const found = members.map(ask);
		const wrong = found.find((one) => !one.ok);
		if (wrong) return wrong;
		const values = found.flatMap((one) => (one.ok && one.left !== true && !isEmpty(one.value) ? [one.value] : []));
		const unseen = found.flatMap((one) => one.unseen ?? []);
		const together = kind === 'list' ? { ok: true as const, value: values } : sum(target.field, values, hidden);
		return { ...together, ...(unseen.length > 0 && { unseen }) };
	};
}

/** The members of a group; of any other record, itself. */
function membersOf(fields: Fields): Fields[] {
	const given = Object.hasOwn(fields, MEMBERS) ? fields[MEMBERS] : undefined;
	const members = Array.isArray(given)
		? given.filter((one): one is Fields => typeof one === 'object' && one !== null && !Array.isArray(one))
		: [];
	return members.length > 0 ? members : [fields];
}

/** Exact for decimals, as money is. */
function sum(field: string, values: Value[], hidden: boolean): Found {
	let [whole, digits] = [0n, 0];
	for (const value of values) {
		const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
		const parts = /^(-?)(\d+)(?:\.(\d+))?$/u.exec(text);
		if (!parts) {
			return {
				ok: false,
				error: {
					field,
					reason: `${hidden ? 'A sensitive value' : shown(value)} is no number that can be added.`,
					todo: 'Convert it to a number, or choose another setting in Of Several Records.',
				},
			};
		}
		const [, sign, before, behind = ''] = parts;
		const more = Math.max(0, behind.length - digits);
		whole *= 10n ** BigInt(more);
		digits += more;
		const one = BigInt(before! + behind) * 10n ** BigInt(digits - behind.length);
		whole += sign === '-' ? -one : one;
	}
	return { ok: true, value: decimal(whole, digits) };
}

/** As a number where that is exact, else as text. */
function decimal(whole: bigint, digits: number): Value {
	const text = String(whole < 0n ? -whole : whole).padStart(digits + 1, '0');
	const cut = text.length - digits;
	const spelled = `${whole < 0n ? '-' : ''}${text.slice(0, cut)}${digits > 0 ? `.${text.slice(cut)}` : ''}`;
	return text.replace(/^0+/u, '').length <= 15 ? Number(spelled) : spelled;
}
