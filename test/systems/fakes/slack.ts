/** Slack: user groups by S…, channels by C…, people by U…. */
import { Fake, type Answer, type Call, type Row } from '../fake';
import { page, type DestinationFake } from './common';

export async function fakeSlack(): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	let last = 0;
	const fake = await Fake.start();
	const failed = (error: string): Answer => ({ body: { ok: false, error } });
	const of = (letter: string) => [...rows.values()].filter((row) => String(row.id).startsWith(letter));
	const method = (name: string, handler: (form: URLSearchParams) => Answer | Row) =>
		fake.on('POST', `/${name}`, (call: Call) => {
			const answer = handler(call.form());
			return 'body' in answer || 'status' in answer ? answer : { body: { ok: true, ...(answer as Row) } };
		});
	/** Lists are asked for by GET, and by POST from Slack's own client. */
	const list = (name: string, letter: string, key: string) => {
		const answer = (given: URLSearchParams) => {
			const start = Number(Buffer.from(given.get('cursor') ?? '', 'base64').toString() || 0);
			const { some, end } = page(of(letter), start, Number(given.get('limit') ?? 1000));
			const more = end < of(letter).length;
			const next_cursor = more ? Buffer.from(String(end)).toString('base64') : '';
			return { body: { ok: true, [key]: some, response_metadata: { next_cursor } } };
		};
		fake.on('GET', `/${name}`, ({ query }) => answer(query));
		fake.on('POST', `/${name}`, (call) => answer(call.form()));
	};
	list('usergroups.list', 'S', 'usergroups');
	list('conversations.list', 'C', 'channels');
	list('users.list', 'U', 'members');
	fake.on('GET', '/users.info', ({ query }) => {
		const user = rows.get(query.get('user') ?? '');
		return user === undefined ? failed('user_not_found') : { body: { ok: true, user } };
	});
	const group = (form: URLSearchParams) => rows.get(form.get('usergroup') ?? '');
	const taken = (letter: string, name: string | null, but?: Row) =>
		of(letter).some((row) => row !== but && row.name === name);
	method('usergroups.create', (form) => {
		if (!form.get('name')) return failed('invalid_arguments');
		if (taken('S', form.get('name'))) return failed('name_already_exists');
		const id = `S${++last}`;
		const row: Row = {
			id,
			is_usergroup: true,
			name: form.get('name'),
			handle: form.get('handle') ?? '',
			description: form.get('description') ?? '',
			date_create: 1,
			date_update: 1,
			date_delete: 0,
			users: [],
		};
		rows.set(id, row);
		return { usergroup: row };
	});
	method('usergroups.update', (form) => {
		const row = group(form);
		if (row === undefined) return failed('no_such_subteam');
		if (form.has('name') && taken('S', form.get('name'), row)) return failed('name_already_exists');
		for (const name of ['name', 'handle', 'description']) if (form.has(name)) row[name] = form.get(name);
		return { usergroup: row };
	});
	method('usergroups.users.update', (form) => {
		const row = group(form);
		if (row === undefined) return failed('no_such_subteam');
		if (!form.get('users')) return failed('no_users_provided');
		row.users = form.get('users')!.split(',');
		return { usergroup: row };
	});
	for (const [name, at] of [
		['enable', 0],
		['disable', 1764300000],
	] as const)
		method(`usergroups.${name}`, (form) => {
			const row = group(form);
			if (row === undefined) return failed('no_such_subteam');
			row.date_delete = at;
			return { usergroup: row };
		});
	const channel = (form: URLSearchParams) => rows.get(form.get('channel') ?? '');
	const text = (value: string): Row => ({ value, creator: '', last_set: 0 });
	method('conversations.create', (form) => {
		const name = form.get('name') ?? '';
		if (!/^[a-z0-9_-]{1,80}$/.test(name)) return failed('invalid_name_specials');
		if (taken('C', name)) return failed('name_taken');
		const id = `C${++last}`;
		const row: Row = {
			id,
			name,
			is_channel: true,
			is_archived: false,
			is_private: form.get('is_private') === 'true',
			topic: text(''),
			purpose: text(''),
		};
		rows.set(id, row);
		return { channel: row };
	});
	const onChannel = (name: string, work: (row: Row, form: URLSearchParams) => Answer | undefined) =>
		method(`conversations.${name}`, (form) => {
			const row = channel(form);
			if (row === undefined) return failed('channel_not_found');
			return work(row, form) ?? { channel: row };
		});
	onChannel('rename', (row, form) => {
		if (taken('C', form.get('name'), row)) return failed('name_taken');
		row.name = form.get('name');
		return undefined;
	});
	onChannel('setTopic', (row, form) => void (row.topic = text(form.get('topic') ?? '')));
	onChannel('setPurpose', (row, form) => void (row.purpose = text(form.get('purpose') ?? '')));
	onChannel('archive', (row) =>
		row.is_archived === true ? failed('already_archived') : void (row.is_archived = true),
	);
	onChannel('unarchive', (row) =>
		row.is_archived === false ? failed('not_archived') : void (row.is_archived = false),
	);
	return { fake, rows };
}
