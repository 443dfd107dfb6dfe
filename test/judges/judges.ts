/**
 * Others' code that judges ours, in a folder of its own: a schema validator, vendors' clients, a stand-in with state.
 * Installed on first use; where the registry does not answer, what needs it is named as skipped.
 */
import { execFile, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// This file runs as .build/test/judges/judges.js.
export const judgesFolder = join(__dirname, '..', '..', '..', 'test', 'judges');

export const judgesAreThere = existsSync(join(judgesFolder, 'node_modules', '.set-up'));

/** One of these packages, as whoever asks says it is: they carry no types into this repository's compilation. */
export function judge<T>(name: string): T {
	return createRequire(join(judgesFolder, 'package.json'))(name) as T;
}

/** One question to a stand-in through a vendor's own client: see `clients.mjs`. */
export interface Asked {
	client:
		| 'airtable'
		| 'asana'
		| 'brevo'
		| 'chargebee'
		| 'googlesheets'
		| 'hubspot'
		| 'pipedrive'
		| 'salesforce'
		| 'slack'
		| 'woocommerce';
	url: string;
	call: string;
	with: Record<string, unknown>;
}

/** What the clients made of the stand-ins' answers, in the order of the questions. */
export async function ask(questions: Asked[]): Promise<unknown[]> {
	return await new Promise((resolve, reject) => {
		const child = execFile(process.execPath, [join(judgesFolder, 'clients.mjs')], (error, stdout) =>
			// Whatever a client gives is what the test looks into.
			error ? reject(new Error(error.message, { cause: error })) : resolve(JSON.parse(stdout) as unknown[]),
		);
		child.stdin!.end(JSON.stringify(questions));
	});
}

/** Starts stripe-stateful-mock. It ends with whoever started it. */
export async function startStripe(): Promise<{ url: string; stop(): Promise<void> }> {
	const child = fork(join(judgesFolder, 'stripe.mjs'), { stdio: ['ignore', 'pipe', 'ignore', 'ipc'] });
	const port = await new Promise<string>((resolve, reject) => {
		child.stdout!.once('data', (data: Buffer) => resolve(data.toString().trim()));
		child.once('exit', (code) => reject(new Error(`stripe-stateful-mock ended with ${code}`)));
	});
	return {
		url: `http://127.0.0.1:${port}`,
		stop: () =>
			new Promise((resolve) => {
				child.once('exit', () => resolve());
				child.disconnect();
			}),
	};
}
