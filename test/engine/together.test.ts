/** What waits while something is under way is done together; each hears what became of its own. */
import { Lines, Together } from '../../sync/together';

/** Work that ends when it is told to. */
function works() {
	const batches: string[][] = [];
	const ends: ((error?: unknown) => void)[] = [];
	const work = async (all: string[]) => {
		batches.push(all);
		await new Promise<void>((done, failed) =>
			ends.push((error) => (error === undefined ? done() : failed(error as Error))),
		);
	};
	const turn = async () => await new Promise((resolve) => setImmediate(resolve));
	const end = async (error?: unknown) => {
		ends.shift()!(error);
		await turn();
	};
	return { batches, work, end };
}

const how = { most: 3, meetsAll: (error: unknown) => error === 'down' };
const outcome = async (promise: Promise<void>) =>
	await promise.then(
		() => 'done',
		(error: unknown) => error,
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
	expect(all.map((one) => (one instanceof Error ? one.message : one))).toEqual(['done', 'done', 'bad', 'done', 'done']);
	expect(done).toEqual(['a', 'b', 'c', 'd']);
});

test('what meets all of them is not tried once for each', async () => {
	const { batches, work, end } = works();
	const line = new Together(work, how);
	const all = ['a', 'b', 'c'].map((one) => outcome(line.add([one])));
	await end();
	await end('down');
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
