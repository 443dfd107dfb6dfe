/** The story over n8n's own Data Tables on both sides. */
import { startN8n, type N8n } from '../../n8n/harness';
import type { Side, Stage, Telling } from './story';

const text = (name: string) => ({ name, type: 'string' });
const number = (name: string) => ({ name, type: 'number' });

export function dataTables(): Telling {
	let n8n: () => N8n;
	let place: string;
	const ids = new Map<string, string>();

	const table = (name: string, known: string): Side => {
		const at = () => `${place}/${ids.get(name)!}`;
		const rows = async () =>
			(await n8n().api.request<{ data: Record<string, unknown>[] }>('GET', `${at()}/rows?take=100`)).data;
		const which = (column: string, value: unknown) => ({
			type: 'and',
			filters: [{ columnName: column, condition: 'eq', value }],
		});
		return {
			rows,
			add: async (row) => void (await n8n().api.request('POST', `${at()}/insert`, { data: [row] })),
			change: async (of, row) =>
				void (await n8n().api.request('PATCH', `${at()}/rows`, { filter: which(known, of), data: row })),
			remove: async (of) => {
				const all = of === undefined ? (await rows()).map((row) => row[known]) : [of];
				for (const one of all) {
					const filter = encodeURIComponent(JSON.stringify(which(known, one)));
					await n8n().api.request('DELETE', `${at()}/rows?filter=${filter}`);
				}
			},
		};
	};

	return {
		template: 'any-node-data-table',
		async prepare(now): Promise<Stage> {
			n8n = now;
			const started = await startN8n();
			const { id: project } = await started.api.request<{ id: string }>('GET', '/rest/projects/personal');
			place = `/rest/projects/${project}/data-tables`;
			const make = async (name: string, columns: object[]) => {
				const { id } = await started.api.request<{ id: string }>('POST', place, { name, columns });
				ids.set(name, id);
			};
			await make('people', [
				number('number'),
				text('email'),
				text('full_name'),
				text('department'),
				text('desk'),
			]);
			await make('access_list', [text('login'), text('name'), text('department'), number('desk'), text('note')]);
			const [source, destination] = [table('people', 'number'), table('access_list', 'login')];
			return {
				n8n: started,
				source,
				destination,
				asRow: ({ id, ...person }) => ({ number: id, ...person, desk: String(100 + id) }),
				credentials: {},
				spoil: async () => await source.change(4, { desk: 'by the window' }),
				failure: /Person 4 could not be written.*(no “updatedAt”|desk)/u,
				mend: async () => await source.change(4, { desk: '44' }),
				mended: (rows) => rows.some(({ login, desk }) => login === 'p4@x.test' && desk === 44),
				fit: (nodes) => {
					for (const { type, parameters } of nodes) {
						const chosen = parameters['dataTableId'] as
							{ value: string; cachedResultName: string } | undefined;
						if (type === 'n8n-nodes-base.dataTable' && chosen)
							chosen.value = ids.get(chosen.cachedResultName)!;
					}
				},
			};
		},
		async clear() {},
	};
}
