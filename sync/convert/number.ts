/** Numbers as people and systems write them. What a double cannot hold stays decimal text, so that nothing is lost. */
import type { Value } from '../types';
import type { Converted } from '../convert';
import { withoutEnd } from '../ends';

/** How numbers in text are written: shown by example, as in the node. */
export type NumberForm = '1234.5' | '1,234.5' | '1.234,5' | '1 234,5' | "1'234.5";

const SHAPES: Record<NumberForm, { grouped: RegExp; group: RegExp; decimal: string }> = {
	'1234.5': { grouped: /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/iu, group: /(?!)/u, decimal: '.' },
	'1,234.5': { grouped: /^[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?$/u, group: /,/gu, decimal: '.' },
	'1.234,5': { grouped: /^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d*)?$/u, group: /\./gu, decimal: ',' },
	'1 234,5': {
		grouped: /^[+-]?(\d{1,3}([ \u00a0\u202f]\d{3})+|\d+)(,\d*)?$/u,
		group: /[ \u00a0\u202f]/gu,
		decimal: ',',
	},
	"1'234.5": { grouped: /^[+-]?(\d{1,3}(['’]\d{3})+|\d+)(\.\d*)?$/u, group: /['’]/gu, decimal: '.' },
};

/** To a number. Text that has more digits than a double keeps comes out as plain decimal text. */
export function toNumber(value: Value, form: NumberForm = '1234.5'): Converted {
	if (typeof value === 'number') return { ok: true, value };
	if (typeof value !== 'string')
		return { ok: false, problem: 'is not a number', todo: 'Correct it in the source, or map another field.' };
	const shape = SHAPES[form];
	const text = value.trim();
	if (!shape.grouped.test(text))
		return { ok: false, problem: `is not a number of the form ${form}`, todo: advice(text, form) };
	return { ok: true, value: decimal(text.replace(shape.group, '').replace(shape.decimal, '.')) };
}

/** A number where a double holds all its digits, else the plain decimal text. `text` matches the plain form. */
function decimal(text: string): Value {
	const [, sign, whole = '', fraction = '', power] = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/iu.exec(text)!;
	const { digits, exponent } = scientific(whole, fraction, Number(power ?? 0));
	if (digits === '') return 0;
	const number = Number(text);
	if (Number.isFinite(number)) {
		const [, held = '', heldFraction = '', heldPower] = /^-?(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?$/iu.exec(
			String(number),
		)!;
		const kept = scientific(held, heldFraction, Number(heldPower ?? 0));
		if (kept.digits === digits && kept.exponent === exponent) return number;
	}
	return (sign === '-' ? '-' : '') + spell(digits, exponent);
}

/** 0.DIGITS × 10^exponent, without zeros at either end. */
function scientific(whole: string, fraction: string, power: number): { digits: string; exponent: number } {
	const all = whole + fraction;
	const leading = /^0*/u.exec(all)![0].length;
	return { digits: withoutEnd(all.slice(leading), '0'), exponent: whole.length - leading + power };
}

function spell(digits: string, exponent: number): string {
	if (exponent <= 0) return `0.${'0'.repeat(-exponent)}${digits}`;
	if (exponent >= digits.length) return digits + '0'.repeat(exponent - digits.length);
	return `${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

function advice(text: string, form: NumberForm): string {
	const other = (Object.keys(SHAPES) as NumberForm[]).find(
		(candidate) => candidate !== form && SHAPES[candidate].grouped.test(text),
	);
	return other === undefined
		? 'Correct it in the source, or leave out units and signs with an expression.'
		: `If it means a number, set Number Form to ${other}.`;
}
