import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

/**
 * An OAuth2 refresh token that was got elsewhere, for services at which n8n's own OAuth2 API cannot sign in: eBay takes the
 * name of a registered address (RuName) where n8n can only send its own address (developer.ebay.com/api-docs/static,
 * oauth-redirect-uri.html and oauth-refresh-token-request.html). A refresh token that is answered with a new one is kept.
 */
// eslint-disable-next-line @n8n/community-nodes/credential-test-required -- it does not know whose API it is for
export class OneWaySyncRefreshTokenApi implements ICredentialType {
	name = 'oneWaySyncRefreshTokenApi';

	displayName = 'One-Way Sync Refresh Token API';

	icon = { light: 'file:webhookSecret.svg', dark: 'file:webhookSecret.dark.svg' } as const;

	// eslint-disable-next-line n8n-nodes-base/cred-class-field-documentation-url-miscased -- an address, as n8n asks of community packages
	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-one-way-sync';

	properties: INodeProperties[] = [
		{
			displayName: 'Token URL',
			name: 'tokenUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'https://api.ebay.com/identity/v1/oauth2/token',
		},
		{ displayName: 'Client ID', name: 'clientId', type: 'string', default: '', required: true },
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
		},
		{
			displayName: 'Refresh Token',
			name: 'refreshToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'string',
			default: '',
			description: 'With spaces between several; none of them beyond those that the refresh token was given for',
		},
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
	];

	/** Fetches an access token. n8n calls it when there is none, and when a request was answered with 401; it keeps what comes back. */
	async preAuthentication(
		this: IHttpRequestHelper,
		given: ICredentialDataDecryptedObject,
	): Promise<{ accessToken: string; refreshToken: string }> {
		const [id, secret, kept, scope] = ['clientId', 'clientSecret', 'refreshToken', 'scope'].map((name) =>
			text(given[name]),
		) as [string, string, string, string];
		const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: kept });
		if (scope !== '') form.set('scope', scope);
		const answer: unknown = await this.helpers.httpRequest({
			method: 'POST',
			url: text(given['tokenUrl']),
			headers: {
				'content-type': 'application/x-www-form-urlencoded',
				authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
			},
			body: form.toString(),
			json: true,
		});
		const { access_token: accessToken, refresh_token: next } = answer as Record<string, unknown>; // looked at member by member
		if (text(accessToken) === '') throw new Error('The token URL answered without an access token.');
		return { accessToken: text(accessToken), refreshToken: text(next) || kept };
	}

	authenticate = async (
		given: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> =>
		await Promise.resolve({
			...request,
			headers: { ...request.headers, authorization: `Bearer ${text(given['accessToken'])}` },
		});
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
