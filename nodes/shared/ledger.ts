/** The process's ledger: opened once per place, and asked for by every node that needs it. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';

import { ledgerOn } from '../../ledger/ledger';
import { sqliteStore } from '../../ledger/sqlite';
import { ledgerFile, ledgerPlace } from '../../ledger/where';
import { SqlError } from '../../sql/types';
import type { Ledger } from '../../sync/ledger';
import { SyncError } from '../../sync/types';

const opened = new Map<string, Promise<Ledger>>();

/** The ledger; one that could not be opened is tried again at the next use. Throws {@link SyncError}. */
export async function openLedger(): Promise<Ledger> {
	const file = ledgerFile(ledgerPlace(process.env, homedir()));
	let ledger = opened.get(file);
	if (!ledger) {
		ledger = sqliteStore(file).then(ledgerOn);
		opened.set(file, ledger);
		ledger.catch(() => opened.delete(file));
	}
	try {
		return await ledger;
	} catch (error) {
		if (error instanceof SyncError) throw error;
		throw new SyncError('unreachable', `The ledger ${file} cannot be opened: ${error instanceof Error ? error.message : String(error)}`, {
			todo: 'See that its folder exists, can be written by n8n, and has room.',
			cause: error,
		});
	}
}

/** The ledger where there is one already; looking makes none. */
export async function ledgerIfAny(): Promise<Ledger | undefined> {
	return existsSync(ledgerFile(ledgerPlace(process.env, homedir()))) ? await openLedger() : undefined;
}

/** A ledger whose thread has died is opened anew at the next use. */
export function doubtLedger(error: unknown): void {
	const cause = error instanceof SyncError ? error.detail.cause : error;
	if (cause instanceof SqlError && cause.kind === 'unreachable') opened.clear();
}

/** Closes what is open; for the end of a test. */
export async function closeLedgers(): Promise<void> {
	const all = [...opened.values()];
	opened.clear();
	for (const ledger of all) await (await ledger).close();
}

/**
 * Runs whose items a destination could not take because the ledger did not answer it. The trigger asks when such a run
 * has ended: its items come again, and are not taken for dropped on the way. Known within one process only, which is
 * all that a ledger in a file serves.
 */
export const unserved = new Set<number>();
