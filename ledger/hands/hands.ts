/** What a person may do: one face over its rooms. */
import type { Hands } from '../../sync/hands';
import type { Store } from '../store';
import { check, checked, differ } from './check';
import { forgetRecord, forgetSync } from './forget';
import { resync, retry } from './retry';
import { done } from './tasks';
import { undo } from './undo';
import { loaded, pause, rhythm, tellStale } from './watch';

export function handsOn(store: Store): Hands {
	return {
		retry: async (sync, which) => await retry(store, sync, which),
		done: async (sync, { key, destination }) => await done(store, sync, key, destination),
		resync: async (sync, which) => await resync(store, sync, which),
		pause: async (sync, paused) => await pause(store, sync, paused),
		undo: async (sync, run) => await undo(store, sync, run),
		check: async (sync) => await check(store, sync),
		checked: async (sync, since) => await checked(store, sync, since),
		differ: async (destination, found) => await differ(store, destination, found),
		forgetSync: async (sync) => await forgetSync(store, sync),
		forgetRecord: async (sync, key) => await forgetRecord(store, sync, key),
		loaded: async (sync) => await loaded(store, sync),
		rhythm: async (sync, every) => await rhythm(store, sync, every),
		tellStale: async (instance, watched) => await tellStale(store, instance, watched),
	};
}
