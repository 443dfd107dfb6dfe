/** After a lost ledger every removal waits for a person, at each destination by itself. */
import { ledgerOn } from '../../ledger/ledger';
import { DEFAULT_GUARD } from '../../sync/guard';
import { overEveryStore } from './stores';

const LONG = 1e9;

describe('caution after a lost or older ledger', () => {
	overEveryStore((place) => {
		it('ends for the destination whose removals a person has let pass, and for no other', async () => {
			const ledger = await ledgerOn(await place.empty());
			const sync = (await ledger.register({ instance: 'i', workflow: 'w', node: 't' }, 'people')).id;
			const nodes = ['one', 'two'];
			await ledger.destinationsSeen(
				sync,
				nodes.map((node) => ({ node, name: node })),
				null,
			);
			const token = (await ledger.beginTick(sync, 'test', LONG))!;
			const read = async (from: number) => {
				const observation = await ledger.observe(sync, token, 'test', []);
				await observation.add(
					Array.from({ length: 40 - from }, (_, n) => ({ key: `k${n + from}`, fields: { n: n + from } })),
				);
				await observation.finish({ complete: true });
			};
			await read(0);
			const limits = { keys: 100, bytes: 1e9, ttl: LONG, before: 1e15, passedOnly: false };
			const { run, records } = await ledger.lease(sync, token, limits);
			for (const node of nodes) {
				const { id } = await ledger.destination(sync, node, node, { id: node, text: node });
				const { revision, claims } = await ledger.claim(id, run, 'mapping', records, LONG);
				const confirmed = claims.map(({ link: { key, part, version } }) => ({
					...{ key, part, version, counterpart: key, fields: {}, told: null, state: 'settled' as const },
					history: [],
				}));
				await ledger.confirm(id, run, revision, confirmed);
			}
			expect(await ledger.checkAge((await ledger.sequence()) + 100)).toBe(true);

			await read(1);
			const first = await ledger.countIntended(sync, token, DEFAULT_GUARD);
			expect(first).toMatchObject({ released: 0, held: [{ kind: 'removals', count: 1 }, { count: 1 }] });
			expect(first.held[0]!.reason).toContain('the ledger was lost or restored, so a person has to look');
			expect(await ledger.release(sync, first.held[0]!.id)).toBe('released');
			expect(await ledger.release(sync, first.held[0]!.id)).toBe('closed');
			expect(await ledger.release(sync, 99_999)).toBe('unknown');

			await read(2);
			const second = await ledger.countIntended(sync, token, DEFAULT_GUARD);
			expect(second).toMatchObject({ released: 1, held: [{ id: first.held[1]!.id, count: 2 }] });
		});
	});
});
