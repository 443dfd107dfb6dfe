/** Mistakes in the forms of the App nodes, Custom REST API above all: nobody has tried that API before. */
import type { IDataObject } from 'n8n-workflow';

import { SyncFromAppTrigger } from '../../../nodes/SyncFromAppTrigger/SyncFromAppTrigger.node';
import { SyncToApp } from '../../../nodes/SyncToApp/SyncToApp.node';
import { runInProcess } from '../../n8n/inprocess';
import { freePort } from '../../servers/server';
import { Fake } from '../../systems/fake';
import { row, rows, shownBy, type Mistake } from './mistake';

interface Given {
	parameters: IDataObject;
	mapping?: IDataObject;
	/** Types, and what stands in them. */
	credentials?: Record<string, IDataObject>;
}

const CUSTOM = { system: 'custom', customBaseUrl: 'https://api.example.com', customListPath: '/people' };

/** n8n itself sees to it that a required field is filled in; not, that an expression in it gives something. */
const NOTHING = "={{ '' }}";

const byId = (credentials: Record<string, IDataObject>) => ({
	credentials: Object.fromEntries(Object.keys(credentials).map((type) => [type, { id: type, name: type }])),
	data: credentials,
});

const to = (made: string, { parameters, mapping, credentials = {} }: Given): Mistake => ({
	made,
	node: 'Sync To App',
	show: async (world) => {
		const { credentials: named, data } = byId(credentials);
		const target = { name: 'Target', type: new SyncToApp(), parameters, credentials: named };
		return shownBy(await world.test({ target, credentials: data, ...(mapping && { mapping }) }));
	},
});

const from = (made: string, { parameters, credentials = {} }: Given): Mistake => ({
	made,
	node: 'Sync From App Trigger',
	show: async () => {
		const { credentials: named, data } = byId(credentials);
		const node = { name: 'Node', type: new SyncFromAppTrigger(), parameters, credentials: named };
		return shownBy(await runInProcess({ nodes: [node], credentials: data }));
	},
});

/** Over an API that is there: it lists one person under `data`, finds none by login, and takes nothing. */
const there = (
	made: string,
	node: 'Sync To App' | 'Sync From App Trigger',
	parameters: IDataObject,
	prepare: (fake: Fake) => void = () => undefined,
): Mistake => ({
	made,
	node,
	show: async (world) => {
		const api = await Fake.start();
		api.on('GET', '/people', () => ({ body: { data: [{ id: '1', name: 'Ada', login: 'ada' }] } }));
		prepare(api);
		try {
			const all = { ...CUSTOM, customBaseUrl: api.url, ...parameters };
			const found = node === 'Sync To App' ? to(made, { parameters: all }) : from(made, { parameters: all });
			const shown = await found.show(world);
			const plain = (text?: string | null) => text?.replaceAll(api.url.replace('http://', ''), 'api.example.com');
			return { message: plain(shown.message), description: plain(shown.description) };
		} finally {
			await api.stop();
		}
	},
});

const broken = '{ "...": "{fields}"';

export const apps: Mistake[] = [
	from('chose no system', { parameters: { system: '', object: 'contact' } }),
	from('chose no object', {
		parameters: { system: 'asana', object: NOTHING },
		credentials: { asanaApi: { accessToken: 'x' } },
	}),
	from('left a setting of the system empty', {
		parameters: { system: 'jira', object: 'issue', jiraProject: NOTHING },
		credentials: {
			jiraSoftwareCloudApi: { email: 'a@example.com', apiToken: 'x', domain: 'https://jira.example.com' },
		},
	}),
	from('wrote an address that is none', { parameters: { ...CUSTOM, customBaseUrl: 'api.example.com' } }),
	from('left the query for changes unfinished', { parameters: { ...CUSTOM, customSinceQuery: '{ "since": ' } }),
	from('left out where the next page stands', { parameters: { ...CUSTOM, customPages: 'cursor' } }),
	there('named a path that is not there', 'Sync From App Trigger', { customListPath: '/persons' }, (api) =>
		api.on('GET', '/persons', () => ({ status: 404, body: { message: 'Not found' } })),
	),
	there('said that the records are where none are', 'Sync From App Trigger', { customItems: 'items' }),
	there('said that the ID is where none is', 'Sync From App Trigger', { customItems: 'data', customId: 'uid' }),
	there('chose no credential where the API wants one', 'Sync From App Trigger', {}, (api) =>
		api.on('GET', '/people', () => ({ status: 401, body: { message: 'who are you?' } })),
	),
	there('named an address that sends on to another one', 'Sync From App Trigger', {}, (api) =>
		api.on('GET', '/people', () => ({ status: 302, headers: { location: 'https://www.example.com/people' } })),
	),
	{
		made: 'named an address at which nobody answers',
		node: 'Sync From App Trigger',
		show: async (world) => {
			const port = await freePort();
			const parameters = { ...CUSTOM, customBaseUrl: `http://127.0.0.1:${port}` };
			const shown = await from('', { parameters }).show(world);
			const plain = (text?: string | null) => text?.replaceAll(`127.0.0.1:${port}`, 'api.example.com');
			return { message: plain(shown.message), description: plain(shown.description) };
		},
	},

	to('chose no credential', { parameters: { system: 'hubspot', object: 'contact' } }),
	to('named an object that is not there', {
		parameters: { system: 'stripe', object: 'subscription' },
		credentials: { stripeApi: { secretKey: 'sk_test_x' } },
	}),
	to('chose an object that can only be read', {
		parameters: { system: 'hubspot', object: 'deal' },
		credentials: { hubspotAppToken: { appToken: 'x' } },
	}),
	to('wrote headers that are no JSON', { parameters: { ...CUSTOM, customHeaders: 'X-Version: 2' } }),
	to('wrote a body that is no JSON', {
		parameters: { ...CUSTOM, customCreatePath: '/people', customCreateBody: broken },
	}),
	to('wrote further settings that are no JSON', { parameters: { ...CUSTOM, customMore: 'limits: none' } }),
	to('chose another way than the web', { parameters: { ...CUSTOM, customBaseUrl: 'ftp://files.example.com' } }),
	to('sends a credential where it may not go', {
		parameters: CUSTOM,
		credentials: {
			httpHeaderAuth: {
				name: 'X-Token',
				value: 'x',
				allowedHttpRequestDomains: 'domains',
				allowedDomains: 'api.example.org',
			},
		},
	}),
	to('mapped a field that the system does not have', {
		parameters: { system: 'slack', object: 'channel' },
		credentials: { slackApi: { accessToken: 'x' } },
		mapping: {
			...rows(row('name', '={{ $json.team }}'), row('colour', 'red')),
			match: ['name'],
			removal: 'detach',
		},
	}),
];
