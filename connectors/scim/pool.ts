/** Works on a list with so many hands at once. The first throw ends it: nothing new is begun, and it is thrown. */
export async function pool<T>(
	list: readonly T[],
	hands: number,
	work: (one: T, at: number) => Promise<void>,
): Promise<void> {
	let next = 0;
	let ended = false;
	const hand = async () => {
		while (!ended && next < list.length) {
			const at = next++;
			try {
				await work(list[at]!, at);
			} catch (error) {
				ended = true;
				throw error;
			}
		}
	};
	const all = await Promise.allSettled(Array.from({ length: Math.min(hands, list.length) }, hand));
	const failed = all.find((one) => one.status === 'rejected');
	if (failed) throw failed.reason;
}

/** Parts of a list, each of so many. */
export function parts<T>(list: readonly T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(list.length / size) }, (_, n) => list.slice(n * size, (n + 1) * size));
}
