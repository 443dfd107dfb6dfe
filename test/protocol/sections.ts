/** The sections of the protocol in `docs/spec.md`, by their headings there. */
import { identity } from './identity';
import { items } from './items';
import { lease } from './lease';
import { lost } from './lost';
import { observe } from './observe';
import { removals } from './removals';
import type { Rules } from './rules';
import { says } from './says';
import { sweep } from './sweep';

export const SECTIONS: Record<string, Rules> = {
	Identity: identity,
	Observe: observe,
	'Due and lease': lease,
	'Items, order and runs': items,
	Sweep: sweep,
	'What the destination says': says,
	'Removals and the guard': removals,
	'A lost or older ledger': lost,
};
