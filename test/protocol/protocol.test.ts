/** The protocol, sentence by sentence, over both kinds of ledger. */
import { World } from '../engine/world';
import { overBothLedgers } from '../engine/ledgers';
import { SECTIONS } from './sections';

overBothLedgers((store) => {
	describe.each(Object.entries(SECTIONS))('%s', (_section, rules) => {
		test.each(Object.entries(rules))('%s', async (_sentence, proves) => {
			const world = await World.open(store);
			try {
				await proves(world);
			} finally {
				await world.close();
			}
		});
	});
});
