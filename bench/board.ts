/** The board's pages with a million records, on both kinds of ledger: asked of the ledger and made into HTML, without n8n. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sql } from 'kysely';

import { ledgerOn } from '../ledger/ledger';
import { postgresStore } from '../ledger/postgres';
import { sqliteStore } from '../ledger/sqlite';
import type { Store } from '../ledger/store';
import { pageFor, type Asked } from '../nodes/SyncBoardTrigger/pages';
import { crowd, type Crowd } from '../test/ledger/crowd';
import { available, startPostgres } from '../test/servers/postgres';
import { median, rounded } from './parts/measure';
import { say } from './parts/server';

const RECORDS = 1_000_000;
const ROUNDS = 7;
/** What the issue allows a page, in milliseconds. */
const MOST = 300;

/** The addresses that are asked for, by what they are. */
export function addresses({ sync, places }: Crowd, records: number): Record<string, Record<string, string>> {
	const one = { sync: String(sync) };
	const middle = String(records >> 1);
	const place = String(places[0]);
	return {
		overview: {},
		sync: one,
		'by key': { ...one, after: middle },
		back: { ...one, before: middle },
		failed: { ...one, in: place, state: 'failed' },
		pending: { ...one, in: place, state: 'pending' },
		healed: { ...one, in: place, state: 'healed' },
		'found by key': { ...one, q: middle },
		'found by name': { ...one, q: `person ${middle}` },
		'inside names': { ...one, q: middle, within: '1' },
		record: { ...one, record: middle },
		holds: { ...one, view: 'holds' },
		history: { ...one, view: 'history' },
		'asking back': { ...one, record: middle, do: 'resync' },
	};
}

export async function run(): Promise<{ result: unknown; held: boolean }> {
	const folder = mkdtempSync(join(tmpdir(), 'one-way-sync-board-'));
	const results = [{ system: 'ours, SQLite', ...(await measure(await sqliteStore(join(folder, 'ledger.sqlite')))) }];
	rmSync(folder, { recursive: true });
	if (available().ok) {
		const { host, port, database, user, password, stop } = await startPostgres({
			shared_buffers: '512MB',
			random_page_cost: '1.1',
		});
		results.push({
			system: 'ours, Postgres',
			...(await measure(await postgresStore({ dialect: 'postgres', host, port, database, user, password }))),
		});
		await stop();
	}
	const held = results.every(({ pages }) => Object.values(pages).every((ms) => ms <= MOST));
	return { result: { name: 'board', records: RECORDS, results, ratios: {} }, held };
}

async function measure(store: Store): Promise<{ seconds: number; pages: Record<string, number> }> {
	const ledger = await ledgerOn(store);
	say(`· filling ${RECORDS} records in ${store.where} …`);
	const there = await crowd(store, RECORDS);
	if (store.shared) await store.db.run(sql`ANALYZE`);
	const pages: Record<string, number> = {};
	for (const [name, query] of Object.entries(addresses(there, RECORDS))) {
		const asked: Asked = {
			query,
			visitor: 'bench',
			board: 'bench',
			zone: 'UTC',
			refresh: 15,
			allowed: { retry: true, release: true, resync: true, done: true },
		};
		const times: number[] = [];
		for (let n = 0; n < ROUNDS; n++) {
			const began = performance.now();
			const { status } = await pageFor(ledger, asked);
			times.push(performance.now() - began);
			if (status !== 200) throw new Error(`the page “${name}” was answered with ${status}`);
		}
		pages[name] = Math.round(median(times));
		say(`  ${name}: ${pages[name]} ms`);
	}
	await ledger.close();
	return { seconds: rounded(Math.max(...Object.values(pages)) / 1000, 3), pages };
}
