/** `docs/spec.md` says what the code and the tests say. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { rulesOf, statesInWords, TESTED, withTests } from './spec';

const read = (path: string) => readFileSync(join(process.cwd(), path), 'utf8');
const SPEC = 'docs/spec.md';
const BETWEEN = /(<!-- states -->\n)[^]*?(<!-- \/states -->)/;

interface Invariant {
	number: number;
	places: { names: string[]; file: string }[];
	tests: string[];
}

/** The rows of the table of invariants. */
function invariants(): Invariant[] {
	return [...read(SPEC).matchAll(/^\| (\d) \| \*\*.*$/gm)].map(([row, number]) => {
		const [, , keptBy, tests] = row.split(' | ');
		return {
			number: Number(number),
			places: keptBy!.split(';').map((place) => {
				const quoted = [...place.matchAll(/`([^`]+)`/g)].map(([, one]) => one!);
				const file = quoted.findIndex((one) => one.includes('/'));
				return { names: quoted.slice(0, file), file: quoted[file]! };
			}),
			tests: [...tests!.matchAll(/`([^`]+)`/g)].map(([, one]) => one!),
		};
	});
}

describe('docs/spec.md', () => {
	it('shows the table of states as it is', () => {
		const now = read(SPEC).replace(BETWEEN, (_all, begin, end) => `${begin}\n${statesInWords()}\n\n${end}`);
		if (process.env['UPDATE_SPEC']) writeFileSync(join(process.cwd(), SPEC), now);
		expect(read(SPEC)).toBe(now);
	});

	it('names the test of each rule of the protocol', () => {
		const now = withTests(read(SPEC));
		if (process.env['UPDATE_SPEC']) writeFileSync(join(process.cwd(), SPEC), now);
		expect(read(SPEC)).toBe(now);
	});

	it('has a test for each rule of the protocol that holds, whole or in part, and says so of no other', () => {
		const rules = rulesOf(read(SPEC));
		const untested = rules.filter(({ today, test }) => /^(holds|partly)/.test(today) !== (test !== undefined));
		expect(untested.map(({ sentence, today }) => `${sentence} ${today}`)).toEqual([]);
		expect(rules.filter(({ test }) => test).length).toBe(TESTED.length);
		for (const { test } of rules)
			if (test) expect([test, read(test.file).includes(test.name)]).toEqual([test, true]);
	});

	it('has nine invariants', () => {
		expect(invariants().map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
	});

	it.each(invariants())('says where invariant $number is kept', ({ places }) => {
		for (const { names, file } of places) {
			const text = read(file);
			expect(names.length).toBeGreaterThan(0);
			for (const name of names) expect([file, name, text.includes(name)]).toEqual([file, name, true]);
		}
	});

	it.each(invariants())('names tests that prove invariant $number by its number', ({ number, tests }) => {
		expect(tests.length).toBeGreaterThan(0);
		const named = new RegExp(`\\(invariants? [\\d, and]*\\b${number}\\b`);
		for (const file of tests) expect([file, named.test(read(file))]).toEqual([file, true]);
	});
});
