/** What a destination node may say of a record, and what the model makes of it. */
import type { Play } from './play';
import { KEYS, LONG, type Answer, type Run } from './steps';

export async function answer(play: Play, from: Run, key: string, how: Answer): Promise<void> {
	const { ledger, model, destination } = play;
	const { run, heals } = from;
	const link = { key, part: '' };
	const lease = model.answers(key, run);
	const version = lease?.version ?? 0;
	const counterpart = model.counterpartOf(key);
	if (heals && how !== 'retry' && how !== 'give up') return;
	switch (how) {
		case 'write': {
			const create = counterpart === null;
			const write = { ...link, version, create, match: { key } };
			const may = (await ledger.intend(destination, run, [write], LONG)).has(key);
			expect(may).toBe(lease !== undefined && model.current(key, lease));
			if (may) lease!.phase = 'writing';
			else if (lease?.phase === 'claimed') model.leases.delete(key);
			break;
		}
		case 'settle':
		case 'share': {
			const other = KEYS[(KEYS.indexOf(key) + 1) % KEYS.length];
			const gone = lease && model.current(key, lease) && !model.records.get(key)!.present;
			if (gone && counterpart !== null) return;
			await play.confirm(
				from,
				key,
				gone ? null : (counterpart ?? `of ${how === 'share' ? other : key}`),
				'settled',
			);
			break;
		}
		case 'remove':
			if (counterpart !== null && (!lease || model.passed.has(key)))
				await play.confirm(from, key, run % 2 ? null : counterpart, 'gone');
			break;
		case 'intend removal':
			if (counterpart === null) return;
			await ledger.intendRemovals(destination, run, [link]);
			if (lease?.phase === 'claimed') model.leases.delete(key);
			break;
		case 'intend write':
			if (!model.records.get(key)?.present) return;
			await ledger.intendWrites(destination, run, [{ ...link, kind: 'first', what: 'create' }]);
			if (lease?.phase === 'claimed') model.leases.delete(key);
			break;
		case 'retry':
		case 'give up': {
			const retryIn = how === 'retry' ? 0 : null;
			await ledger.fail(destination, run, [{ ...link, version, error: 'no', retryIn, countsAttempt: true }]);
			if (lease) model.leases.delete(key);
			break;
		}
		case 'give back':
			await ledger.unclaim(destination, run, [link]);
			if (lease?.phase === 'claimed') model.leases.delete(key);
	}
}
