/** Mailchimp: the contacts of one audience by their `contact_id`, found by the hash of their address as well. */
import { createHash } from 'node:crypto';

import { Fake, type Answer, type Call, type Row } from '../fake';
import { merge, page, type DestinationFake } from './common';

const STATUSES = ['subscribed', 'unsubscribed', 'cleaned', 'pending', 'transactional'];
const LIST = '/lists/L1';
const md5 = (text: string) => createHash('md5').update(text.toLowerCase()).digest('hex');

export async function fakeMailchimp(): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	/** What was deleted for good. */
	const forgotten = new Set<string>();
	let last = 0;
	const fake = await Fake.start();
	const error = (status: number, title: string, detail: string, more: Row = {}): Answer => ({
		status,
		headers: { 'content-type': 'application/problem+json; charset=utf-8' },
		body: { type: 'https://mailchimp.com/developer/marketing/docs/errors/', title, status, detail, ...more },
	});
	const known = (hash: string) => rows.get(hash) ?? [...rows.values()].find((row) => row.id === hash);
	const fields = [
		{ merge_id: 1, tag: 'FNAME', name: 'First Name', type: 'text', required: false, options: { size: 25 } },
		{ merge_id: 2, tag: 'AGE', name: 'Age', type: 'number', required: false, options: {} },
		{ merge_id: 3, tag: 'SIZE', name: 'Size', type: 'dropdown', required: false, options: { choices: ['S', 'L'] } },
	];
	const some = (all: unknown[], name: string, { query }: Call): Answer => {
		const count = Number(query.get('count') ?? 10);
		if (count > 1000) return error(400, 'Invalid Resource', 'count is too high');
		const start = Number(query.get('offset') ?? 0);
		return { body: { [name]: page(all, start, count).some, list_id: 'L1', total_items: all.length } };
	};
	fake.on('GET', `${LIST}/merge-fields`, (call) => some(fields, 'merge_fields', call));
	fake.on('GET', `${LIST}/members`, (call) => {
		const since = call.query.get('since_last_changed');
		const all = [...rows.values()].filter(
			({ status, last_changed: at }) =>
				status !== 'archived' && (since === null || Date.parse(String(at)) > Date.parse(since)),
		);
		return some(all, 'members', call);
	});
	const one = (what: (row: Row, call: Call) => Answer) => (call: Call) => {
		const row = known(call.parts[0]!);
		return row ? what(row, call) : error(404, 'Resource Not Found', 'The requested resource could not be found.');
	};
	const set = (row: Row, given: Row): Answer => {
		const { status_if_new: _new, ...changed } = given;
		const address = String(changed.email_address ?? row.email_address).toLowerCase();
		if (!/^[^@\s]+@[^@\s]+\.\w+$/.test(address))
			return error(400, 'Invalid Resource', 'The resource submitted could not be validated.', {
				errors: [{ field: 'email_address', message: 'This value should be a valid email.' }],
			});
		const twin = known(md5(address));
		if (twin && twin !== row) return error(400, 'Member Exists', `${address} is already a list member.`);
		if (changed.status !== undefined && !STATUSES.includes(String(changed.status)))
			return error(400, 'Invalid Resource', 'The resource submitted could not be validated.', {
				errors: [{ field: 'status', message: 'Value is not valid' }],
			});
		if (
			row.status === 'unsubscribed' &&
			row.unsubscribe_reason === 'by themselves' &&
			changed.status === 'subscribed'
		)
			return error(400, 'Member In Compliance State', `${address} is in a compliance state due to unsubscribe`);
		const next: Row = {
			...merge(row, changed),
			email_address: address,
			id: md5(address),
			last_changed: new Date().toISOString().replace(/\.\d+Z/, '+00:00'),
		};
		rows.set(String(row.contact_id), next);
		return { body: next };
	};
	fake.on(
		'GET',
		`${LIST}/members/*`,
		one((row) => ({ body: row })),
	);
	fake.on(
		'PATCH',
		`${LIST}/members/*`,
		one((row, call) => set(row, call.json())),
	);
	fake.on('PUT', `${LIST}/members/*`, (call) => {
		const given = call.json();
		const row = known(call.parts[0]!);
		if (row) return set(row, given);
		if (forgotten.has(call.parts[0]!))
			return error(400, 'Forgotten Email Not Subscribed', 'was permanently deleted and cannot be re-imported.');
		if (typeof given.status_if_new !== 'string') return error(400, 'Invalid Resource', 'status_if_new is missing');
		return set(
			{
				contact_id: `c${++last}`,
				status: given.status_if_new,
				language: '',
				vip: false,
				email_type: 'html',
				tags: [],
				merge_fields: { FNAME: '', AGE: '', SIZE: '' },
			},
			given,
		);
	});
	fake.on(
		'DELETE',
		`${LIST}/members/*`,
		one((row) => {
			if (['archived', 'pending', 'cleaned'].includes(String(row.status)))
				return error(
					405,
					'Method Not Allowed',
					'Can not archive a contact that is bounced, pending or archived',
				);
			row.status = 'archived';
			return { status: 204 };
		}),
	);
	fake.on(
		'POST',
		`${LIST}/members/*/actions/delete-permanent`,
		one((row) => {
			rows.delete(String(row.contact_id));
			forgotten.add(md5(String(row.email_address)));
			return { status: 204 };
		}),
	);
	fake.on(
		'POST',
		`${LIST}/members/*/tags`,
		one((row, call) => {
			const names = new Map((row.tags as Row[]).map((tag) => [String(tag.name), tag]));
			for (const { name, status } of call.json().tags as Row[])
				if (status === 'inactive') names.delete(String(name));
				else names.set(String(name), { id: names.size + 1, name: name! });
			row.tags = [...names.values()];
			return { status: 204 };
		}),
	);
	return { fake, rows };
}
