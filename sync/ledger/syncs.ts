/** What the ledger keeps of syncs: who they are, and what stands behind their triggers. */
import type { Cursor } from '../types';

export interface SyncIdentity {
	/** n8n's instance id. */
	instance: string;
	workflow: string;
	/** The trigger node's id, which a rename keeps. */
	node: string;
}

export interface SyncRow {
	id: number;
	name: string;
	/** Rises when the ledger was lost, restored or moved; part of every idempotency key. */
	epoch: number;
	cursor: Cursor | null;
	/** When everything was last read, completely; null: never. */
	completeReadAt: number | null;
	/** How many records are present, as of the last observation. */
	records: number;
	/** Nothing is handed over until a person resumes it. */
	paused: boolean;
	/** A person wants everything read, and the destinations compared, though it is not time yet. */
	readWanted: boolean;
	checkWanted: boolean;
	health: 'new' | 'healthy' | 'failing';
	healthText: string | null;
	now: number;
}

/** A sync as a list shows it. */
export interface KnownSync {
	id: number;
	name: string;
	identity: SyncIdentity;
	/** How many changes of a pushed sync no event had told of, until a complete read found them. */
	repairs: number;
	destinations: { id: number; node: string; name: string; target: string | null }[];
}

/** A destination node that the trigger saw behind it, or that registered itself by running. */
export interface DestinationSeen {
	node: string;
	name: string;
	/** Fingerprints of the mappings on the way to it; others than before are a new revision. Left out where they cannot be seen. */
	mappings?: string[];
	/** Fingerprint of what stands between, and how it is connected; another than before, and what never arrived is sent again. */
	way?: string;
	/** Fingerprint of the node's own settings; others than before, and it is looked at by a sweep that writes nothing. */
	settings?: string;
}

/** What knows the syncs. */
export interface Syncs {
	/** Registers the sync, or finds it. Throws SyncError `setup` for a copy that has not been taken over. */
	register(identity: SyncIdentity, name: string, takeOver?: string): Promise<SyncRow>;
	/**
	 * `seen`: the newest number of the ledger's sequence that the workflow remembers. A ledger that has not come so far was
	 * lost or restored: the sync starts a new epoch, in which every removal is held and everything is compared anew.
	 */
	checkAge(seen: number): Promise<boolean>;
	/** The newest number of the ledger's sequence. */
	sequence(): Promise<number>;
	/** All syncs with their active destinations, by their names. */
	syncs(): Promise<KnownSync[]>;
	/** The sync as it is known, without registering it; for test runs. */
	find(identity: SyncIdentity): Promise<SyncRow | undefined>;
	/** The destinations that stand behind the trigger now: new ones get every present record due, missing ones retire. */
	destinationsSeen(sync: number, seen: DestinationSeen[], sweepEvery: number | null): Promise<void>;

	/** The ledger's clock. */
	now(): Promise<number>;
	/** The secret behind keyed fingerprints; never leaves the process. */
	secret(): Promise<string>;
}
