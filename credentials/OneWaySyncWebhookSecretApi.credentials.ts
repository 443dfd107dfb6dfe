import type { ICredentialType, INodeProperties } from 'n8n-workflow';

/** The secret that a sender signs its events with. n8n has no credential type for it. */
// eslint-disable-next-line @n8n/community-nodes/credential-test-required -- there is nobody to ask: the sender calls, we do not
export class OneWaySyncWebhookSecretApi implements ICredentialType {
	name = 'oneWaySyncWebhookSecretApi';

	displayName = 'One-Way Sync Webhook Secret API';

	icon = { light: 'file:webhookSecret.svg', dark: 'file:webhookSecret.dark.svg' } as const;

	// eslint-disable-next-line n8n-nodes-base/cred-class-field-documentation-url-miscased -- an address, as n8n asks of community packages
	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-one-way-sync';

	properties: INodeProperties[] = [
		{
			displayName: 'Secret',
			name: 'secret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'What the sender signs its events with, as it shows it to you (Stripe: whsec_…)',
		},
		{
			displayName: 'Previous Secret',
			name: 'previousSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Accepted too, while you change the secret at the sender. Empty it afterwards.',
		},
	];
}
