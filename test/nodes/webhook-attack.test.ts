/**
 * Whoever learns the address of a webhook can send it anything. Each sender's way of signing, by the vendors' own
 * libraries where there is one: what is theirs is taken in; of everything else nothing is written, and the answer says no
 * more than it has to.
 */
import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { IWebhookFunctions } from 'n8n-workflow';

import { closeLedgers, openLedger } from '../../nodes/shared/ledger';
import { receive, type Answer } from '../../nodes/SyncFromWebhookTrigger/receive';
import { freshFolder } from '../servers/server';
import { sendersAreThere, signed, type ToSign } from '../senders/senders';

const folder = freshFolder('webhook-attack');
const before = process.env['ONE_WAY_SYNC_LEDGER'];
let place: string;
let count = 0;

beforeEach(() => {
	mkdirSync(join(folder.path, `${++count}`));
	place = join(folder.path, `${count}`, 'ledger.sqlite');
	process.env['ONE_WAY_SYNC_LEDGER'] = place;
});
afterEach(async () => await closeLedgers());
afterAll(() => {
	if (before === undefined) delete process.env['ONE_WAY_SYNC_LEDGER'];
	else process.env['ONE_WAY_SYNC_LEDGER'] = before;
	folder.remove();
});

type Headers = [name: string, value: string][];

interface Request {
	sender: string;
	secret: string;
	body: Buffer;
	headers: Headers;
	/** n8n has not read the body; so many bytes are said to come, or none are (chunked). */
	unread?: { length?: number; fails?: string };
}

/** What n8n gives the node for one request. */
function context({ sender, secret, body, headers, unread }: Request): IWebhookFunctions {
	const parameters: Record<string, unknown> = {
		syncName: 'Pushed',
		sender,
		dialect: 'none',
		options: { largest: 64 },
	};
	const byName = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
	const length = unread ? unread.length : body.length;
	const request = {
		method: 'POST',
		originalUrl: '/webhook/1/sync',
		headers: { ...byName, ...(length !== undefined && { 'content-length': String(length) }) },
		rawHeaders: headers.flat(),
		...(!unread && { rawBody: body }),
		readRawBody: async () => {
			if (unread?.fails !== undefined) throw Object.assign(new Error('no'), { type: unread.fails });
			Object.assign(request, { rawBody: await Promise.resolve(body) });
		},
	};
	return {
		getNode: () => ({
			id: 'node',
			name: 'From',
			type: 'syncFromWebhookTrigger',
			parameters,
			credentials: { oneWaySyncWebhookSecretApi: { id: `${count} ${sender} ${secret}` } },
		}),
		getNodeParameter: (name: string, otherwise: unknown) => parameters[name] ?? otherwise,
		getWorkflow: () => ({ id: 'workflow' }),
		getInstanceId: () => 'instance',
		getNodeWebhookUrl: () => 'https://n8n.example.com/webhook/1/sync',
		getCredentials: async () => ({ secret }),
		getRequestObject: () => request,
		logger: { warn: () => undefined, error: () => undefined },
		// The few members that the node uses of what n8n gives it.
	} as unknown as IWebhookFunctions;
}

const records = async (): Promise<number> => {
	if (!existsSync(place)) return 0;
	const ledger = await openLedger();
	const known = await ledger.find({ instance: 'instance', workflow: 'workflow', node: 'node' });
	return known?.records ?? 0;
};

/** A sender's event, and its way of signing any body. */
interface Sender {
	name: string;
	secret: string;
	event: unknown;
	/** Besides what is signed. */
	headers?: Headers;
	sign(body: string): Promise<Record<string, string>>;
}

const byLibrary = (sender: ToSign['sender'], secret: string) => async (body: string) =>
	(await signed([{ sender, secret, body, at: Date.now() }]))[0]!;
const hmac = (secret: string, text: string, encoding: 'hex' | 'base64') =>
	createHmac('sha256', secret).update(text).digest(encoding);
const customer = { id: 5, name: 'Ädä' };

const vendors: Sender[] = [
	{ name: 'github', secret: 'It is a secret', event: customer, sign: byLibrary('github', 'It is a secret') },
	{
		name: 'shopify',
		secret: 'shpss_0123',
		event: customer,
		headers: [['X-Shopify-Topic', 'customers/update']],
		sign: byLibrary('shopify', 'shpss_0123'),
	},
	{
		name: 'stripe',
		secret: 'whsec_0123',
		event: { type: 'customer.updated', created: 1, data: { object: customer } },
		sign: byLibrary('stripe', 'whsec_0123'),
	},
	{
		name: 'standard',
		secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
		event: { type: 'customer.updated', timestamp: '2026-01-01T00:00:00Z', data: customer },
		sign: byLibrary('standard', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
	},
];
const documented: Sender[] = [
	{
		name: 'slack',
		secret: '8f742231b10e8888abcd99yyyzzz85a5',
		event: { event: { type: 'user_change', id: 5 }, event_time: 1 },
		async sign(body) {
			const at = String(Math.floor(Date.now() / 1000));
			return await Promise.resolve({
				'X-Slack-Request-Timestamp': at,
				'X-Slack-Signature': `v0=${hmac(this.secret, `v0:${at}:${body}`, 'hex')}`,
			});
		},
	},
	{
		name: 'hubspot',
		secret: 'yyyyyyyy-yyyy',
		event: [{ objectId: 5, subscriptionType: 'contact.propertyChange', occurredAt: 1 }],
		async sign(body) {
			const at = String(Date.now());
			const text = `POSThttps://n8n.example.com/webhook/1/sync${body}${at}`;
			return await Promise.resolve({
				'X-HubSpot-Request-Timestamp': at,
				'X-HubSpot-Signature-v3': hmac(this.secret, text, 'base64'),
			});
		},
	},
];

function attack(sender: Sender): void {
	const { name, secret } = sender;
	const type: Headers = [['Content-Type', 'application/json']];

	/** An event as this sender sends it, before it is tampered with. */
	const genuine = async (body = JSON.stringify(sender.event)): Promise<Request> => ({
		sender: name,
		secret,
		body: Buffer.from(body),
		headers: [...type, ...(sender.headers ?? []), ...Object.entries(await sender.sign(body))],
	});
	const status = async (request: Request) => (await receive(context(request))).status;

	test('its event is taken in', async () => {
		expect(await status(await genuine())).toBe(200);
		expect(await records()).toBe(1);
	});

	test('with any byte of the body or of what is signed flipped: 401, the same words each time, and nothing is written', async () => {
		const good = await genuine();
		const answers = new Set<string>();
		// What its sender is told; `why` is for a test run in the editor.
		const add = ({ status, text }: Answer) => answers.add(JSON.stringify({ status, text }));
		for (let at = 0; at < good.body.length; at++) {
			const body = Buffer.from(good.body);
			body[at]! ^= 1;
			add(await receive(context({ ...good, body })));
		}
		for (const [at, [header, value]] of good.headers.entries()) {
			if (at <= (sender.headers?.length ?? 0)) continue;
			for (let n = 0; n < value.length; n++) {
				const flipped = value.slice(0, n) + String.fromCharCode(value.charCodeAt(n) ^ 1) + value.slice(n + 1);
				const headers = good.headers.with(at, [header, flipped]);
				add(await receive(context({ ...good, headers })));
			}
		}
		expect([...answers]).toEqual([JSON.stringify({ status: 401, text: 'unauthorized' })]);
		expect(existsSync(place)).toBe(false);
	});

	test('with another secret, without a header, or with one doubled: 401, and nothing is written', async () => {
		const good = await genuine();
		expect(await status({ ...good, secret: `${secret.slice(0, -2)}XX` })).toBe(401);
		expect(await status({ ...good, secret: '' })).toBe(401);
		for (const [at, header] of good.headers.entries()) {
			if (at <= (sender.headers?.length ?? 0)) continue;
			expect(await status({ ...good, headers: good.headers.toSpliced(at, 1) })).toBe(401);
			expect(await status({ ...good, headers: [...good.headers, header] })).toBe(401);
			expect(await status({ ...good, headers: [...good.headers, [header[0].toUpperCase(), 'x']] })).toBe(401);
		}
		expect(existsSync(place)).toBe(false);
	});

	test('signed, but no JSON or without end: 400 and 413, and nothing is written', async () => {
		expect(await status(await genuine('{"id":5'))).toBe(400);
		expect(await status(await genuine(' '))).toBe(400);
		expect(await status(await genuine(`${'['.repeat(70)}${']'.repeat(70)}`))).toBe(400);
		expect(await status(await genuine(JSON.stringify({ id: 5, x: 'x'.repeat(70_000) })))).toBe(413);
		expect(existsSync(place)).toBe(false);
	});

	test('as another type or in another charset: 415, and nothing is written', async () => {
		const good = await genuine();
		for (const other of [
			'multipart/form-data; boundary=x',
			'application/octet-stream',
			'application/json; charset=utf-16',
			'application/json; charset="iso-8859-1"',
		])
			expect(await status({ ...good, headers: [['Content-Type', other], ...good.headers.slice(1)] })).toBe(415);
		expect(existsSync(place)).toBe(false);
		expect(
			await status({
				...good,
				headers: [['Content-Type', 'Application/JSON;Charset=UTF-8'], ...good.headers.slice(1)],
			}),
		).toBe(200);
	});

	test('that n8n has not read: it is read here, with or without a length; what is too long or breaks off is refused', async () => {
		const good = await genuine();
		const other: Headers = [['Content-Type', 'application/vnd.api+json'], ...good.headers.slice(1)];
		const unread = async (given: Request['unread'] & object, headers = other) =>
			await status({ ...good, headers, unread: given });
		expect(await unread({ length: 70_000 })).toBe(413);
		expect(await unread({ fails: 'entity.too.large' })).toBe(413);
		expect(await unread({ fails: 'request.aborted' })).toBe(400);
		expect(await unread({}, [['Content-Type', 'multipart/form-data'], ...good.headers.slice(1)])).toBe(415);
		expect(existsSync(place)).toBe(false);
		expect(await unread({ length: good.body.length })).toBe(200);
		expect(await unread({})).toBe(200);
		expect(await records()).toBe(1);
	});
}

for (const vendor of vendors)
	(sendersAreThere ? describe : describe.skip)(`an event signed by the library of ${vendor.name}`, () =>
		attack(vendor),
	);
for (const sender of documented)
	describe(`an event signed as the documentation of ${sender.name} says`, () => attack(sender));

describe('what no signature covers', () => {
	const send = async (body: unknown, headers: Headers = [], sender = 'github') => {
		const text = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
		const own: Headers =
			sender === 'shopify'
				? [['X-Shopify-Hmac-Sha256', createHmac('sha256', 's').update(text).digest('base64')]]
				: [['X-Hub-Signature-256', `sha256=${createHmac('sha256', 's').update(text).digest('hex')}`]];
		return (await receive(context({ sender, secret: 's', body: text, headers: [...own, ...headers] }))).status;
	};

	test('the header that says whether a record is gone is not guessed where it is missing or doubled', async () => {
		const topic = (name: string): Headers[number] => ['X-Shopify-Topic', name];
		expect(await send({ id: 5 }, [], 'shopify')).toBe(422);
		expect(await send({ id: 5 }, [topic('customers/update'), topic('customers/delete')], 'shopify')).toBe(422);
		expect(existsSync(place)).toBe(false);
		expect(await send({ id: 5 }, [topic('customers/update')], 'shopify')).toBe(200);
		expect(await records()).toBe(1);
		expect(await send({ id: 5 }, [topic('customers/delete')], 'shopify')).toBe(200);
		expect(await records()).toBe(0);
	});

	test('a key that no database can keep is refused for good, not to be sent again and again', async () => {
		for (const id of ['\0', 'a\0b', '\ud800', 'x'.repeat(2000), '', null, ['a'.repeat(2000)]])
			expect(await send({ id })).toBe(422);
		expect(existsSync(place)).toBe(false);
		expect(await send({ id: 'ключ 🗝', name: 'a\0b' })).toBe(200);
	});

	test('bytes that are no UTF-8 are refused, though they are signed', async () => {
		const body = Buffer.from([0x7b, 0x22, 0x69, 0x64, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]);
		const signature = createHmac('sha256', 's').update(body).digest('hex');
		const headers: Headers = [['X-Hub-Signature-256', `sha256=${signature}`]];
		expect((await receive(context({ sender: 'github', secret: 's', body, headers }))).status).toBe(400);
		expect(existsSync(place)).toBe(false);
	});

	test('one event of a delivery that is not understood: none of it is taken in', async () => {
		expect(await send([{ id: 1 }, { name: 'without a key' }, { id: 3 }])).toBe(422);
		expect(existsSync(place)).toBe(false);
	});

	test('names that mean something to JavaScript change nothing but their record', async () => {
		expect(await send('{"id":5,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')).toBe(200);
		expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
		expect(await records()).toBe(1);
	});
});

test('many deliveries at once are each answered after their own commit, and a refused one spoils none of them', async () => {
	const send = async (body: unknown) => {
		const text = Buffer.from(JSON.stringify(body));
		const signature = createHmac('sha256', 's').update(text).digest('hex');
		const headers: Headers = [['X-Hub-Signature-256', `sha256=${signature}`]];
		return (await receive(context({ sender: 'github', secret: 's', body: text, headers }))).status;
	};
	const statuses = await Promise.all(
		Array.from({ length: 300 }, async (_, n) => await send(n % 10 === 3 ? { no: 'key' } : { id: n % 100, n })),
	);
	expect(statuses.filter((status) => status === 422)).toHaveLength(30);
	expect(statuses.filter((status) => status === 200)).toHaveLength(270);
	expect(await records()).toBe(90);
});
