/** The sentences of `docs/spec.md` that this folder holds, by the file that they are in. */
import { identity } from './identity';
import { items } from './items';
import { lease } from './lease';
import { lost } from './lost';
import { observe } from './observe';
import { removals } from './removals';
import type { Rules } from './rules';
import { says } from './says';
import { sweep } from './sweep';

export const SECTIONS: Record<string, Rules> = { identity, observe, lease, items, sweep, says, removals, lost };
