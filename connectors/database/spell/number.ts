/** How number and yes/no columns spell. */
import { decimalText, exactDouble, exactFloat, exactNumber, parseDecimal, type Decimal } from '../../../sql/exact';
import type { Value } from '../../../sync/types';
import { shown, Unfit, type Spelling } from '../column';

const NO_NUMBER = 'Map a field that holds a number, or convert it in the mapping.';

/** The decimal that a value means; true and false are 1 and 0. */
export function decimalOf(value: Exclude<Value, null>): Decimal {
	const decimal =
		typeof value === 'boolean'
			? parseDecimal(value ? '1' : '0')
			: typeof value === 'object'
				? undefined
				: parseDecimal(String(value));
	if (!decimal) throw new Unfit(`is ${shown(value)}, which is no number`, NO_NUMBER);
	return decimal;
}

/** Rounds half away from zero, as databases round decimals. */
export function rounded(decimal: Decimal, scale: number): Decimal {
	const drop = -decimal.exponent - scale;
	if (drop <= 0 || decimal.digits === '') return decimal;
	if (drop > decimal.digits.length) return parseDecimal('0')!;
	const kept = decimal.digits.slice(0, decimal.digits.length - drop) || '0';
	const up = decimal.digits[decimal.digits.length - drop]! >= '5';
	const whole = BigInt(kept) + (up ? 1n : 0n);
	return parseDecimal(`${decimal.negative ? '-' : ''}${whole}e${-scale}`)!;
}

const bindDecimal = (value: Exclude<Value, null>) => decimalText(decimalOf(value));

/** Whole numbers from `least` to `most`. A fraction is rounded, as databases do. */
export function integer(least: bigint, most: bigint, yesNo = false): Spelling {
	return {
		spell: (value) => {
			if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most)
				return value || 0;
			const said = yesNo && typeof value === 'string' ? (yesOrNo(value) ?? value) : value;
			const decimal = rounded(decimalOf(said), 0);
			// No type has so many digits; a BigInt of very many takes long to make.
			const endless = decimal.digits.length + decimal.exponent > 40;
			const whole = endless ? undefined : BigInt(decimalText(decimal));
			if (whole === undefined || whole < least || whole > most)
				throw new Unfit(
					`is ${shown(value)}, the column takes ${least} to ${most}`,
					'Use a wider column type or map another field.',
				);
			return exactNumber(whole.toString());
		},
		bind: (value) => (typeof value === 'number' ? value : BigInt(decimalText(decimalOf(value)))),
	};
}

/** Decimals with `precision` digits, `scale` of them behind the point; without limits as they are. */
export function decimal(limits?: { precision: number; scale: number }, words: readonly string[] = []): Spelling {
	return {
		spell: (value) => {
			if (typeof value === 'string' && words.includes(value)) return value;
			if (typeof value === 'number' && fits(value, limits)) return value || 0;
			let number = decimalOf(value);
			if (limits) {
				number = rounded(number, limits.scale);
				if (number.digits.length + number.exponent > limits.precision - limits.scale && number.digits !== '') {
					throw new Unfit(
						`is ${shown(value)}, too large for ${limits.precision} digits with ${limits.scale} behind the point`,
						'Use a wider column type or map another field.',
					);
				}
			}
			return exactNumber(decimalText(number));
		},
		bind: (value) => {
			if (typeof value === 'string' && words.includes(value)) return value;
			return typeof value === 'number' && fits(value) ? String(value || 0) : bindDecimal(value);
		},
	};
}

/** Whether a number needs no exponent, and the column keeps all of its digits: its decimal text is what JavaScript writes. */
function fits(value: number, limits?: { precision: number; scale: number }): boolean {
	const text = String(Math.abs(value));
	if (!Number.isFinite(value) || text.includes('e')) return false;
	if (!limits) return true;
	const point = text.indexOf('.');
	const whole = point < 0 ? text.length : point;
	const { precision, scale } = limits;
	return scale >= 0 && whole <= precision - scale && text.length - whole - 1 <= scale;
}

/** Binary floating point. `words`: what is no number and is taken all the same (`NaN`). */
export function floating(single: boolean, words: readonly string[] = []): Spelling {
	return {
		spell: (value) => {
			if (typeof value === 'string' && words.includes(value)) return value;
			const number = Number(decimalText(decimalOf(value)));
			const stored = single ? Math.fround(number) : number;
			if (!Number.isFinite(stored))
				throw new Unfit(
					`is ${shown(value)}, too large for the column`,
					'Use a wider column type or map another field.',
				);
			return single ? exactFloat(stored) : exactDouble(stored);
		},
		bind: (value) => (typeof value === 'string' && words.includes(value) ? value : Number(bindDecimal(value))),
	};
}

const YES = new Set(['true', 't', 'yes', 'y', 'on', '1']);
const NO = new Set(['false', 'f', 'no', 'n', 'off', '0']);

function yesOrNo(word: string): boolean | undefined {
	const folded = word.trim().toLowerCase();
	return YES.has(folded) ? true : NO.has(folded) ? false : undefined;
}

/** True and false, also as words or as 1 and 0. */
export const yesNo: Spelling = {
	spell: (value) => {
		if (typeof value === 'boolean') return value;
		const meant = typeof value === 'object' ? undefined : yesOrNo(String(value));
		if (meant === undefined)
			throw new Unfit(`is ${shown(value)}, which is neither yes nor no`, 'Translate it in the mapping.');
		return meant;
	},
	bind: (value) => value === true,
};
