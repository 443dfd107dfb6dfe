/**
 * Signs events with the vendors' own libraries. Standard input: a JSON list of `{ sender, secret, body, at }` (`at` in
 * milliseconds); standard output: a JSON list of headers.
 */
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const require = createRequire(import.meta.url);

const signers = {
	async github({ secret, body }) {
		const { sign } = await import('@octokit/webhooks-methods');
		return { 'X-Hub-Signature-256': await sign(secret, body) };
	},
	async shopify({ secret, body }) {
		require('@shopify/shopify-api/adapters/node');
		const { createSHA256HMAC } = require('@shopify/shopify-api/runtime');
		return { 'X-Shopify-Hmac-Sha256': await createSHA256HMAC(secret, body, 'base64') };
	},
	async standard({ secret, body, at }) {
		const { Webhook } = require('standardwebhooks');
		const id = 'msg_1';
		const signature = new Webhook(secret).sign(id, new Date(at), body);
		const time = String(Math.floor(at / 1000));
		return { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature };
	},
	async stripe({ secret, body, at }) {
		const { Stripe } = require('stripe');
		const timestamp = Math.floor(at / 1000);
		const stripe = new (Stripe ?? require('stripe'))('sk_test_0');
		return { 'Stripe-Signature': stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp }) };
	},
};

const wanted = JSON.parse(await text(process.stdin));
const signed = [];
for (const one of wanted) signed.push(await signers[one.sender](one));
process.stdout.write(JSON.stringify(signed));
