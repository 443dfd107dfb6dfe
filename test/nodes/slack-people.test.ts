/** Whoever picks Slack for people in Sync To App is told which plan and which node it takes. */
import type { INodeProperties } from 'n8n-workflow';

import { SyncToApp } from '../../nodes/SyncToApp/SyncToApp.node';
import { World } from './world';

jest.setTimeout(180_000);

const told = /Sync To Directory.*Business\+ or Enterprise plan/u;

test('the form says it as soon as Slack and Person are chosen, and not before', () => {
	const shown = (one: INodeProperties, values: Record<string, string>) =>
		Object.entries(one.displayOptions?.show ?? {}).every(([name, allowed]) =>
			(allowed as string[]).includes(values[name]!),
		);
	const notices = new SyncToApp().description.properties.filter(({ displayName }) => told.test(displayName));
	expect(notices).toMatchObject([{ type: 'notice' }]);
	expect(shown(notices[0]!, { system: 'slack', object: 'person' })).toBe(true);
	expect(shown(notices[0]!, { system: 'slack', object: 'channel' })).toBe(false);
});

test('a test run says it instead of a plan', async () => {
	const world = new World(1);
	try {
		const done = await world.test({
			target: {
				name: 'Target',
				type: new SyncToApp(),
				parameters: { system: 'slack', object: 'person', options: {} },
				credentials: { slackApi: { id: 's', name: 'Slack' } },
			},
			credentials: { s: { accessToken: 'xoxb-nobody' } },
			mapping: {
				rows: { row: [{ field: 'email', value: '={{ $json.email }}' }] },
				match: ['email'],
				removal: 'delete',
			},
		});
		expect(String(done.error('Target')?.description)).toMatch(told);
	} finally {
		await world.remove();
	}
});
