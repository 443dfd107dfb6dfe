/** What the form of Sync From Webhook Trigger tells a person who sets a sender up. */
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { SyncFromWebhookTrigger } from '../../nodes/SyncFromWebhookTrigger/SyncFromWebhookTrigger.node';

const { description } = new SyncFromWebhookTrigger();

/** The notices that are shown with these settings. */
function notices(settings: Record<string, string>): string {
	const shown = ({ type, displayOptions }: INodeProperties) =>
		type === 'notice' &&
		Object.entries(displayOptions?.show ?? {}).every(([name, values]) => values?.includes(settings[name] ?? ''));
	return description.properties
		.filter(shown)
		.map(({ displayName }) => displayName)
		.join('\n');
}
const choices = (name: string) => {
	const property = description.properties.find((one) => one.name === name);
	return ((property?.options ?? []) as INodePropertyOptions[]).map(({ value }) => String(value));
};

test('n8n shows the address to copy, and says what it waits for', () => {
	expect(description.webhooks).toMatchObject([{ httpMethod: 'POST', path: 'sync' }]);
	expect(description.eventTriggerDescription).toMatch(/send an event to the test URL/u);
});

test('every sender has its steps: where its page is, where the address goes, where the secret is', () => {
	const settings = { side: 'source', authenticity: 'signature', dialect: 'none' };
	for (const sender of choices('sender')) {
		const told = notices({ ...settings, sender });
		expect(told).toMatch(/production URL above/u);
		if (sender !== 'other') expect(told).toMatch(/credential takes|into the credential/u);
	}
});

test('the sample event of another system is sent in the very way in which it has to be known', () => {
	const sample = (authenticity: string) =>
		notices({ side: 'source', sender: 'other', dialect: 'none', authenticity });
	expect(sample('signature')).toMatch(/openssl dgst -sha256 -hmac SECRET/u);
	expect(sample('signature')).not.toMatch(/TOKEN|X-Token|USER:/u);
	expect(sample('header')).toMatch(/-H "NAME: TOKEN"/u);
	expect(sample('basic')).toMatch(/-u USER:PASSWORD/u);
	expect(sample('none')).toMatch(/curl/u);
	expect(sample('none')).toMatch(/Whoever learns the address/u);
	for (const way of choices('authenticity')) expect(sample(way)).toMatch(/"id": 1/u);
});
