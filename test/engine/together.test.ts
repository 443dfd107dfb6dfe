/** What waits while something is under way is done together; each hears what became of its own. */
import { Lines, Together } from '../../sync/together';

/** Work that ends when it is told to. */
function works() {
	const batches: string[][] = [];
	const ends: { resolve(): void; reject(error: Error): void }[] = [];
	const work = async (all: string[]) => {
		batches.push(all);
		const end = Promise.withResolvers<void>();
		ends.push(end);
		await end.promise;
	};
	const end = async (error?: Error) => {
		const one = ends.shift()!;
		if (error) one.reject(error);
		else one.resolve();
		await new Promise((resolve) => setImmediate(resolve));
	};
	return { batches, work, end };
}

class Down extends Error {}
const how = { most: 3, meetsAll: (error: unknown) => error instanceof Down };
const outcome = async (promise: Promise<void>) =>
	await promise.then(
		() => 'done',
		(error: Error) => error.message,
	);

test('the first waits for nobody; what comes meanwhile is done together, in its order, and no more than may be', async () => {
	const { batches, work, end } = works();
	const line = new Together(work, how);
	const all = ['a', 'b', 'c', 'd', 'e'].map((one) => outcome(line.add([one])));
	expect(batches).toEqual([['a']]);
	await end();
	expect(batches).toEqual([['a'], ['b', 'c', 'd']]);
	await end();
	expect(batches[2]).toEqual(['e']);
	await end();
	expect(await Promise.all(all)).toEqual(['done', 'done', 'done', 'done', 'done']);
	expect(line.idle).toBe(true);
});

test('nobody is told before the work on its own is done', async () => {
	const { work, end } = works();
	const line = new Together(work, how);
	const told: string[] = [];
	void line.add(['a']).then(() => told.push('a'));
	void line.add(['b']).then(() => told.push('b'));
	await end();
	expect(told).toEqual(['a']);
	await end();
	expect(told).toEqual(['a', 'b']);
});

test('one that cannot be done spoils it for no other', async () => {
	const done: string[] = [];
	const line = new Together<string>(async (all) => {
		await Promise.resolve();
		if (all.includes('bad')) throw new Error('bad');
		done.push(...all);
	}, how);
	const all = await Promise.all(['a', 'b', 'bad', 'c', 'd'].map((one) => outcome(line.add([one]))));
	expect(all).toEqual(['done', 'done', 'bad', 'done', 'done']);
	expect(done).toEqual(['a', 'b', 'c', 'd']);
});

test('what meets all of them is not tried once for each', async () => {
	const { batches, work, end } = works();
	const line = new Together(work, how);
	const all = ['a', 'b', 'c'].map((one) => outcome(line.add([one])));
	await end();
	await end(new Down('down'));
	expect(await Promise.all(all)).toEqual(['done', 'down', 'down']);
	expect(batches).toEqual([['a'], ['b', 'c']]);
});

test('more than may be done at once is done in pieces; other lines go on meanwhile', async () => {
	const { batches, work, end } = works();
	const lines = new Lines<string>(how);
	const large = outcome(lines.add('one', ['a', 'b', 'c', 'd'], work));
	const other = outcome(lines.add('other', ['x'], work));
	expect(batches).toEqual([['a', 'b', 'c'], ['x']]);
	await end();
	await end();
	expect(batches[2]).toEqual(['d']);
	await end();
	expect(await Promise.all([large, other])).toEqual(['done', 'done']);
});
