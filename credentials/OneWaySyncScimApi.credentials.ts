import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

/** A SCIM 2.0 server. n8n has no credential type for it. */
export class OneWaySyncScimApi implements ICredentialType {
	name = 'oneWaySyncScimApi';

	displayName = 'One-Way Sync SCIM API';

	icon = { light: 'file:scim.svg', dark: 'file:scim.dark.svg' } as const;

	// eslint-disable-next-line n8n-nodes-base/cred-class-field-documentation-url-miscased -- an address, as n8n asks of community packages
	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-one-way-sync';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'https://api.slack.com/scim/v2',
			description: 'The address below which /Users and /Groups stand',
		},
		{
			displayName: 'Sign In By',
			name: 'sign',
			type: 'options',
			default: 'bearer',
			options: [
				{ name: 'Bearer Token', value: 'bearer' },
				{ name: 'Name and Password', value: 'basic' },
				{ name: 'OAuth2 Client Credentials', value: 'client' },
			],
		},
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			displayOptions: { show: { sign: ['bearer'] } },
		},
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			required: true,
			displayOptions: { show: { sign: ['basic'] } },
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			displayOptions: { show: { sign: ['basic'] } },
		},
		{
			displayName: 'Token URL',
			name: 'tokenUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'https://login.example.com/oauth2/token',
			displayOptions: { show: { sign: ['client'] } },
		},
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			default: '',
			required: true,
			displayOptions: { show: { sign: ['client'] } },
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			displayOptions: { show: { sign: ['client'] } },
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'string',
			default: '',
			displayOptions: { show: { sign: ['client'] } },
		},
		{
			displayName: 'Client ID and Secret Are Sent In',
			name: 'sentIn',
			type: 'options',
			default: 'header',
			options: [
				{ name: 'The Body', value: 'body' },
				{ name: 'The Header', value: 'header' },
			],
			displayOptions: { show: { sign: ['client'] } },
		},
		// eslint-disable-next-line @n8n/community-nodes/credential-password-field -- a switch, and no secret
		{
			displayName: 'Ignore SSL Issues (Insecure)',
			name: 'allowUnauthorizedCerts',
			type: 'boolean',
			default: false,
			description: 'Whether to connect even if the certificate cannot be checked',
		},
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
	];

	/** Fetches a token for the test below; the node fetches its own. */
	async preAuthentication(
		this: IHttpRequestHelper,
		given: ICredentialDataDecryptedObject,
	): Promise<{ accessToken: string }> {
		if (given['sign'] !== 'client') return { accessToken: 'none' };
		const [id, secret] = [text(given['clientId']), text(given['clientSecret'])];
		const inBody = given['sentIn'] === 'body';
		const basic = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64');
		const form = new URLSearchParams({ grant_type: 'client_credentials' });
		if (text(given['scope']) !== '') form.set('scope', text(given['scope']));
		if (inBody) {
			form.set('client_id', id);
			form.set('client_secret', secret);
		}
		const answer = (await this.helpers.httpRequest({
			method: 'POST',
			url: text(given['tokenUrl']),
			headers: {
				'content-type': 'application/x-www-form-urlencoded',
				...(!inBody && { authorization: `Basic ${basic}` }),
			},
			body: form.toString(),
			json: true,
		})) as { access_token: string } | string;
		const { access_token: accessToken } =
			typeof answer === 'string' ? (JSON.parse(answer) as { access_token: string }) : answer;
		return { accessToken };
	}

	authenticate = async (
		given: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const basic = () => Buffer.from(`${text(given['user'])}:${text(given['password'])}`, 'utf8').toString('base64');
		const token = () => text(given['sign'] === 'client' ? given['accessToken'] : given['token']);
		const authorization = given['sign'] === 'basic' ? `Basic ${basic()}` : `Bearer ${token()}`;
		return await Promise.resolve({ ...request, headers: { ...request.headers, authorization } });
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ $credentials.baseUrl.replace(/\\/+$/, "") }}',
			url: '/Users',
			qs: { startIndex: 1, count: 1 },
			headers: { accept: 'application/scim+json, application/json' },
			skipSslCertificateValidation: '={{ $credentials.allowUnauthorizedCerts }}',
		},
	};
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
