/**
 * A process of its own in which one sync ticks on request, so that its memory and its event loop can be looked at alone:
 * the source, the engine and a ledger file, as in n8n's process; nothing stands behind the trigger.
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';

import { DatabaseSource } from '../../connectors/database/source';
import { http } from '../../connectors/rest/net/http';
import { RestSource } from '../../connectors/rest/source';
import { ledgerOn } from '../../ledger/ledger';
import { sqliteStore } from '../../ledger/sqlite';
import type { DatabaseConfig } from '../../sql/types';
import { DEFAULT_GUARD } from '../../sync/guard';
import type { Ledger, ObservationResult } from '../../sync/ledger';
import { tick, type TickSettings } from '../../sync/tick';
import type { Source } from '../../sync/types';
import { directus } from '../../systems/directus';
import type { Load } from '../../test/n8n/harness';

/** One tick of a sync that reads everything, and sweeps never. */
export const TICK: TickSettings = {
	identity: { instance: 'bench', workflow: 'bench', node: 'trigger' },
	name: 'People',
	holder: 'bench',
	sensitive: [],
	completeEvery: null,
	sweepEvery: null,
	guard: DEFAULT_GUARD,
	batch: { keys: 1000, bytes: 5 * 1024 * 1024 },
	leaseTtl: 60_000,
	retryIn: 0,
	historyDays: 90,
	parkedTtl: 60_000,
	stuckAfter: 3_600_000,
};

export interface Ticked {
	ms: number;
	observed: ObservationResult | undefined;
	troubles: string[];
}

export interface Ticker {
	tick(): Promise<Ticked>;
	/** What the process took since the last call. */
	load(): Promise<Load>;
	stop(): Promise<void>;
}

/** What is read: a table, or all items that a stand-in for Directus on loopback lists. */
export type Read = { database: DatabaseConfig; table: string } | { items: string };

interface Order {
	/** The ledger. */
	file: string;
	read: Read;
}

// This file runs as .build/bench/parts/ticker.js.
const monitor = join(__dirname, '..', '..', '..', 'scripts', 'lib', 'monitor.mjs');

/** Starts the process; its ledger is open when this answers. */
export async function startTicker(order: Order): Promise<Ticker> {
	const child = fork(__filename, [JSON.stringify(order)], {
		execArgv: ['--disable-warning=ExperimentalWarning', '--import', monitor],
		stdio: ['ignore', 2, 2, 'ipc'],
	});
	const ended = new Promise<never>((_, reject) =>
		child.once('exit', (code) => reject(new Error(`the ticking process ended with ${code}`))),
	);
	ended.catch(() => undefined);
	const heard = <T>(wanted: string) =>
		Promise.race([
			ended,
			new Promise<T>((resolve) => {
				const listen = (message: Record<string, unknown>) => {
					if (!(wanted in message)) return;
					child.off('message', listen);
					resolve(message as T);
				};
				child.on('message', listen);
			}),
		]);
	const ask = <T>(message: Record<string, unknown>, wanted: string) => {
		const answer = heard<T>(wanted);
		child.send(message);
		return answer;
	};
	await heard('open');
	return {
		tick: async () => (await ask<{ ticked: Ticked }>({ tick: true }, 'ticked')).ticked,
		load: async () => await ask<Load>({ monitor: 1, reset: true }, 'monitor'),
		stop: async () => {
			const gone = new Promise((resolve) => child.once('exit', resolve));
			child.send({ end: true });
			await gone;
		},
	};
}

function sourceOf(read: Read): Source {
	if ('database' in read)
		return new DatabaseSource({ database: read.database, from: { table: { name: read.table } } });
	return new RestSource({
		system: directus,
		type: 'httpBearerAuth',
		credential: { token: 'bench' },
		settings: { url: read.items, collection: 'people', fields: '*' },
		base: read.items,
		signed: http,
		object: 'item',
		follow: false,
	});
}

async function one(ledger: Ledger, { read }: Order): Promise<Ticked> {
	const start = performance.now();
	const { observed, troubles } = await tick(
		ledger,
		{
			signal: new AbortController().signal,
			destinations: () => [],
			openSource: async () => await Promise.resolve(sourceOf(read)),
			handOver: async () => await Promise.reject(new Error('nothing stands behind this trigger')),
		},
		TICK,
	);
	return { ms: performance.now() - start, observed, troubles };
}

async function serve(order: Order): Promise<void> {
	const ledger = await ledgerOn(await sqliteStore(order.file));
	process.on('message', (message: Record<string, unknown>) => {
		if (message['tick']) void one(ledger, order).then((ticked) => process.send!({ ticked }));
		if (message['end']) void ledger.close().then(() => process.exit(0));
	});
	// What looks at its load does not keep it alive, nor does a ledger at rest.
	setInterval(() => undefined, 1 << 30);
	process.send!({ open: true });
}

if (require.main === module) void serve(JSON.parse(process.argv[2]!) as Order);
