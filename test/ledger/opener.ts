/**
 * A process of its own that opens the ledger as a node does, where its environment says: when its parent says so, so that
 * several do it at once. Its answer is what came of it. With the argument `upgrade` it is a package one schema further.
 */
import { once } from 'node:events';

import { sql } from 'kysely';

import { postgresStore } from '../../ledger/postgres';
import { migrate, STEPS, type Step } from '../../ledger/schema';
import { sqliteStore } from '../../ledger/sqlite';
import { openLedger, placeOf } from '../../nodes/shared/ledger';
import type { SyncError } from '../../sync/types';

export interface Opened {
	secret?: string;
	error?: string;
	todo?: string;
}

/** How far the step of the package to come moves the sequence: seen at once, if it were taken twice. */
export const FURTHER = 1_000_000;

const further: Step = async (store, tx) =>
	void (await tx.run(sql`UPDATE ${store.table('ledger')} SET sequence = sequence + ${FURTHER}`));

async function open(): Promise<Opened> {
	process.send!('ready');
	await once(process, 'message');
	try {
		if (process.argv.includes('upgrade')) {
			const place = placeOf();
			const store = await (place.kind === 'file' ? sqliteStore(place.file) : postgresStore(place.config));
			await migrate(store, [...STEPS, further]);
		}
		const ledger = await openLedger();
		await ledger.register({ instance: 'i', workflow: 'w', node: 'n' }, 'opened');
		return { secret: await ledger.secret() };
	} catch (error) {
		return { error: (error as Error).message, todo: (error as SyncError).detail?.todo };
	}
}

if (require.main === module) void open().then((found) => process.send!(found, () => process.exit()));
