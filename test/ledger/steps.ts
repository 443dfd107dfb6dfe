/** What may happen to a ledger, as data. */
/** Milliseconds of a lease that does not end by itself. */
export const LONG = 1e9;
export const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];

export type Answer =
	'write' | 'settle' | 'share' | 'remove' | 'intend removal' | 'intend write' | 'retry' | 'give up' | 'give back';
export type Step =
	| { do: 'edit' | 'drop' | 'heal' | 'miss'; key: string }
	| { do: 'read'; complete: boolean; keys: number }
	| { do: 'lease'; keys: number }
	| { do: 'claim' | 'age' | 'healed'; run: number }
	| { do: 'end'; run: number; ok: boolean }
	| { do: 'answer'; run: number; key: string; how: Answer }
	| { do: 'count'; cautious: boolean }
	| { do: 'release' | 'remap' | 'carry' | 'retire' | 'reopen' | 'restart' };

/** What was handed to a run, and under which mapping. */
export interface Run {
	run: number;
	mapping: string;
	keys: string[];
	heals: boolean;
}
