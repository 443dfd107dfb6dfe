/** The process's ledger: opened once per place, and asked for by every node that needs it. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';

import { ledgerOn } from '../../ledger/ledger';
import { postgresStore } from '../../ledger/postgres';
import { sqliteStore } from '../../ledger/sqlite';
import { ledgerPlace, type Environment, type LedgerPlace } from '../../ledger/where';
import { openEnded } from '../../sync/ends';
import type { Ledger } from '../../sync/ledger';
import { SyncError } from '../../sync/types';
import { plain } from './errors';
import { needRuntime } from './runtime';

const opened = new Map<string, Promise<Ledger>>();

/** Where this process's ledger is. Throws {@link SyncError} `setup`. */
export function placeOf(env: Environment = process.env, home: string = homedir()): LedgerPlace {
	needRuntime();
	return ledgerPlace({ env, home, readFile: (path) => readFileSync(path, 'utf8') });
}

/** The ledger; one that could not be opened is tried again at the next use. Throws {@link SyncError}. */
export async function openLedger(): Promise<Ledger> {
	const place = placeOf();
	const name = JSON.stringify(place);
	let ledger = opened.get(name);
	if (!ledger) {
		ledger = (place.kind === 'file' ? sqliteStore(place.file) : postgresStore(place.config)).then(ledgerOn);
		opened.set(name, ledger);
		ledger.catch(() => opened.delete(name));
	}
	try {
		return await ledger;
	} catch (error) {
		throw error instanceof SyncError ? error : unopened(place, error);
	}
}

function unopened(place: LedgerPlace, error: unknown): SyncError {
	const [where, todo] =
		place.kind === 'file'
			? [place.file, 'See that its folder exists, can be written by n8n, and has room.']
			: [
					`in Postgres at ${place.config.host}:${place.config.port}/${place.config.database}`,
					'See that the server runs and lets n8n in; the sync goes on by itself then.',
				];
	return new SyncError('unreachable', `The ledger ${where} cannot be opened: ${openEnded(plain(error))}.`, {
		todo,
		cause: error,
	});
}

/** The ledger where there is one already; looking makes none. */
export async function ledgerIfAny(): Promise<Ledger | undefined> {
	const place = placeOf();
	return place.kind === 'file' && !existsSync(place.file) ? undefined : await openLedger();
}

/** After an error: a ledger in a file whose thread has died is opened anew at the next use. */
export async function doubtLedger(): Promise<void> {
	for (const [name, ledger] of opened) {
		// A server's connections mend themselves.
		if ((JSON.parse(name) as LedgerPlace).kind === 'postgres') continue;
		await ledger.then((known) => known.now()).catch(() => opened.delete(name));
	}
}

/** Closes what is open; for the end of a test. */
export async function closeLedgers(): Promise<void> {
	const all = [...opened.values()];
	opened.clear();
	for (const ledger of all) await (await ledger).close();
}

/**
 * Runs whose items a destination could not take because the ledger did not answer it. The trigger asks when such a run
 * has ended: its items come again, and are not taken for dropped on the way. Known within one process only; in queue
 * mode the node fails instead, so that the trigger hears of it.
 */
export const unserved = new Set<number>();
