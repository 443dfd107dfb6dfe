/** Jira: issues of one project; its search understands what the definition asks, and no more. */
import { Fake, type Answer, type Json, type Row } from '../fake';
import { page, type DestinationFake } from './common';

export async function fakeJira(): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	let last = 10_000;
	const fake = await Fake.start();
	const refused = (errors: Row): Answer => ({ status: 400, body: { errorMessages: [], errors } });
	const missing: Answer = {
		status: 404,
		body: { errorMessages: ['Issue does not exist or you do not have permission to see it.'], errors: {} },
	};
	const stored = (fields: Row): Row => {
		const { assignee, ...rest } = fields;
		const who = assignee as Row | null | undefined;
		return { ...rest, ...(who === undefined ? {} : { assignee: who?.accountId == null ? null : who }) };
	};
	const wrong = (fields: Row): Row | undefined => {
		if ('description' in fields && fields.description !== null && (fields.description as Row).type !== 'doc')
			return { description: 'Operation value must be an Atlassian Document' };
		if ('summary' in fields && (typeof fields.summary !== 'string' || fields.summary.trim() === ''))
			return { summary: 'You must specify a summary of the issue.' };
		if (typeof fields.summary === 'string' && fields.summary.length > 255)
			return { summary: 'Summary must be less than 255 characters.' };
		const labels = fields.labels as Json[] | undefined;
		if (labels?.some((one) => /\s/.test(String(one)))) return { labels: "The label can't contain spaces." };
		return undefined;
	};
	const make = (fields: Row): Row | { errors: Row } => {
		if (!('project' in fields) || !('issuetype' in fields)) return { errors: { project: 'required' } };
		const errors = wrong({ summary: '', ...fields });
		if (errors !== undefined) return { errors };
		const id = String(++last);
		const now = new Date().toISOString();
		rows.set(id, {
			id,
			key: `HR-${id}`,
			fields: { labels: [], description: null, ...stored(fields), created: now, updated: now },
		});
		return { id, key: `HR-${id}`, self: `https://x.atlassian.net/rest/api/3/issue/${id}` };
	};
	fake.on('POST', '/issue', (call) => {
		const made = make(call.json().fields as Row);
		return 'errors' in made ? refused(made.errors as Row) : { status: 201, body: made };
	});
	fake.on('POST', '/issue/bulk', (call) => {
		const updates = call.json().issueUpdates as { fields: Row }[];
		if (updates.length > 50) return refused({ issueUpdates: 'at most 50' });
		const issues: Row[] = [];
		const errors: Row[] = [];
		for (const [failedElementNumber, { fields }] of updates.entries()) {
			const made = make(fields);
			if ('errors' in made)
				errors.push({
					status: 400,
					elementErrors: { errorMessages: [], errors: made.errors as Row },
					failedElementNumber,
				});
			else issues.push(made);
		}
		return { status: issues.length === 0 ? 400 : 201, body: { issues, errors } };
	});
	fake.on('POST', '/issue/bulkfetch', (call) => {
		const { issueIdsOrKeys, fields } = call.json() as { issueIdsOrKeys: string[]; fields?: Json };
		if (fields === undefined || issueIdsOrKeys.length > 100) return refused({ issueIdsOrKeys: 'at most 100' });
		// As Jira says: in the order of their ids, and without those that are not there.
		const found = [...new Set(issueIdsOrKeys)]
			.sort((a, b) => Number(a) - Number(b))
			.flatMap((id) => rows.get(id) ?? []);
		return { body: { issues: found, issueErrors: [] } };
	});
	fake.on('PUT', '/issue/*', (call) => {
		const row = rows.get(call.parts[0]!);
		if (row === undefined) return missing;
		const { fields = {}, update = {} } = call.json() as { fields?: Row; update?: Row };
		const errors = wrong(fields);
		if (errors !== undefined) return refused(errors);
		const own = row.fields as Row;
		let labels = (own.labels ?? []) as Json[];
		for (const one of (update.labels ?? []) as Row[]) {
			if ('add' in one && !labels.includes(one.add)) labels = [...labels, one.add!];
			if ('remove' in one) labels = labels.filter((label) => label !== one.remove);
		}
		row.fields = { ...own, labels, ...stored(fields), updated: new Date().toISOString() };
		return { status: 204 };
	});
	fake.on('GET', '/issue/*', ({ parts }) => {
		const row = rows.get(parts[0]!);
		return row === undefined ? missing : { body: row };
	});
	fake.on('DELETE', '/issue/*', ({ parts }) => (rows.delete(parts[0]!) ? { status: 204 } : missing));
	fake.on('GET', '/field', () => ({
		body: [
			{ id: 'summary', name: 'Summary', custom: false, schema: { type: 'string' } },
			{ id: 'customfield_10010', name: 'Grade', custom: true, schema: { type: 'number' } },
		],
	}));
	fake.on('POST', '/search/jql', (call) => {
		const {
			jql,
			fields,
			maxResults = 50,
			nextPageToken,
		} = call.json() as { jql: string; fields?: Json; maxResults?: number; nextPageToken?: string };
		if (fields === undefined) return refused({ fields: 'required' });
		const listed = /labels in \(((?:"(?:[^"\\]|\\.)*",?)+)\)/.exec(jql)?.[1];
		const labels = listed === undefined ? undefined : new Set(JSON.parse(`[${listed}]`) as string[]);
		const words = /summary ~ ("(?:[^"\\]|\\.)*")/.exec(jql)?.[1];
		if (!jql.startsWith('project = "HR"')) return refused({ jql: 'unbounded' });
		const fits = (row: Row) => {
			const own = row.fields as Row;
			if (labels !== undefined) return ((own.labels ?? []) as string[]).some((one) => labels.has(one));
			if (words === undefined) return true;
			const phrase = String(JSON.parse(words)).replace(/^"|"$/g, '').toLowerCase();
			return String(own.summary).toLowerCase().includes(phrase);
		};
		const { some, end } = page(
			[...rows.values()].filter(fits),
			nextPageToken === undefined ? 0 : Number(nextPageToken),
			maxResults,
		);
		const isLast = some.length < maxResults || end >= rows.size;
		return { body: { issues: some, isLast, ...(isLast ? {} : { nextPageToken: String(end) }) } };
	});
	return { fake, rows };
}
