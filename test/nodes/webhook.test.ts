/** What a sender is answered where its event cannot be kept, or is not its own. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IWebhookFunctions } from 'n8n-workflow';

import { closeLedgers, openLedger } from '../../nodes/shared/ledger';
import { receive } from '../../nodes/SyncFromWebhookTrigger/receive';
import { freshFolder } from '../servers/server';

const folder = freshFolder('webhook');
const before = process.env['ONE_WAY_SYNC_LEDGER'];
let ledger: string;
let count = 0;

beforeEach(() => {
	ledger = join(folder.path, `${++count}`, 'ledger.sqlite');
	mkdirSync(join(folder.path, `${count}`));
	process.env['ONE_WAY_SYNC_LEDGER'] = ledger;
});
afterEach(async () => await closeLedgers().catch(() => undefined));
afterAll(() => {
	if (before === undefined) delete process.env['ONE_WAY_SYNC_LEDGER'];
	else process.env['ONE_WAY_SYNC_LEDGER'] = before;
	folder.remove();
});

/** What n8n gives the node for one request. */
function context(event: unknown, { token = 'right', body = JSON.stringify(event), type = 'application/json' } = {}) {
	const parameters: Record<string, unknown> = {
		syncName: 'Pushed',
		sender: 'other',
		authenticity: 'header',
		dialect: 'none',
	};
	const said: string[] = [];
	const webhook = {
		getNode: () => ({ id: 'node', name: 'From', type: 'syncFromWebhookTrigger', parameters }),
		getNodeParameter: (name: string, otherwise: unknown) => parameters[name] ?? otherwise,
		getWorkflow: () => ({ id: 'workflow' }),
		getInstanceId: () => 'instance',
		getNodeWebhookUrl: () => 'https://n8n.example.com/webhook/1/sync',
		getCredentials: async () => ({ name: 'X-Token', value: 'right' }),
		getRequestObject: () => ({
			method: 'POST',
			originalUrl: '/webhook/1/sync',
			headers: { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) },
			rawHeaders: ['X-Token', token],
			rawBody: Buffer.from(body),
		}),
		logger: { warn: (text: string) => said.push(text), error: (text: string) => said.push(text) },
	};
	return { webhook: webhook as unknown as IWebhookFunctions, said };
}

test('an event is in the ledger when it is answered', async () => {
	expect(await receive(context({ id: 5, name: 'Ada' }).webhook)).toEqual({ status: 200, text: 'ok' });
	expect(await (await openLedger()).syncs()).toMatchObject([{ name: 'Pushed', repairs: 0 }]);
});

test('one that cannot be kept is answered so that its sender sends it again', async () => {
	writeFileSync(ledger, 'this is no database, and never was one; it only lies where the ledger should be');
	const { webhook, said } = context({ id: 5 });
	expect(await receive(webhook)).toEqual({ status: 503, text: 'not taken in; try again' });
	expect(said.join()).toMatch(/could not be taken in/u);
});

test('one that is not authentic, not understood or too large does not even open the ledger', async () => {
	const statuses = [];
	for (const given of [
		context({ id: 5 }, { token: 'wrong' }),
		context(null, { body: 'no JSON' }),
		context(null, { body: '<a/>', type: 'text/xml' }),
		context({ name: 'no key' }),
		context({ id: 5, x: 'x'.repeat(2_000_000) }),
	])
		statuses.push((await receive(given.webhook)).status);
	expect(statuses).toEqual([401, 400, 415, 422, 413]);
	expect(existsSync(ledger)).toBe(false);
});

test('what is logged of a refusal holds neither token nor body', async () => {
	const { webhook, said } = context({ id: 5, name: 'Ada' }, { token: 'almost right' });
	await receive(webhook);
	expect(said.join()).toMatch(/refused: its token is not right/u);
	expect(said.join()).not.toMatch(/almost|Ada/u);
});
