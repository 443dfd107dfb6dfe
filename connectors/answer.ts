/** What a server answers over HTTP, read to its end or to where that is enough. */
import { SyncError } from '../sync/types';

/** The most bytes that are read of one answer, unpacked. */
export const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The answer's text. What goes on without end, or unpacks to it, is given up: leaving the loop ends the connection. Throws
 * {@link SyncError} `setup`.
 */
export async function textOf(answer: AsyncIterable<Uint8Array>, host: string, most = MOST_BYTES): Promise<string> {
	const parts: Uint8Array[] = [];
	let bytes = 0;
	for await (const part of answer) {
		bytes += part.length;
		if (bytes > most)
			throw new SyncError('setup', `${host} answered with more than ${most / 1024 / 1024} MB at once.`, {
				todo: 'Let it answer in smaller pages.',
			});
		parts.push(part);
	}
	return Buffer.concat(parts).toString('utf8');
}
