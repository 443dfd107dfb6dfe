/**
 * What the ledger must know, as plain maps: versions, who has which link, what was confirmed, what was let pass. Knows
 * nothing of SQL, of states or of the order in which the ledger does things.
 */
interface Known {
	version: number;
	present: boolean;
	value: number;
}

export interface Lease {
	run: number;
	version: number;
	revision: number;
	/** `writing`: a write may be in flight, so that a reopened ledger keeps the lease. */
	phase: 'handed' | 'claimed' | 'writing';
}

export class Model {
	readonly records = new Map<string, Known>();
	readonly leases = new Map<string, Lease>();
	readonly confirmed = new Map<string, { version: number; revision: number }>();
	/** Counterpart to key. */
	readonly owners = new Map<string, string>();
	/** Removals that the guard or a person let pass, and that nothing has overtaken. */
	readonly passed = new Set<string>();
	/** The run number below which a mapping is old, and the mapping's own number. */
	mappedAt = 0;
	revision = 1;

	/** A read of the source: what it held, and whether it held all there is. */
	observe(values: ReadonlyMap<string, number>, complete: boolean): void {
		for (const [key, value] of values) {
			const known = this.records.get(key);
			if (known?.present && known.value === value) continue;
			this.move(key, { version: (known?.version ?? 0) + 1, present: true, value });
		}
		if (!complete || values.size === 0) return;
		for (const [key, known] of this.records) {
			if (known.present && !values.has(key))
				this.move(key, { ...known, version: known.version + 1, present: false });
		}
	}

	private move(key: string, to: Known): void {
		this.records.set(key, to);
		this.passed.delete(key);
	}

	/** Why a claim must be refused, or that it must be taken. */
	claims(key: string, run: number): boolean {
		const lease = this.leases.get(key);
		if (lease?.run !== run || lease.phase !== 'handed') return false;
		if (lease.version === this.records.get(key)!.version && run >= this.mappedAt) return true;
		this.leases.delete(key);
		return false;
	}

	/** Whether this run's answer counts. */
	answers(key: string, run: number): Lease | undefined {
		const lease = this.leases.get(key);
		return lease?.run === run && lease.phase !== 'handed' ? lease : undefined;
	}

	/** Whether what the run knows is still the newest. */
	current(key: string, { version, run }: Lease): boolean {
		return this.records.get(key)!.version === version && run >= this.mappedAt;
	}

	/** A confirmation; false where it may change nothing. */
	confirm(key: string, run: number, counterpart: string | null): boolean {
		const lease = this.answers(key, run);
		if (!lease) return false;
		this.leases.delete(key);
		const owner = counterpart === null ? undefined : this.owners.get(counterpart);
		if (owner !== undefined && owner !== key) return false;
		for (const [name, of] of this.owners) if (of === key) this.owners.delete(name);
		if (counterpart !== null) this.owners.set(counterpart, key);
		this.confirmed.set(key, { version: lease.version, revision: lease.revision });
		this.passed.delete(key);
		return true;
	}

	counterpartOf(key: string): string | null {
		return [...this.owners].find(([, of]) => of === key)?.[0] ?? null;
	}
}
