/** Figures that a story has counted, for the JSON line of `npm run e2e`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

// This file runs as .build/test/e2e/figures.js; scripts/e2e.mjs reads what it writes.
const file = join(__dirname, '..', '..', 'figures.json');

export function tellFigures(figures: Record<string, number>): void {
	writeFileSync(file, JSON.stringify(figures));
}
