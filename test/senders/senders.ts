/** Events signed by the vendors' own libraries, which live in a folder of their own (`sign.mjs`). */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

// This file runs as .build/test/senders/senders.js.
const folder = join(__dirname, '..', '..', '..', 'test', 'senders');

/** Whether the libraries could be installed; what needs them is skipped by name otherwise. */
export const sendersAreThere = existsSync(join(folder, 'node_modules', 'stripe'));

export interface ToSign {
	sender: 'github' | 'shopify' | 'standard' | 'stripe';
	secret: string;
	body: string;
	/** Milliseconds since 1970. */
	at: number;
}

/** The headers that each event goes out with. */
export async function signed(events: ToSign[]): Promise<Record<string, string>[]> {
	return await new Promise((resolve, reject) => {
		const child = execFile(process.execPath, [join(folder, 'sign.mjs')], (error, stdout) =>
			error
				? reject(new Error(error.message, { cause: error }))
				: resolve(JSON.parse(stdout) as Record<string, string>[]),
		);
		child.stdin!.end(JSON.stringify(events));
	});
}
