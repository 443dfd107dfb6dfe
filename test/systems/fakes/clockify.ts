/** Clockify: projects and clients by their ids, told apart by what they are; users stand there from the beginning. */
import { randomBytes } from 'node:crypto';

import { Fake, type Answer, type Row } from '../fake';
import { page, type DestinationFake } from './common';

const TAKES: Record<string, string[]> = {
	projects: ['name', 'note', 'isPublic', 'billable', 'archived', 'clientId', 'color'],
	clients: ['name', 'note', 'address', 'email', 'archived'],
};

export async function fakeClockify(): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	const fake = await Fake.start();
	const error = (message: string): Answer => ({ status: 400, body: { message, code: 501 } });
	const of = (kind: string) => [...rows.values()].filter((row) => row.kind === kind);
	/** Without our own mark. */
	const shown = ({ kind: _, ...row }: Row): Row => row;
	/** A PUT replaces: what is not sent is as it was at the beginning. */
	const set = (kind: string, id: string, given: Row): Answer => {
		const strange = Object.keys(given).find((name) => !TAKES[kind]!.includes(name));
		if (strange !== undefined) return error(`Unrecognized field ${strange}`);
		const { isPublic, ...rest } = given;
		if (typeof rest.name !== 'string' || rest.name.length < 2)
			return error('name must be between 2 and 250 characters');
		if (of(kind).some((row) => row.id !== id && row.name === rest.name))
			return error(`${kind} with that name already exists`);
		const clear: Row =
			kind === 'projects' ? { clientId: '', color: '#03A9F4', billable: true } : { address: '', email: '' };
		const row: Row = {
			kind,
			id,
			note: '',
			archived: false,
			workspaceId: 'W1',
			...clear,
			...rest,
			...(kind === 'projects' && { public: isPublic === true }),
		};
		rows.set(id, row);
		return { body: shown(row) };
	};
	for (const kind of ['projects', 'clients', 'users']) {
		const path = `/${kind}`;
		const known = (id: string) => (rows.get(id)?.kind === kind ? rows.get(id) : undefined);
		fake.on('GET', path, ({ query }) => {
			const size = Number(query.get('page-size') ?? 50);
			if (size > (kind === 'projects' ? 5000 : 50)) return error('page-size is too large');
			const [name, email] = ['name', 'email'].map((one) => query.get(one)?.toLowerCase());
			const strict = query.get('strict-name-search') === 'true';
			const all = of(kind).filter(({ name: own, email: address }) => {
				const text = String(own).toLowerCase();
				if (email !== undefined && !String(address).toLowerCase().includes(email)) return false;
				return name === undefined || (strict ? text === name : text.includes(name));
			});
			return { body: page(all, (Number(query.get('page') ?? 1) - 1) * size, size).some.map(shown) };
		});
		if (kind === 'users') continue;
		fake.on('GET', `${path}/*`, ({ parts }) => {
			const row = known(parts[0]!);
			return row ? { body: shown(row) } : error(`${kind} doesn't belong to Workspace`);
		});
		fake.on('POST', path, (call) => {
			const answer = set(kind, randomBytes(12).toString('hex'), call.json());
			return answer.status === undefined ? { ...answer, status: 201 } : answer;
		});
		fake.on('PUT', `${path}/*`, (call) =>
			known(call.parts[0]!)
				? set(kind, call.parts[0]!, call.json())
				: error(`${kind} doesn't belong to Workspace`),
		);
	}
	return { fake, rows };
}
