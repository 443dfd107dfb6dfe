/** Redmine, as a destination and as a source: a real server. */
import type { Fields } from '../../sync/types';
import type { Given } from '../../connectors/rest/net/access';
import { RestDestination } from '../../connectors/rest/destination';
import { RestSource } from '../../connectors/rest/source';
import { redmine as system } from '../../systems/redmine';
import { destinationConformance } from '../conformance/destination';
import { sourceConformance } from '../conformance/source';
import { available, startRedmine, type Redmine } from '../servers/redmine';

const there = available();
const name = there.ok ? 'Redmine' : `Redmine (skipped: ${there.missing})`;

(there.ok ? describe : describe.skip)(name, () => {
	let server: Redmine;
	beforeAll(async () => {
		server = await startRedmine();
	}, 150_000);
	afterAll(() => server.stop());

	const given = (): Given => ({
		system,
		type: 'httpHeaderAuth',
		credential: { name: 'X-Redmine-API-Key', value: server.key },
		settings: { url: server.url },
	});
	interface Project {
		id: number;
		identifier: string;
		[field: string]: unknown;
	}
	const projects = async () =>
		(await server.ask<{ projects: Project[] }>('GET', '/projects.json?limit=100')).projects;
	const empty = async () => {
		for (const { id } of await projects()) await server.ask('DELETE', `/projects/${id}.json`);
	};
	const project = (number: number | string) => ({
		identifier: `p-${number}`,
		name: `Project ${number}`,
		description: `About ${number}`,
	});

	destinationConformance('Redmine projects', {
		open: async () => new RestDestination({ ...given(), object: 'project' }),
		empty,
		edit: async (field, value) => {
			for (const { id } of await projects())
				await server.ask('PUT', `/projects/${id}.json`, { project: { [field]: value } });
		},
		standing: async (fields) => {
			const all: Fields[] = [];
			for (const { id } of await projects()) {
				// The list does not show a homepage.
				const { project: one } = await server.ask<{ project: Fields }>('GET', `/projects/${id}.json`);
				all.push(Object.fromEntries(fields.map((field) => [field, one[field] ?? null])));
			}
			return all;
		},
		fields: project,
		match: 'identifier',
		text: 'description',
		foreign: 'homepage',
		bad: (number) => ({ ...project(number), identifier: 'No Identifier!' }),
		absentId: '999999',
	});

	sourceConformance('Redmine projects', {
		open: async () => new RestSource({ ...given(), object: 'project' }),
		put: async (records) => {
			const known = new Map((await projects()).map(({ identifier, id }) => [identifier, id]));
			for (const { fields } of records) {
				const id = known.get(String(fields['identifier']));
				// An empty Redmine on SQLite counts from 1.
				if (id === undefined) await server.ask('POST', '/projects.json', { project: fields });
				else await server.ask('PUT', `/projects/${id}.json`, { project: fields });
			}
		},
		drop: async (keys) => {
			for (const key of keys) await server.ask('DELETE', `/projects/${key}.json`);
		},
		empty,
		fields: (key, text) => ({
			...project(key),
			id: Number(key),
			description: text,
			closed: false,
			is_public: true,
			parent_id: null,
		}),
		follows: false,
	});
});
