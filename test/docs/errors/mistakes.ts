/**
 * Mistakes that a user can make in a form, each really made. What n8n then shows with the node is what `docs/errors.md`
 * lists; `errors.test.ts` holds the one to the other, and all of them to the code.
 */
import { anyNode } from './any-node';
import { apps } from './apps';
import { board } from './board';
import { databases } from './databases';
import { directories } from './directories';
import { ledger } from './ledger';
import type { Mistake } from './mistake';
import { webhook } from './webhook';

export const MISTAKES: Mistake[] = [...databases, ...apps, ...directories, ...webhook, ...anyNode, ...ledger, ...board];
