/** Whether a delivery is its sender's, by what the node's settings and credential say. */
import type { IWebhookFunctions } from 'n8n-workflow';

import { basicRefusal, refusal, tokenRefusal } from '../../connectors/webhook/authentic';
import type { Delivery } from '../../connectors/webhook/delivery';
import { hmacScheme, SCHEMES } from '../../connectors/webhook/schemes';
import { credentialOf } from '../shared/credentials';
import type { PushSettings } from './settings';

/** Why it is not, for the log of n8n alone; undefined when it is. Throws where the credential cannot be had. */
export async function refused(
	context: IWebhookFunctions,
	delivery: Delivery,
	{ sender, authenticity, hmac }: PushSettings,
): Promise<string | undefined> {
	switch (authenticity) {
		case 'none':
			return undefined;
		case 'header': {
			const { name, value } = await credentialOf<{ name: string; value: string }>(context, 'httpHeaderAuth');
			return tokenRefusal(delivery, name, value);
		}
		case 'basic': {
			const { user, password } = await credentialOf<{ user: string; password: string }>(context, 'httpBasicAuth');
			return basicRefusal(delivery, user, password);
		}
		case 'signature': {
			const { secret, previousSecret } = await credentialOf<{
				secret: string;
				previousSecret?: string;
			}>(context, 'oneWaySyncWebhookSecretApi');
			const scheme = sender === 'other' ? hmacScheme(hmac) : SCHEMES[sender];
			const secrets = [secret, previousSecret ?? ''].map((one) => one.trim()).filter((one) => one !== '');
			return refusal(delivery, scheme, secrets, Date.now());
		}
	}
}
