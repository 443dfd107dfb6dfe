/** Signed events: what the vendors' own libraries send is accepted, and nothing else is. */
import { createHmac } from 'node:crypto';

import { basicRefusal, refusal, tokenRefusal, WINDOW } from '../../connectors/webhook/authentic';
import type { Delivery } from '../../connectors/webhook/delivery';
import { hmacScheme, SCHEMES, type Scheme } from '../../connectors/webhook/schemes';
import { sendersAreThere, signed, type ToSign } from '../senders/senders';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const BODY = JSON.stringify({ id: 1, name: 'Ädä', note: 'a "quoted" one' });
const SECRETS = {
	github: 'It is a secret to everybody',
	shopify: 'shpss_0123456789',
	stripe: 'whsec_0123456789',
	standard: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
	slack: '8f742231b10e8888abcd99yyyzzz85a5',
	hubspot: 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy',
	hmac: 'my own',
};
const URL = 'https://n8n.example.com/webhook/1/sync?a=%2Fb';

const delivery = (headers: Record<string, string>, body = BODY): Delivery => ({
	method: 'POST',
	url: URL,
	rawHeaders: Object.entries(headers).flat(),
	body: Buffer.from(body, 'utf8'),
});
const hmac = (secret: string, text: string, encoding: 'hex' | 'base64') =>
	createHmac('sha256', secret).update(text).digest(encoding);
const seconds = (at: number) => String(Math.floor(at / 1000));

/** Senders without a library that signs, by their own documentation. */
const documented = {
	/** api.slack.com/authentication/verifying-requests-from-slack */
	slack: (secret: string, body: string, at: number) => ({
		'X-Slack-Request-Timestamp': seconds(at),
		'X-Slack-Signature': `v0=${hmac(secret, `v0:${seconds(at)}:${body}`, 'hex')}`,
	}),
	/** developers.hubspot.com: validating requests, v3; signed with the address decoded */
	hubspot: (secret: string, body: string, at: number) => ({
		'X-HubSpot-Request-Timestamp': String(at),
		'X-HubSpot-Signature-v3': hmac(secret, `POST${URL.replace('%2F', '/')}${body}${at}`, 'base64'),
	}),
	hmac: (secret: string, body: string) => ({ 'X-Mine': `sha256=${hmac(secret, body, 'hex')}` }),
};
type Documented = keyof typeof documented;

const own = hmacScheme({ header: 'x-mine', prefix: 'sha256=', digest: 'sha256', encoding: 'hex' });
const schemeOf = (name: keyof typeof SECRETS): Scheme => (name === 'hmac' ? own : SCHEMES[name]);
/** Schemes that say when they were signed. */
const DATED = ['stripe', 'standard', 'slack', 'hubspot'];

/** Every test of one sender; `sign` gives the headers of a body. */
function sender(
	name: keyof typeof SECRETS,
	sign: (what: { secret: string; body: string; at: number }) => Promise<Record<string, string>>,
): void {
	const secret = SECRETS[name];
	const scheme = schemeOf(name);
	let headers: Record<string, string>;
	const check = (given: Delivery, secrets = [secret], now = NOW) => refusal(given, scheme, secrets, now);

	beforeAll(async () => {
		headers = await sign({ secret, body: BODY, at: NOW });
	});

	test('what it signs is accepted, also under the secret from before', () => {
		expect(check(delivery(headers))).toBeUndefined();
		expect(check(delivery(headers), ['another', secret])).toBeUndefined();
	});

	test('with each byte of the body flipped it is refused', () => {
		const bytes = Buffer.from(BODY);
		for (let at = 0; at < bytes.length; at++) {
			const flipped = Buffer.from(bytes);
			flipped[at]! ^= 1;
			expect(check({ ...delivery(headers), body: flipped })).toBeDefined();
		}
	});

	test('with each byte of a header flipped it is refused', () => {
		for (const [header, value] of Object.entries(headers)) {
			for (let at = 0; at < value.length; at++) {
				const other = String.fromCharCode(value.charCodeAt(at) ^ 1);
				const flipped = value.slice(0, at) + other + value.slice(at + 1);
				expect(check(delivery({ ...headers, [header]: flipped }))).toBeDefined();
			}
		}
	});

	test('another secret, an empty one and none are refused', async () => {
		expect(check(delivery(headers), [`${secret.slice(0, -1)}X`])).toBeDefined();
		expect(check(delivery(headers), [''])).toBe('no secret is set');
		expect(check(delivery(headers), [])).toBe('no secret is set');
	});

	test('without a header, with one doubled, empty or without end it is refused', () => {
		for (const header of Object.keys(headers)) {
			const { [header]: value, ...rest } = headers;
			expect(check(delivery(rest))).toBeDefined();
			expect(
				check({ ...delivery(headers), rawHeaders: [...delivery(headers).rawHeaders, header, value!] }),
			).toBeDefined();
			expect(check(delivery({ ...rest, [header]: '' }))).toBeDefined();
			expect(check(delivery({ ...rest, [header]: 'x'.repeat(100_000) }))).toBeDefined();
		}
	});

	test('what it refuses with holds neither secret nor signature', () => {
		const why = check(delivery(headers), ['another'])!;
		for (const value of [secret, ...Object.values(headers)]) expect(why).not.toContain(value);
	});

	if (DATED.includes(name)) {
		test('played again later, or dated ahead, it is refused', () => {
			expect(check(delivery(headers), [secret], NOW + WINDOW)).toBeUndefined();
			expect(check(delivery(headers), [secret], NOW + WINDOW + 1000)).toMatch(/too old/u);
			expect(check(delivery(headers), [secret], NOW - WINDOW - 1000)).toMatch(/too old/u);
		});
	}
}

for (const name of ['github', 'shopify', 'standard', 'stripe'] satisfies ToSign['sender'][]) {
	(sendersAreThere ? describe : describe.skip)(`signed by the library of ${name}`, () => {
		sender(name, async ({ secret, body, at }) => (await signed([{ sender: name, secret, body, at }]))[0]!);
	});
}
for (const name of Object.keys(documented) as Documented[]) {
	describe(`signed as the documentation of ${name} says`, () => {
		sender(name, async ({ secret, body, at }) => documented[name](secret, body, at));
	});
}

describe('a token and a password', () => {
	test('only the very token is accepted', () => {
		const token = (value: string) => tokenRefusal(delivery({ 'X-Token': value }), 'x-token', 'a token');
		expect(token('a token')).toBeUndefined();
		for (const other of ['a toke', 'a token ', 'A token', '']) expect(token(other)).toBeDefined();
		expect(tokenRefusal(delivery({}), 'x-token', 'a token')).toBeDefined();
		expect(tokenRefusal(delivery({ 'X-Token': '' }), 'x-token', '')).toBe('no token is set');
		const twice = { ...delivery({}), rawHeaders: ['X-Token', 'a token', 'x-token', 'a token'] };
		expect(tokenRefusal(twice, 'x-token', 'a token')).toBeDefined();
	});

	test('only the very name and password are accepted', () => {
		const basic = (text: string) =>
			basicRefusal(
				delivery({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` }),
				'ada',
				'pass:word',
			);
		expect(basic('ada:pass:word')).toBeUndefined();
		for (const other of ['ada:pass', 'bob:pass:word', 'ada', '']) expect(basic(other)).toBeDefined();
		expect(basicRefusal(delivery({ Authorization: 'Bearer x' }), 'ada', 'p')).toBeDefined();
		expect(basicRefusal(delivery({}), 'ada', '')).toBe('no password is set');
	});
});
