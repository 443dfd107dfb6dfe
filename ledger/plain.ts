/** What is wrong with the ledger itself, in plain words: such an error stops the tick, and no record is blamed for it. */
import { LedgerError } from '../sync/ledger';
import { SqlError, type SqlErrorKind } from '../sql/types';
import type { Store } from './store';

/** What to say of the ledger, and what to do; other kinds are faults of this package, and told as they are. */
const SAID: Partial<Record<SqlErrorKind, [found: string, todo: string]>> = {
	full: ['has no room left', 'Free some space where it lies; the sync goes on by itself then.'],
	refused: ['cannot be written', 'Give back to the user that n8n runs as, or logs in as, the right to write it.'],
	busy: ['stayed locked', 'See which other program has it open; the sync tries again by itself.'],
	unreachable: ['does not answer', 'See that it is there and can be reached; the sync goes on by itself then.'],
};

/** The same object; what its methods throw of the database is told as {@link LedgerError}. */
export function toldPlainly<T extends object>({ where }: Store, face: T): T {
	return new Proxy(face, {
		get: (target, name) => {
			const method: unknown = Reflect.get(target, name);
			if (typeof method !== 'function') return method;
			return async (...given: unknown[]) => {
				try {
					return (await method.apply(target, given)) as unknown;
				} catch (error) {
					const said = error instanceof SqlError ? SAID[error.kind] : undefined;
					if (!said) throw error;
					const [found, todo] = said;
					throw new LedgerError(`The ledger ${where} ${found}: ${(error as Error).message}.`, todo, error);
				}
			};
		},
	});
}
