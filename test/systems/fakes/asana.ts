/** Asana: tasks and projects, told apart by `resource_type`. */
import { Fake, type Answer, type Json, type Row } from '../fake';
import { page, type DestinationFake } from './common';

export async function fakeAsana(): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	let last = 1000;
	const fake = await Fake.start();
	const missing = (id: string): Answer => ({ status: 404, body: { errors: [{ message: `Unknown object: ${id}` }] } });
	const shown = (row: Row, query: URLSearchParams): Row => {
		const names = (query.get('opt_fields') ?? 'name').split(',').map((name) => name.split('.')[0]!);
		return Object.fromEntries(
			Object.entries(row).filter(([name]) => ['gid', 'resource_type', ...names].includes(name)),
		);
	};
	const stored = (set: Row): Row => {
		const { assignee, owner, projects: _projects, workspace: _workspace, ...rest } = set;
		const person = (value: Json | undefined) => (value === null ? null : { gid: value! });
		return {
			...rest,
			...(assignee === undefined ? {} : { assignee: person(assignee) }),
			...(owner === undefined ? {} : { owner: person(owner) }),
			modified_at: new Date().toISOString(),
		};
	};
	for (const [path, type] of [
		['tasks', 'task'],
		['projects', 'project'],
	] as const) {
		fake.on('GET', `/${path}`, ({ query }) => {
			if (!query.has(type === 'task' ? 'project' : 'workspace'))
				return { status: 400, body: { errors: [{ message: 'You should specify one' }] } };
			const size = Number(query.get('limit') ?? 20);
			if (size > 100) return { status: 400, body: { errors: [{ message: 'limit: at most 100' }] } };
			const since = query.get('modified_since');
			const all = [...rows.values()].filter(
				(row) => row.resource_type === type && (since === null || String(row.modified_at) >= since),
			);
			const { some, end } = page(all, Number(query.get('offset') ?? 0), size);
			const next = end < all.length ? { offset: String(end), path: '', uri: '' } : null;
			return { body: { data: some.map((row) => shown(row, query)), next_page: next } };
		});
		fake.on('POST', `/${path}`, (call) => {
			const set = call.json().data as Row;
			if (typeof set.name !== 'string')
				return { status: 400, body: { errors: [{ message: 'name: Missing input' }] } };
			const gid = String(++last);
			const row: Row = {
				gid,
				resource_type: type,
				notes: '',
				completed: false,
				archived: false,
				due_on: null,
				start_on: null,
				assignee: null,
				...stored(set),
			};
			rows.set(gid, row);
			return { status: 201, body: { data: shown(row, call.query) } };
		});
		fake.on('GET', `/${path}/*`, ({ parts, query }) => {
			const row = rows.get(parts[0]!);
			return row === undefined ? missing(parts[0]!) : { body: { data: shown(row, query) } };
		});
		fake.on('PUT', `/${path}/*`, (call) => {
			const row = rows.get(call.parts[0]!);
			if (row === undefined) return missing(call.parts[0]!);
			Object.assign(row, stored(call.json().data as Row));
			return { body: { data: shown(row, call.query) } };
		});
		fake.on('DELETE', `/${path}/*`, ({ parts }) =>
			rows.delete(parts[0]!) ? { body: { data: {} } } : missing(parts[0]!),
		);
	}
	return { fake, rows };
}
