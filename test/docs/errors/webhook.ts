/** Mistakes with pushed events: in the form, and in what a test event brings. */
import { createHmac } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';

import { SyncFromWebhookTrigger } from '../../../nodes/SyncFromWebhookTrigger/SyncFromWebhookTrigger.node';
import { runInProcess } from '../../n8n/inprocess';
import { askHook, type Asked } from '../../n8n/hook';
import { shownBy, type Mistake, type Shown } from './mistake';

const SECRET = 'a secret of the sender';
const EVENT = { id: 1, name: 'Ada' };

const mistake = (made: string, show: () => Promise<Shown>): Mistake => ({
	made,
	node: 'Sync From Webhook Trigger',
	show,
});

/** What the test run that the event starts ends with; or what the node threw before. */
async function tested(given: Partial<Asked>): Promise<Shown> {
	const parameters = { syncName: 'Customers', sender: 'other', authenticity: 'none', ...given.parameters };
	const asked = { type: new SyncFromWebhookTrigger(), method: 'POST' as const, body: EVENT, ...given, parameters };
	const { error } = await askHook({ ...asked, mode: 'manual' });
	if (error) return error;
	return shownBy(await runInProcess({ nodes: [{ name: 'Node', type: asked.type, parameters }] }));
}

const form = (made: string, parameters: IDataObject) => mistake(made, async () => await tested({ parameters }));
const event = (made: string, given: Partial<Asked>) => mistake(made, async () => await tested(given));

const signed = { oneWaySyncWebhookSecretApi: { secret: SECRET } };
const by = (secret: string) => ({
	'x-signature': createHmac('sha256', secret).update(JSON.stringify(EVENT)).digest('hex'),
});

export const webhook: Mistake[] = [
	form('wrote a place that is no path', { shape: { record: 'data..object' } }),
	form('did not choose which destination sends the events', { side: 'destination', watchedSync: '' }),
	mistake('tested without an event', async () =>
		shownBy(
			await runInProcess({
				nodes: [{ name: 'Node', type: new SyncFromWebhookTrigger(), parameters: { syncName: 'Customers' } }],
			}),
		),
	),
	event('put another secret into the credential than the sender has', {
		parameters: { authenticity: 'signature' },
		credentials: signed,
		headers: by('another one'),
	}),
	event('lets a sender sign that does not', { parameters: { authenticity: 'signature' }, credentials: signed }),
	event('left the secret empty', {
		parameters: { authenticity: 'signature' },
		credentials: { oneWaySyncWebhookSecretApi: { secret: ' ' } },
		headers: by(SECRET),
	}),
	event('put another token into the credential than the sender has', {
		parameters: { authenticity: 'header' },
		credentials: { httpHeaderAuth: { name: 'X-Token', value: 'right' } },
		headers: { 'x-token': 'wrong' },
	}),
	event('put another password into the credential than the sender has', {
		parameters: { authenticity: 'basic' },
		credentials: { httpBasicAuth: { user: 'crm', password: 'right' } },
		headers: { authorization: `Basic ${Buffer.from('crm:wrong').toString('base64')}` },
	}),
	event('sends no JSON', { body: '{ "id": 1', headers: { 'content-type': 'application/json' } }),
	event('sends XML', { body: '<id>1</id>', headers: { 'content-type': 'text/xml' } }),
	event('sends more than Largest Body', {
		parameters: { options: { largest: 1 } },
		body: { ...EVENT, text: 'x'.repeat(2000) },
	}),
	event('says that the events are where none are', { parameters: { shape: { events: 'data.items' } } }),
	event('says that the record is where none is', { parameters: { shape: { record: 'customer' } } }),
	event('named a key that no event has', { parameters: { keyPath: 'number' } }),
	event('takes the type from a header that does not come', {
		parameters: { shape: { type: 'header: X-Event' } },
	}),
];
