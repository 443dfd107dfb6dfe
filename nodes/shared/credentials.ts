/**
 * A credential for many deliveries: n8n takes about 200 ms of processor time to decrypt one, which ten events a second
 * would fill two cores with. Kept in memory for half a minute, so a changed secret counts that much later.
 */
import type { IWebhookFunctions } from 'n8n-workflow';

const KEPT = 30_000;

const kept = new Map<string, { until: number; credential: Promise<unknown> }>();

/** The node's credential of that type. Throws where it cannot be had; that is not kept. */
export async function credentialOf<T extends object>(context: IWebhookFunctions, type: string): Promise<T> {
	const { id, credentials } = context.getNode();
	const name = JSON.stringify([context.getWorkflow().id, id, type, credentials?.[type]?.id]);
	const at = performance.now();
	const known = kept.get(name);
	if (known && known.until > at) return (await known.credential) as T;
	for (const [other, { until }] of kept) if (until <= at) kept.delete(other);
	const credential = context.getCredentials<T>(type);
	kept.set(name, { until: at + KEPT, credential });
	credential.catch(() => kept.delete(name));
	return await credential;
}
