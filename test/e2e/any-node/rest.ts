/** The story over a REST API: HTTP Request nodes on both sides, against a server from npm. */
import { startN8n } from '../../n8n/harness';
import { startRest, type Rest } from '../../servers/rest';
import type { Side, Stage, Telling } from './story';

const PAGE = 5;

export function rest(): Telling {
	let server: Rest;

	const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
		const response = await fetch(server.url + path, {
			method,
			headers: { 'content-type': 'application/json' },
			...(body && { body: JSON.stringify(body) }),
		});
		if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}`);
		return await response.json();
	};
	const collection = (name: string, known: string): Side => {
		const rows = async () => (await ask('GET', `/${name}?_limit=1000`)) as Record<string, unknown>[];
		const idOf = async (of: string | number) => (await rows()).find((row) => row[known] === of)!['id'];
		return {
			rows,
			add: async (row) => void (await ask('POST', `/${name}`, row)),
			change: async (of, row) => void (await ask('PATCH', `/${name}/${String(await idOf(of))}`, row)),
			remove: async (of) => {
				const all = of === undefined ? (await rows()).map(({ id }) => id) : [await idOf(of)];
				for (const id of all) await ask('DELETE', `/${name}/${String(id)}`);
			},
		};
	};

	return {
		template: 'any-node-rest',
		async prepare(): Promise<Stage> {
			server = await startRest({ people: [], access_list: [] });
			const n8n = await startN8n();
			const [source, destination] = [collection('people', 'id'), collection('access_list', 'login')];
			return {
				n8n,
				source,
				destination,
				asRow: (person) => ({ ...person }),
				credentials: {},
				// A newcomer who brings an id that somebody else has there.
				spoil: async () => {
					await destination.add({ id: 900, login: 'somebody', note: 'not ours' });
					await source.add({
						id: 21,
						email: 'p21@x.test',
						full_name: 'Person 21',
						department: 'Sales',
						wanted: 900,
					});
				},
				failure: /Person 21 could not be written.*500/u,
				mend: async () => await destination.remove('somebody'),
				mended: (rows) => rows.filter(({ login }) => login === 'p21@x.test').length === 1,
				fit: (nodes) => {
					for (const { type, parameters } of nodes) {
						if (type !== 'n8n-nodes-base.httpRequest') continue;
						parameters['authentication'] = 'none';
						parameters['url'] = String(parameters['url']).replace('https://api.example.com', server.url);
						if (parameters['queryParameters'])
							parameters['queryParameters'] = { parameters: [{ name: '_limit', value: String(PAGE) }] };
					}
					const mapping = nodes.find(({ name }) => name === 'Source-Wins Mapping')!.parameters['rows'] as {
						row: object[];
					};
					mapping.row.push({
						field: 'id',
						value: '={{ $json.wanted }}',
						settings: { owner: 'once', ifEmpty: 'leave' },
					});
				},
			};
		},
		async clear() {
			await server?.stop();
		},
	};
}
