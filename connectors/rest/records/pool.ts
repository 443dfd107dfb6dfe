/** Work on many at once, and never on more than so many. The first error ends it, once what is under way is done. */
export async function pooled<T>(all: T[], most: number, work: (one: T) => Promise<void>): Promise<void> {
	let next = 0;
	let failed: { error: unknown } | undefined;
	const worker = async (): Promise<void> => {
		while (next < all.length && !failed) {
			const one = all[next++]!;
			try {
				await work(one);
			} catch (error) {
				failed ??= { error };
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(most, all.length) }, worker));
	if (failed) throw failed.error;
}
