/** The engine over a real ledger: a file's, and a server's. */
import { overBothLedgers } from './ledgers';
import { stories } from './stories';

overBothLedgers((store) => {
	stories(store);
});
