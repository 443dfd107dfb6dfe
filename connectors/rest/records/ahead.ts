/** The next page is asked for while the one before it is being used. */
export async function* ahead<T>(pages: AsyncGenerator<T>): AsyncGenerator<T> {
	const next = () => {
		const asked = pages.next();
		asked.catch(() => undefined); // told when its turn comes, if it comes
		return asked;
	};
	let coming = next();
	try {
		for (;;) {
			const page = await coming;
			if (page.done === true) return;
			coming = next();
			yield page.value;
		}
	} finally {
		await coming.catch(() => undefined);
		await pages.return(undefined);
	}
}
