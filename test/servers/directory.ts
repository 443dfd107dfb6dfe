/** What the suites need of a real directory, whichever server it is: all have the same four places. */
import { Client } from 'ldapts';

import type { Authorities } from './certificates';
import type { Mortal } from './server';

export const BASE = 'dc=example,dc=org';
export const PEOPLE = `ou=people,${BASE}`;
export const LEFT = `ou=left,${BASE}`;
export const GROUPS = `ou=groups,${BASE}`;

export interface Directory extends Mortal, Authorities {
	/** The name that its certificate is for. */
	readonly host: string;
	/** A name under which it answers, too, and that its certificate is not for. */
	readonly misnamed: string;
	readonly port: number;
	readonly tlsPort: number;
	/** An account with all rights. */
	readonly user: string;
	readonly password: string;
	/** A connection with all rights. The suite unbinds it. */
	client(): Promise<Client>;
	/** Removes everybody and every group. */
	empty(): Promise<void>;
	stop(): Promise<void>;
}

/** A way to open connections with all rights. */
export function opener(url: string, user: string, password: string): () => Promise<Client> {
	return async () => {
		const client = new Client({ url, timeout: 30_000, connectTimeout: 5000 });
		try {
			await client.bind(user, password);
			return client;
		} catch (error) {
			await client.unbind().catch(() => undefined);
			throw error;
		}
	};
}

/** Removes what stands in the places. */
export async function emptyPlaces(open: () => Promise<Client>): Promise<void> {
	const client = await open();
	try {
		for (const base of [PEOPLE, LEFT, GROUPS]) {
			const { searchEntries } = await client.search(base, { attributes: ['1.1'], paged: true });
			const below = searchEntries.map(({ dn }) => dn).filter((dn) => dn.toLowerCase() !== base);
			const deepest = below.sort((a, b) => b.length - a.length);
			for (const dn of deepest) await client.del(dn);
		}
	} finally {
		await client.unbind();
	}
}
