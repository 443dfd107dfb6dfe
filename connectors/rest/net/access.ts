/** Who asks: the base URL, the credential as it is sent, and the pace that goes with it. No n8n here. */
import { createHash } from 'node:crypto';

import type { Fields } from '../../../sync/types';
import { SyncError } from '../../../sync/types';
import type { AuthTemplate, CredentialType, CredentialUse, SystemDefinition } from '../definition';
import { isObject } from '../records/values';
import { fillText, textOf, type Names } from '../text/template';
import { secretsOf } from './errors';
import { http, type Http, type HttpRequest, type HttpResponse } from './http';
import { paceOf, type Pace } from './pace';
import { withoutEnd } from '../../../sync/ends';

export interface Access {
	/** Without a slash at its end. */
	base: string;
	/** `credential` and `setting`, for templates. */
	names: Names;
	/** Adds what the credential is, and sends. */
	send: Http;
	pace: Pace;
	/** Texts that no error may show. */
	secrets: string[];
}

export interface Given {
	system: SystemDefinition;
	/** The credential's own fields, as n8n decrypts them. */
	credential: Fields;
	type: CredentialType;
	settings: Record<string, string>;
	/** There is no credential: nothing is signed. */
	anonymous?: true;
	/** Another base URL than the definition's. */
	base?: string;
	/** Hosts that the credential may be sent to; undefined: any. */
	hosts?: string[];
	/** What signs and sends where no template can: n8n's own helper. */
	signed?: Http;
	/** What sends; for tests. */
	http?: Http;
}

/**
 * How n8n itself sends these types. n8n decrypts a credential anew for every request that it signs, which takes 200 ms of
 * processor time; these are sent by us.
 */
const KNOWN: Partial<Record<CredentialType, AuthTemplate>> = {
	airtableTokenApi: bearer('accessToken'),
	asanaApi: bearer('accessToken'),
	clockifyApi: { headers: { 'X-Api-Key': '{credential.apiKey}' } },
	httpBasicAuth: { basic: { user: '{credential.user}', password: '{credential.password}' } },
	httpBearerAuth: bearer('token'),
	httpHeaderAuth: { headers: { '{credential.name}': '{credential.value}' } },
	httpQueryAuth: { query: { '{credential.name}': '{credential.value}' } },
	hubspotAppToken: bearer('appToken'),
	jiraSoftwareCloudApi: { basic: { user: '{credential.email}', password: '{credential.apiToken}' } },
	mailchimpApi: { headers: { Authorization: 'apikey {credential.apiKey}' } },
	pipedriveApi: { query: { api_token: '{credential.apiToken}' } },
	sendInBlueApi: { headers: { 'api-key': '{credential.apiKey}' } },
	shopifyAccessTokenApi: { headers: { 'X-Shopify-Access-Token': '{credential.accessToken}' } },
	slackApi: bearer('accessToken'),
	stripeApi: bearer('secretKey'),
	wooCommerceApi: { basic: { user: '{credential.consumerKey}', password: '{credential.consumerSecret}' } },
};

function bearer(field: string): AuthTemplate {
	return { headers: { Authorization: `Bearer {credential.${field}}` } };
}

/** Throws {@link SyncError} `setup` for what cannot be meant. */
export function accessTo(given: Given): Access {
	const { system, credential, settings, type } = given;
	const taken = system.credentials.find((one) => one.type === type);
	if (!taken)
		throw new SyncError('setup', `${system.displayName} takes no credential of the type ${type}.`, {
			todo: `Choose one of ${system.credentials.map((one) => one.type).join(', ')}.`,
		});
	const use: CredentialUse = given.anonymous ? { ...taken, auth: {} } : taken;
	for (const [name, { displayName, required }] of Object.entries(system.settings))
		if (required && (settings[name] ?? '') === '' && !given.base)
			throw new SyncError('setup', `${displayName} is empty.`, { todo: `Fill in ${displayName}.` });
	const none = Object.fromEntries(Object.entries(system.settings).map(([name, one]) => [name, one.default ?? '']));
	const names: Names = { credential, setting: { ...none, ...settings } };
	const base = baseOf(given, use, names);
	const scope = createHash('sha256')
		.update(JSON.stringify([system.name, base, lasting(credential)]))
		.digest('hex');
	return {
		base,
		names,
		send: sender(given, use, names),
		pace: paceOf(scope, system.limits),
		secrets: secretsOf(Object.fromEntries(Object.entries(credential).filter(([name]) => !SHOWN.test(name)))),
	};
}

/** A credential without the access token that n8n renews every hour or so: the limits are those of the account behind it. */
function lasting({ oauthTokenData: data, ...credential }: Fields): Fields {
	const refresh = isObject(data) ? data['refresh_token'] : undefined;
	if (textOf(refresh) !== '') return { ...credential, refresh: refresh! };
	const { accessToken, ...others } = credential;
	if (textOf(credential['refreshToken']) !== '') return others;
	return { ...credential, ...(data !== undefined && { data }) };
}

/** Members of a credential that are no secret. */
const SHOWN = /^(name|url|domain|host|subdomain|site|account(name)?|shopsubdomain|e?mail|user(name)?|allowed.*)$/iu;

function baseOf({ system, base: other, hosts }: Given, use: CredentialUse, names: Names): string {
	const text = (other ?? '') !== '' ? other! : fillText(use.base ?? system.base, names);
	let url: URL;
	try {
		url = new URL(text ?? '');
	} catch {
		throw new SyncError(
			'setup',
			`The address of ${system.displayName} is not complete: ${text ?? 'a part of it is empty'}.`,
			{
				todo: 'Fill in its settings, or Base URL in the options, such as https://example.com.',
			},
		);
	}
	if (url.protocol !== 'https:' && url.protocol !== 'http:')
		throw new SyncError('setup', `${url.protocol} is no way to reach ${system.displayName}.`, {
			todo: 'Use https.',
		});
	if (hosts && !hosts.some((host) => allows(host, url.hostname)))
		throw new SyncError('setup', `The credential may not be sent to ${url.hostname}.`, {
			todo: 'Change Allowed HTTP Request Domains in the credential, or the base URL here.',
		});
	return withoutEnd(text!.trim(), '/');
}

/** `*.example.com` stands for every host below it. */
function allows(pattern: string, host: string): boolean {
	const text = pattern.trim().toLowerCase();
	return text.startsWith('*.') ? host.toLowerCase().endsWith(text.slice(1)) : text === host.toLowerCase();
}

function sender({ system, signed, http: own = http }: Given, use: CredentialUse, names: Names): Http {
	const auth = use.auth === 'by n8n' ? KNOWN[use.type] : use.auth;
	const fixed = Object.entries(system.headers);
	return async (request: HttpRequest): Promise<HttpResponse> => {
		const headers = { ...request.headers };
		for (const [name, template] of fixed) {
			const text = fillText(template, names);
			if (text !== undefined) headers[name.toLowerCase()] = text;
		}
		if (!auth) {
			if (!signed)
				throw new SyncError('setup', `A credential of the type ${use.type} cannot be sent from here.`, {
					todo: 'Use another type of credential.',
				});
			return await signed({ ...request, headers });
		}
		const url = new URL(request.url);
		for (const [name, template] of Object.entries(auth.headers ?? {}))
			headers[(fillText(name, names) ?? name).toLowerCase()] = fillText(template, names) ?? '';
		for (const [name, template] of Object.entries(auth.query ?? {}))
			url.searchParams.set(fillText(name, names) ?? name, fillText(template, names) ?? '');
		if (auth.basic) {
			const user = fillText(auth.basic.user, names) ?? '';
			const password = fillText(auth.basic.password, names) ?? '';
			headers['authorization'] = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
		}
		return await own({ ...request, url: url.href, headers });
	};
}
