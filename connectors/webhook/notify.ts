/** What a database's triggers tell by NOTIFY, heard for as long as it is wanted: a lost connection is opened again. */
import { setTimeout as delay } from 'node:timers/promises';

import { listen, type Listener } from '../../sql/postgres/listen';
import type { ServerConfig } from '../../sql/types';

/** Milliseconds between two attempts to connect. */
const AGAIN = 5000;

type Reach = () => Promise<{ config: ServerConfig; close(): Promise<void> }>;

export interface Ears {
	/** Each payload, in its order. */
	heard(payload: string): void;
	/** It could not be listened, or no longer: told once until it is listened again. */
	deaf(error: Error): void;
}

/** Listens until `signal` is aborted. Never rejects; what was notified while nobody listened is left to the sweep. */
export async function keepListening(reach: Reach, channel: string, ears: Ears, signal: AbortSignal): Promise<void> {
	let told = false;
	const listening = () => (told = false);
	while (!signal.aborted) {
		const why = await once(reach, channel, ears, signal, listening).catch((error: Error) => error);
		if (signal.aborted) return;
		if (!told) ears.deaf(why);
		told = true;
		await delay(AGAIN, undefined, { signal, ref: false }).catch(() => undefined);
	}
}

/** One connection, to its end; answers why it ended. */
async function once(
	reach: Reach,
	channel: string,
	ears: Ears,
	signal: AbortSignal,
	listening: () => void,
): Promise<Error> {
	const server = await reach();
	let listener: Listener | undefined;
	try {
		let stop: () => void = () => undefined;
		const ended = new Promise<Error>((resolve) => {
			stop = () => resolve(new Error('it was stopped'));
			signal.addEventListener('abort', stop, { once: true });
			listen(server.config, channel, (payload) => ears.heard(payload), resolve).then(
				(opened) => {
					if (signal.aborted) return void opened.close();
					listener = opened;
					listening();
				},
				(error: Error) => resolve(error),
			);
		});
		return await ended.finally(() => signal.removeEventListener('abort', stop));
	} finally {
		await listener?.close().catch(() => undefined);
		await server.close();
	}
}
