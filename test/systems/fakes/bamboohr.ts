/** BambooHR's rows are fields by name; `lastChanged` and `action` are what the list of changes tells. */
import { Fake, type Answer } from '../fake';
import { tableOf, type SourceFake } from './common';

export async function fakeBamboo(key: string): Promise<SourceFake> {
	const rows: SourceFake['rows'] = new Map();
	const employees = tableOf(rows, 'employees');
	const fake = await Fake.start();
	const expected = `Basic ${Buffer.from(`${key}:x`).toString('base64')}`;
	const guarded = (answer: () => Answer, given: unknown): Answer => (given === expected ? answer() : { status: 401 });
	fake.on('GET', '/employees/*', ({ parts: [id], query, headers }) =>
		guarded(() => {
			const row = employees.get(id!);
			if (row === undefined || row.action === 'Deleted')
				return { status: 404, headers: { 'x-bamboohr-error-message': 'Employee was not found' } };
			const wanted = (query.get('fields') ?? '').split(',').filter((name) => name !== '');
			return { body: { id: id!, ...Object.fromEntries(wanted.map((name) => [name, row[name] ?? null])) } };
		}, headers.authorization),
	);
	fake.on('GET', '/employees/changed', ({ query, headers }) =>
		guarded(() => {
			const since = Date.parse(query.get('since') ?? '');
			if (Number.isNaN(since)) return { status: 400, headers: { 'x-bamboohr-error-message': 'Invalid since' } };
			const changed = [...employees].filter(([, row]) => Date.parse(String(row.lastChanged)) > since);
			const latest = changed
				.map(([, row]) => String(row.lastChanged))
				.sort()
				.at(-1);
			return {
				body: {
					latest: latest ?? new Date(since).toISOString().replace('.000Z', '+00:00'),
					employees: Object.fromEntries(
						changed.map(([id, row]) => [
							id,
							{ id, action: row.action ?? 'Updated', lastChanged: row.lastChanged! },
						]),
					),
				},
			};
		}, headers.authorization),
	);
	return { fake, rows };
}
