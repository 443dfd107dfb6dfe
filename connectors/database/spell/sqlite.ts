/** How SQLite's columns spell: by the rules of type affinity, which say what a value becomes when it is stored. */
import { exactDouble, exactInteger, exactNumber, parseDecimal, decimalText, exactJson } from '../../../sql/exact';
import type { SqlValue } from '../../../sql/types';
import type { Value } from '../../../sync/types';
import { shown, Unfit, type Spelling } from '../column';
import { floating, integer } from './number';
import { bytes, json } from './other';
import { text, textOf } from './text';

export type Affinity = 'integer' | 'text' | 'blob' | 'real' | 'numeric';

/** SQLite's own five rules, in their order. */
export function affinityOf(declared: string): Affinity {
	if (/int/i.test(declared)) return 'integer';
	if (/char|clob|text/i.test(declared)) return 'text';
	if (declared === '' || /blob/i.test(declared)) return 'blob';
	if (/real|floa|doub/i.test(declared)) return 'real';
	return /^any$/i.test(declared) ? 'blob' : 'numeric';
}

const WHOLE = integer(-(2n ** 63n), 2n ** 63n - 1n, true);

/** What a number becomes in a column that prefers numbers: an integer where it is whole and fits, else a double. */
function stored(number: string): number | string {
	const decimal = parseDecimal(number);
	if (!decimal) return exactDouble(Number(number));
	const plain = decimalText(decimal);
	if (!plain.includes('.') && plain.length <= 20) {
		const whole = BigInt(plain);
		if (BigInt.asIntN(64, whole) === whole) return exactInteger(whole);
	}
	return exactDouble(Number(plain));
}

/** Text that SQLite takes for a number. */
const isNumber = (value: string) => /^[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(value.trim());

/** A value's text as SQLite is to see it, or a number. */
function bindNumber(value: Exclude<Value, null>): SqlValue {
	if (typeof value === 'number' || typeof value === 'boolean') return value;
	const said = textOf(value);
	return /^-?\d{16,19}$/.test(said) && BigInt.asIntN(64, BigInt(said)) === BigInt(said) ? BigInt(said) : said;
}

const YES_NO: Record<string, number> = { true: 1, false: 0 };

function numeric(yesNo: boolean, real: boolean): Spelling {
	return {
		spell: (value) => {
			if (typeof value === 'boolean') return value ? 1 : 0;
			const said = textOf(value);
			if (yesNo && said.toLowerCase() in YES_NO) return YES_NO[said.toLowerCase()]!;
			if (!isNumber(said)) return said;
			return real ? exactDouble(Number(said)) : stored(said.trim());
		},
		bind: bindNumber,
	};
}

const anything: Spelling = {
	spell: (value) => {
		if (typeof value === 'boolean') return value ? 1 : 0;
		return typeof value === 'number' ? exactNumber(String(value)) : textOf(value);
	},
	bind: (value) => (typeof value === 'number' ? value : textOf(value)),
};

/** A column of an ordinary table. */
export function affine(declared: string, isJson: boolean): Spelling {
	if (isJson) return { spell: (value) => exactJson(JSON.stringify(json().spell(value))), bind: json().bind };
	switch (affinityOf(declared)) {
		case 'text':
			return text();
		case 'blob':
			return declared === '' || /^any$/i.test(declared) ? anything : bytes();
		default:
			return numeric(/bool/i.test(declared), affinityOf(declared) === 'real');
	}
}

/** A column of a STRICT table, or one that is the row's number: what does not fit is refused. */
export function strictly(declared: string): Spelling {
	switch (affinityOf(declared)) {
		case 'integer':
			return WHOLE;
		case 'real':
			return floating(false);
		case 'text':
			return text();
		default:
			return /^any$/i.test(declared) ? anything : strictBytes;
	}
}

const strictBytes: Spelling = {
	spell: (value) => {
		if (typeof value !== 'string')
			throw new Unfit(`is ${shown(value)}, the column takes bytes`, 'Map a field that holds bytes.');
		return bytes().spell(value);
	},
	bind: bytes().bind,
};
