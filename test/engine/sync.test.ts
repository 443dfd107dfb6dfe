/** The engine over a real ledger: a file's, and a server's. Each kind of story has a world of its own. */
import { guardStories } from './guard';
import { overBothLedgers } from './ledgers';
import { ownerStories } from './owners';
import { stories } from './stories';

overBothLedgers((store) => {
	describe('from day to day', () => stories(store));
	describe('under the guard', () => guardStories(store));
	describe('among others', () => ownerStories(store));
});
