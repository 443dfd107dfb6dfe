/** Who sends, and how it is known to be the sender. */
import type { INodeCredentialDescription, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

const SENDERS: INodePropertyOptions[] = [
	{ name: 'Another System', value: 'other', description: 'Anything that can send a POST request' },
	{ name: 'GitHub', value: 'github', description: 'Signs with X-Hub-Signature-256' },
	{ name: 'HubSpot', value: 'hubspot', description: 'Signs with X-HubSpot-Signature-v3' },
	{ name: 'Shopify', value: 'shopify', description: 'Signs with X-Shopify-Hmac-Sha256' },
	{ name: 'Slack', value: 'slack', description: 'Signs with X-Slack-Signature' },
	{
		name: 'Standard Webhooks or Svix',
		value: 'standard',
		description: 'Signs with webhook-signature or svix-signature, as Clerk, Resend and others do',
	},
	{ name: 'Stripe', value: 'stripe', description: 'Signs with Stripe-Signature' },
];

/** Where the secret is found, and where the address goes, for senders that have a page for it. */
const STEPS: Record<string, string> = {
	github: 'In GitHub: Settings → Webhooks → Add webhook. Payload URL: the production URL above. Content type: application/json. Secret: think of a long one, and put the same into the credential.',
	hubspot:
		'In HubSpot: your app → Webhooks. Target URL: the production URL above. Create the subscriptions that you need. The credential takes the client secret of the app (Auth).',
	shopify:
		'In Shopify: Settings → Notifications → Webhooks → Create webhook. Format: JSON. URL: the production URL above. The credential takes the key that this page shows below the list.',
	other: 'At the sender: a POST to the production URL above, with JSON or a form. To try it by hand, press Listen for test event and send to the test URL what the notice below says.',
	slack: 'In Slack: your app → Event Subscriptions. Request URL: the production URL above (publish this workflow first, Slack asks at once). The credential takes the signing secret (Basic Information).',
	standard:
		'At the sender: add an endpoint with the production URL above. The credential takes its signing secret, whsec_ and all.',
	stripe: 'In Stripe: Developers → Webhooks → Add destination. Endpoint URL: the production URL above. Choose the events of your object, such as customer.created, customer.updated and customer.deleted. The credential takes the signing secret (whsec_…).',
};

const BODY = `'{"id": 1, "name": "Ada"}'`;
const POST = 'curl -X POST -H "Content-Type: application/json"';

/** A sample event, sent by hand, for each way in which a sender is known. */
const BY_HAND: Record<string, string> = {
	signature: `By hand: body=${BODY}; ${POST} -H "X-Signature: $(printf %s "$body" | openssl dgst -sha256 -hmac SECRET -r | cut -d" " -f1)" -d "$body" URL. Put your secret for SECRET; header, digest and form as they are set below.`,
	header: `By hand: ${POST} -H "NAME: TOKEN" -d ${BODY} URL. NAME and TOKEN are those of the credential.`,
	basic: `By hand: ${POST} -u USER:PASSWORD -d ${BODY} URL`,
	none: `By hand: ${POST} -d ${BODY} URL`,
};

/**
 * By what alone stands in no condition: n8n's editor hides every parameter that a condition of a credential's own
 * parameters names.
 */
export const webhookCredentials: INodeCredentialDescription[] = [
	{ name: 'oneWaySyncWebhookSecretApi', required: true, displayOptions: { show: { authenticity: ['signature'] } } },
	{ name: 'httpHeaderAuth', required: true, displayOptions: { show: { authenticity: ['header'] } } },
	{ name: 'httpBasicAuth', required: true, displayOptions: { show: { authenticity: ['basic'] } } },
];

const hmac = { show: { sender: ['other'], authenticity: ['signature'] } };

export const sender: INodeProperties[] = [
	{
		displayName: 'Sender',
		name: 'sender',
		type: 'options',
		default: 'other',
		noDataExpression: true,
		options: SENDERS,
		description: 'Who sends the events: says how they are signed, and where things are in them',
	},
	...Object.entries(STEPS).map(([name, text]): INodeProperties => ({
		displayName: text,
		name: `steps${name[0]!.toUpperCase()}${name.slice(1)}`,
		type: 'notice',
		default: '',
		displayOptions: { show: { sender: [name] } },
	})),
	{
		displayName: 'How the Sender Is Known',
		name: 'authenticity',
		type: 'options',
		default: 'signature',
		noDataExpression: true,
		options: [
			{
				name: 'By a Signature',
				value: 'signature',
				description: 'As the sender signs: the best, since nothing secret travels',
			},
			{
				name: 'By a Token in a Header',
				value: 'header',
				description: 'A secret text that only the sender knows',
			},
			{ name: 'By User Name and Password', value: 'basic', description: 'HTTP Basic' },
			{ name: 'Not at All', value: 'none', description: 'Only for a network that nobody else can reach' },
		],
	},
	...Object.entries(BY_HAND).map(([way, text]): INodeProperties => ({
		displayName: text,
		name: `byHand${way[0]!.toUpperCase()}${way.slice(1)}`,
		type: 'notice',
		default: '',
		displayOptions: { show: { sender: ['other'], authenticity: [way] } },
	})),
	{
		displayName:
			'Whoever learns the address can send records, and so change and remove what stands in your destinations. Choose a token at least.',
		name: 'openNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { authenticity: ['none'] } },
	},
	{
		displayName: 'Header With the Signature',
		name: 'hmacHeader',
		type: 'string',
		default: 'X-Signature',
		required: true,
		noDataExpression: true,
		displayOptions: hmac,
	},
	{
		displayName: 'Text Before the Signature',
		name: 'hmacPrefix',
		type: 'string',
		default: '',
		noDataExpression: true,
		placeholder: 'e.g. sha256=',
		displayOptions: hmac,
	},
	{
		displayName: 'Digest',
		name: 'hmacDigest',
		type: 'options',
		default: 'sha256',
		noDataExpression: true,
		options: [
			{ name: 'SHA-1', value: 'sha1' },
			{ name: 'SHA-256', value: 'sha256' },
			{ name: 'SHA-512', value: 'sha512' },
		],
		displayOptions: hmac,
	},
	{
		displayName: 'Written As',
		name: 'hmacEncoding',
		type: 'options',
		default: 'hex',
		noDataExpression: true,
		options: [
			{ name: 'Base64', value: 'base64' },
			{ name: 'Hexadecimal', value: 'hex' },
		],
		displayOptions: hmac,
	},
];
