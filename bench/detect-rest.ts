/** A tick over a list of 100,000 records in which nothing has changed, a hundred in a page, beside one plain read of all pages. */
import { detect, type Crowd } from './parts/detect';
import { PAGE, startItems } from './parts/items';

const LIMIT = 2;
const RECORDS = 100_000;

export const run = async (given: string[]) => await detect('detect-rest', LIMIT, fill, given, RECORDS);

async function fill(count: number): Promise<Crowd> {
	const { url, touch, stop } = await startItems(count);
	return {
		read: { items: url },
		what: 'records of a REST list',
		version: 'a list on loopback',
		size: 450,
		peers: [
			{
				system: 'plain read',
				is: 'the same pages by `fetch`, one after the other, each parsed',
				run: async () => {
					let read = 0;
					for (let offset = 0; offset < count; offset += PAGE) {
						const answer = await fetch(
							`${url}/items/people?fields=*&sort=id&meta=filter_count&limit=${PAGE}&offset=${offset}`,
						);
						read += ((await answer.json()) as { data: unknown[] }).data.length;
					}
					if (read !== count) throw new Error(`${read} records were read`);
				},
			},
		],
		touch,
		stop,
	};
}
