/**
 * The mark of a row in SQLite: 64 bits over its values, each with its type and length. Two lanes of 32 bits, each of whose
 * steps is one to one in what it was and in what is added. Not for keeping secrets.
 */
import type { SQLOutputValue } from 'node:sqlite';

import { exactBytes, exactDouble } from '../exact';

const words = new Int32Array(2);
const whole = new BigInt64Array(words.buffer);
const real = new Float64Array(words.buffer);

let a = 0;
let b = 0;

function add(word: number): void {
	a = Math.imul(a ^ word, 0x9e3779b1);
	a = (a << 13) | (a >>> 19);
	b = Math.imul(b ^ word, 0x85ebca6b);
	b = (b << 17) | (b >>> 15);
}

function addText(text: string): void {
	const { length } = text;
	add(length);
	const even = length & ~1;
	for (let at = 0; at < even; at += 2) add(text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16));
	if (even < length) add(text.charCodeAt(even));
}

function addBytes(bytes: Uint8Array): void {
	add(bytes.length);
	let word = 0;
	for (let at = 0; at < bytes.length; at++) {
		word = (word << 8) | bytes[at]!;
		if ((at & 3) === 3) add(word);
	}
	add(word);
}

/** Spreads a lane over all of its bits. */
function spread(lane: number): number {
	let h = lane;
	h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
	h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
	return h ^ (h >>> 16);
}

/** Leaves the mark of these values in `words`; whole numbers come as bigints. */
function take(values: readonly SQLOutputValue[]): void {
	a = 0x6f6e6577;
	b = 0x61797379;
	for (const value of values) {
		if (value === null) add(1);
		else if (typeof value === 'string') {
			add(2);
			addText(value);
		} else if (typeof value === 'object') {
			add(3);
			addBytes(value);
		} else {
			add(typeof value === 'bigint' ? 4 : 5);
			if (typeof value === 'bigint') whole[0] = value;
			else real[0] = value;
			const high = words[1]!;
			add(words[0]!);
			add(high);
		}
	}
	a ^= Math.imul(b, 3);
	words[0] = spread(a);
	words[1] = spread(b ^ Math.imul(a, 5));
}

/** Whole numbers come as bigints. */
export function mark(...values: SQLOutputValue[]): bigint {
	take(values);
	return whole[0]!;
}

/** The mark as two words, which are good until the next one is made. */
export function marked(values: readonly SQLOutputValue[]): Int32Array {
	take(values);
	return words;
}

/** The slot of a key, as a whole number below 2³¹: the same for values that are the same as text. */
export function slotOf(key: readonly SQLOutputValue[]): number {
	take(key.map(keyText));
	return words[0]! & 0x7fff_ffff;
}

/** As {@link slotOf}, as SQLite calls it. */
export function slot(...values: SQLOutputValue[]): bigint {
	return BigInt(slotOf(values));
}

function keyText(value: SQLOutputValue): string | null {
	if (typeof value === 'string') return value;
	if (typeof value === 'number') return String(exactDouble(value));
	if (typeof value === 'object' && value !== null) return exactBytes(value);
	return value === null ? null : String(value);
}
