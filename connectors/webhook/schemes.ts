/**
 * How senders sign: what is signed, with which digest, in which header, and when. Data, so that one code checks them all
 * (`authentic.ts`).
 */
import { header, type Delivery } from './delivery';

export interface Signed {
	/** The bytes that were signed. */
	message: Buffer;
	/** Signatures that the sender gave; one of them has to be right (a secret that is being changed signs twice). */
	signatures: Buffer[];
	/** When it was signed, in milliseconds, where the scheme says so. */
	at?: number;
}

export interface Scheme {
	digest: 'sha256' | 'sha1' | 'sha512';
	/** How the key is made of the secret that a person pastes. */
	key(secret: string): Buffer;
	/** Undefined where a header is missing, doubled or not of the scheme's form. */
	read(delivery: Delivery): Signed | undefined;
}

const utf8 = (secret: string) => Buffer.from(secret, 'utf8');
/** Bytes written in hex or base64; undefined for anything that is not written as the encoding itself writes it. */
function bytes(text: string | undefined, encoding: 'hex' | 'base64'): Buffer | undefined {
	const read = Buffer.from(text ?? '', encoding);
	return read.length > 0 && read.toString(encoding) === text ? read : undefined;
}

const hex = (text: string | undefined) => bytes(text, 'hex');
const base64 = (text: string | undefined) => bytes(text, 'base64');

/** A whole number of seconds since 1970, as milliseconds. */
function seconds(text: string | undefined): number | undefined {
	return text !== undefined && /^\d{1,11}$/u.test(text) ? Number(text) * 1000 : undefined;
}

/** `Stripe-Signature: t=…,v1=…`, HMAC of `t.body` (docs.stripe.com/webhooks/signatures). */
const stripe: Scheme = {
	digest: 'sha256',
	key: utf8,
	read(delivery) {
		const parts = (header(delivery, 'stripe-signature') ?? '').split(',').map((part) => part.split('='));
		const times = parts.filter(([name]) => name === 't').map(([, value]) => value);
		const at = times.length === 1 ? seconds(times[0]) : undefined;
		const signatures = parts.filter(([name]) => name === 'v1').map(([, value]) => hex(value));
		if (at === undefined) return undefined;
		return { message: Buffer.concat([utf8(`${times[0]}.`), delivery.body]), signatures: known(signatures), at };
	},
};

/** `X-Shopify-Hmac-Sha256`, base64, of the body (shopify.dev: validate webhook deliveries). */
const shopify: Scheme = {
	digest: 'sha256',
	key: utf8,
	read(delivery) {
		return { message: delivery.body, signatures: known([base64(header(delivery, 'x-shopify-hmac-sha256'))]) };
	},
};

/** `X-Hub-Signature-256: sha256=…`, hex, of the body (docs.github.com: validating webhook deliveries). */
const github: Scheme = {
	digest: 'sha256',
	key: utf8,
	read(delivery) {
		const [, value] = /^sha256=(.+)$/u.exec(header(delivery, 'x-hub-signature-256') ?? '') ?? [];
		return { message: delivery.body, signatures: known([hex(value)]) };
	},
};

/** `X-Slack-Signature: v0=…`, hex, of `v0:time:body` (api.slack.com/authentication/verifying-requests-from-slack). */
const slack: Scheme = {
	digest: 'sha256',
	key: utf8,
	read(delivery) {
		const time = header(delivery, 'x-slack-request-timestamp');
		const at = seconds(time);
		const [, value] = /^v0=(.+)$/u.exec(header(delivery, 'x-slack-signature') ?? '') ?? [];
		if (at === undefined) return undefined;
		return { message: Buffer.concat([utf8(`v0:${time}:`), delivery.body]), signatures: known([hex(value)]), at };
	},
};

/** Characters that HubSpot signs decoded, though they travel encoded (developers.hubspot.com: validating requests, v3). */
const HUBSPOT_DECODED = /%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/giu;

/** `X-HubSpot-Signature-v3`, base64, of method, address, body and time in milliseconds. */
const hubspot: Scheme = {
	digest: 'sha256',
	key: utf8,
	read(delivery) {
		const time = header(delivery, 'x-hubspot-request-timestamp');
		if (time === undefined || !/^\d{1,14}$/u.test(time)) return undefined;
		const url = delivery.url.replace(HUBSPOT_DECODED, decodeURIComponent);
		return {
			message: Buffer.concat([utf8(`${delivery.method}${url}`), delivery.body, utf8(time)]),
			signatures: known([base64(header(delivery, 'x-hubspot-signature-v3'))]),
			at: Number(time),
		};
	},
};

/**
 * `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,… v1,…`, base64, of `id.time.body`; Svix calls them `svix-…`.
 * The secret is `whsec_` and the key in base64 (github.com/standard-webhooks/standard-webhooks, spec).
 */
const standard: Scheme = {
	digest: 'sha256',
	key: (secret) => Buffer.from(secret.replace(/^whsec_/u, ''), 'base64'),
	read(delivery) {
		const named = ['webhook', 'svix'].find((prefix) => header(delivery, `${prefix}-signature`) !== undefined);
		if (named === undefined) return undefined;
		const id = header(delivery, `${named}-id`);
		const time = header(delivery, `${named}-timestamp`);
		const at = seconds(time);
		if (id === undefined || id === '' || at === undefined) return undefined;
		const signatures = header(delivery, `${named}-signature`)!
			.split(' ')
			.map((part) => (part.startsWith('v1,') ? base64(part.slice('v1,'.length)) : undefined));
		return { message: Buffer.concat([utf8(`${id}.${time}.`), delivery.body]), signatures: known(signatures), at };
	},
};

export const SCHEMES = { stripe, shopify, github, slack, hubspot, standard };
export type SchemeName = keyof typeof SCHEMES;

/** A scheme of the user's own: HMAC of the body in one header. */
export interface HmacSettings {
	header: string;
	/** What stands before the signature, such as `sha256=`. */
	prefix: string;
	digest: Scheme['digest'];
	encoding: 'hex' | 'base64';
}

/** The scheme that the settings describe. */
export function hmacScheme({ header: name, prefix, digest, encoding }: HmacSettings): Scheme {
	return {
		digest,
		key: utf8,
		read(delivery) {
			const value = header(delivery, name);
			if (!value?.startsWith(prefix)) return undefined;
			const given = value.slice(prefix.length);
			return { message: delivery.body, signatures: known([bytes(given, encoding)]) };
		},
	};
}

function known(signatures: (Buffer | undefined)[]): Buffer[] {
	return signatures.filter((one) => one !== undefined);
}
