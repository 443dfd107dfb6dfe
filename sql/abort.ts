/** Waiting that ends when a signal aborts. */

/** What `work` answers, or the signal's reason as soon as it aborts; `work` is then left to itself. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
	if (!signal) return await work;
	signal.throwIfAborted();
	let listen: (() => void) | undefined;
	const aborted = new Promise<never>((_, reject) => {
		listen = () => reject(signal.reason as Error);
		signal.addEventListener('abort', listen, { once: true });
	});
	work.catch(() => undefined); // when it is left to itself, nobody listens any more
	try {
		return await Promise.race([work, aborted]);
	} finally {
		signal.removeEventListener('abort', listen!);
	}
}
