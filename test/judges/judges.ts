/**
 * Others' code that judges ours, in a folder of its own: a schema validator, vendors' clients, a stand-in with state.
 * Installed on first use; where the registry does not answer, what needs it is named as skipped.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// This file runs as .build/test/judges/judges.js.
export const judgesFolder = join(__dirname, '..', '..', '..', 'test', 'judges');

export const judgesAreThere = existsSync(join(judgesFolder, 'node_modules', '.set-up'));

/** One of these packages, as whoever asks says it is: they carry no types into this repository's compilation. */
export function judge<T>(name: string): T {
	return createRequire(join(judgesFolder, 'package.json'))(name) as T;
}
