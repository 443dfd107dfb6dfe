/** What can be seen of the ledger: one face over its reading rooms. */
import type { Look } from '../../sync/look';
import type { Store } from '../store';
import { overview } from './overview';
import { exportPage, history, holdsOf, record, runs, series } from './record';
import { healedPage, recordPage, standingPage } from './records';
import { search, searchWithin } from './search';

export function lookAt(store: Store): Look {
	return {
		overview: async (most, sync) => await overview(store, most, sync),
		recordPage: async (sync, at, limit) => await recordPage(store, sync, at, limit),
		standingPage: async (sync, destination, standing, after, limit) =>
			await standingPage(store, sync, destination, standing, after, limit),
		healedPage: async (sync, destination, since, before, limit) =>
			await healedPage(store, sync, destination, since, before, limit),
		search: async (sync, text, limit) => await search(store, sync, text, limit),
		searchWithin: async (sync, text, after, limit, names) =>
			await searchWithin(store, sync, text, after, limit, names),
		exportPage: async (sync, after, limit) => await exportPage(store, sync, after, limit),
		record: async (sync, key) => await record(store, sync, key),
		history: async (sync, of, before, limit) => await history(store, sync, of, before, limit),
		holds: async (sync) => await holdsOf(store, sync),
		series: async (sync, since, stretch) => await series(store, sync, since, stretch),
		runs: async (sync, limit) => await runs(store, sync, limit),
	};
}
