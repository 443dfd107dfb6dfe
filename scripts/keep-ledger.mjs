/**
 * `node scripts/keep-ledger.mjs`: keeps a ledger of the present version for `test/ledger/kept.test.ts`. Run it before each
 * release; what a released version kept is never made anew.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { command, play } from './lib/command.mjs';
import { root } from './lib/run.mjs';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
await command(() => play('test/ledger/kept/keep.ts', [version, join(root, 'test', 'ledger', 'kept')]));
