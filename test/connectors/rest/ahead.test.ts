/** One page ahead: never more, and nothing of it is left under way or unnoticed. */
import { ahead } from '../../../connectors/rest/records/ahead';

function pages(count: number, fails?: number) {
	const asked: number[] = [];
	const log = { asked, ended: false };
	async function* make(): AsyncGenerator<number> {
		try {
			for (let page = 0; page < count; page++) {
				asked.push(page);
				await new Promise((resolve) => setImmediate(resolve));
				if (page === fails) throw new Error(`page ${page} is torn`);
				yield page;
			}
		} finally {
			log.ended = true;
		}
	}
	return { log, made: ahead(make()) };
}

test('every page in its order, the next one asked for while one is used', async () => {
	const { log, made } = pages(3);
	const used: number[] = [];
	for await (const page of made) {
		used.push(page);
		expect(log.asked).toEqual([0, 1, 2].slice(0, page + 2));
	}
	expect(used).toEqual([0, 1, 2]);
	expect(log.ended).toBe(true);
});

test('a page that fails is told when its turn comes', async () => {
	const { log, made } = pages(5, 2);
	const used: number[] = [];
	const read = async () => {
		for await (const page of made) used.push(page);
	};
	await expect(read()).rejects.toThrow('page 2 is torn');
	expect(used).toEqual([0, 1]);
	expect(log.ended).toBe(true);
});

test('whoever has enough leaves nothing under way, though the next page fails', async () => {
	const { log, made } = pages(5, 1);
	for await (const page of made) {
		expect(page).toBe(0);
		break;
	}
	expect(log).toEqual({ asked: [0, 1], ended: true });
});
