/**
 * What the engine asks of the ledger. `ledger/` implements it once, over SQLite and Postgres.
 *
 * A link's states, and who moves it (docs/spec.md has the whole table):
 *
 *   due ──lease──▶ handed ──claim──▶ claimed ──intend──▶ writing ──confirm──▶ settled
 *    ▲               │                  │                    │
 *    └── expiry, retry, release, a newer version or revision ┘        failed · held · task · waiting · unrouted · gone
 *
 * `intended` is what the guard has not counted yet: see `sync/guard.ts`. All times are milliseconds of the ledger's own clock.
 */
import type { Hands } from './hands';
import type { Applying } from './ledger/applying';
import type { Draining } from './ledger/draining';
import type { Observing } from './ledger/observing';
import type { Sweeps } from './ledger/sweeping';
import type { Syncs } from './ledger/syncs';
import type { Look } from './look';
import { SyncError } from './types';

export type * from './ledger/applying';
export type * from './ledger/draining';
export type * from './ledger/links';
export type * from './ledger/observing';
export type * from './ledger/sweeping';
export type * from './ledger/syncs';

/** The ledger itself cannot be used (no room, no right, no answer): the tick stops, and no record is blamed for it. */
export class LedgerError extends SyncError {
	constructor(message: string, todo: string, cause: unknown) {
		super('unreachable', message, { todo, cause });
		this.name = 'LedgerError';
	}
}

export interface Ledger extends Look, Hands, Applying, Draining, Observing, Sweeps, Syncs {
	/** Throws away history older than that many days, a step at a time. */
	tidy(sync: number, days: number): Promise<void>;
	close(): Promise<void>;
}
