/** From a node's form and n8n's credentials to an access that the engine can use. */
import type { IExecuteFunctions, IHttpRequestOptions, ILoadOptionsFunctions, ITriggerFunctions } from 'n8n-workflow';

import type { CredentialUse, SystemDefinition } from '../../../connectors/rest/definition';
import type { Given } from '../../../connectors/rest/net/access';
import { http, Unreachable, type Http, type HttpResponse } from '../../../connectors/rest/net/http';
import { get } from '../../../connectors/rest/text/path';
import { systems } from '../../../systems';
import { SyncError, type Fields } from '../../../sync/types';
import { plain } from '../errors';
import { jsonFields } from '../json';
import { reader, text } from '../parameters';
import { CUSTOM, customSystem } from './custom';
import { settingName } from './settings';

type Context = IExecuteFunctions | ITriggerFunctions | ILoadOptionsFunctions;

/** The system that is chosen. Throws {@link SyncError} `setup`. */
export function systemOf(context: Context): SystemDefinition {
	const read = reader(context);
	const name = text(read('system', ''));
	if (name === CUSTOM) return customSystem(read);
	const system = systems.find((one) => one.name === name);
	if (!system)
		throw new SyncError(
			'setup',
			name === '' ? 'No system is chosen.' : `“${name}” is no system that this node knows.`,
			{
				todo: 'Choose one in System.',
			},
		);
	return system;
}

/** The object that is chosen. */
export function objectName(context: Context): string {
	const read = reader(context);
	return text(read('system', '')) === CUSTOM ? 'record' : text(read('object', ''));
}

/** Throws {@link SyncError}, and nothing in it is secret. */
export async function givenBy(context: Context): Promise<Given & { object: string }> {
	const read = reader(context);
	const system = systemOf(context);
	const use = chosen(context, system);
	const credential = use.none ? {} : await credentialOf(context, use.type);
	const settings = settingsOf(context, system);
	const options = read('options', {}) as { baseUrl?: unknown }; // a collection is an object
	const base = text(options.baseUrl);
	const custom = system.name === CUSTOM;
	return {
		system,
		object: objectName(context),
		type: use.type,
		...(use.none && { anonymous: true }),
		credential,
		settings,
		...(base !== '' && { base }),
		...((base !== '' || custom) && { hosts: hostsOf(credential) }),
		signed: signedBy(context, use, credential),
	};
}

/** What a user filled in for the system. */
export function settingsOf(context: Context, system: SystemDefinition): Record<string, string> {
	const read = reader(context);
	return Object.fromEntries(
		Object.entries(system.settings).map(([name, setting]) => [
			name,
			text(read(settingName(system.name, name), '')) || (setting.default ?? ''),
		]),
	);
}

/** The first of the system's types for which the node has a credential. */
function chosen(context: Context, system: SystemDefinition): CredentialUse & { none?: true } {
	const { credentials = {} } = context.getNode();
	const use = system.credentials.find(({ type }) => credentials[type] !== undefined);
	if (use) return use;
	if (system.name === CUSTOM) return { ...system.credentials[0], none: true };
	if (system.credentials.length === 1) return system.credentials[0];
	throw new SyncError('setup', `No credential for ${system.displayName} is chosen.`, {
		todo: 'Choose one in the form of the node.',
	});
}

async function credentialOf(context: Context, type: string): Promise<Fields> {
	return jsonFields(await context.getCredentials(type));
}

/** Hosts that a person let this credential go to; undefined: any. */
function hostsOf(credential: Fields): string[] | undefined {
	const allowed = credential['allowedHttpRequestDomains'];
	if (allowed === 'none') return [];
	return allowed === 'domains' ? text(credential['allowedDomains']).split(',') : undefined;
}

/** Types whose token n8n renews when a request is answered with 401, which it has to see as an error for that. */
const RENEWED = /oauth2api$|^(salesforceJwtApi|oneWaySyncRefreshTokenApi)$/iu;

/**
 * What n8n alone can sign. A token of OAuth2 is sent by us for as long as it is good, since n8n decrypts the credential anew
 * for every request that it signs; it renews the token when that has run out.
 */
function signedBy(context: Context, use: CredentialUse, credential: Fields): Http {
	let token = tokenOf(use, credential);
	return async (request): Promise<HttpResponse> => {
		if (token !== undefined) {
			const header = use.oauth2?.keyToIncludeInAccessTokenHeader;
			const headers = {
				...request.headers,
				authorization: `Bearer ${token}`,
				...(header !== undefined && { [header.toLowerCase()]: token }),
			};
			const answer = await http({ ...request, headers });
			if (answer.status !== (use.oauth2?.tokenExpiredStatusCode ?? 401)) return answer;
		}
		const answer = await byN8n(context, use, request);
		if (token !== undefined || use.type === 'oneWaySyncRefreshTokenApi')
			token = tokenOf(use, await credentialOf(context, use.type));
		return answer;
	};
}

function tokenOf({ type, oauth2 }: CredentialUse, credential: Fields): string | undefined {
	const ours = type === 'oneWaySyncRefreshTokenApi';
	if (!ours && !/oauth2api$/iu.test(type)) return undefined;
	const token = ours
		? credential['accessToken']
		: get(credential['oauthTokenData'], oauth2?.property ?? 'access_token');
	return typeof token === 'string' && token !== '' ? token : undefined;
}

async function byN8n(context: Context, use: CredentialUse, request: Parameters<Http>[0]): Promise<HttpResponse> {
	if (use.type === 'oAuth2Api') return await byOAuth2(context, use, request);
	const options: IHttpRequestOptions = {
		method: request.method as NonNullable<IHttpRequestOptions['method']>, // a definition names no other
		url: request.url,
		headers: request.headers,
		...(request.body !== undefined && { body: request.body }),
		encoding: 'text',
		json: false,
		returnFullResponse: true,
		disableFollowRedirect: true,
		timeout: request.timeout,
		...(!RENEWED.test(use.type) && { ignoreHttpStatusErrors: true }),
	};
	try {
		const answer: unknown = await context.helpers.httpRequestWithAuthentication.call(
			context,
			use.type,
			options,
			use.oauth2 && { oauth2: use.oauth2 },
		);
		return answered(answer) ?? { status: 200, headers: {}, text: textIn(answer) };
	} catch (error) {
		const found =
			answered((error as { response?: unknown }).response) ??
			answered((error as { cause?: { response?: unknown } }).cause?.response);
		if (found) return found;
		throw new Unreachable(`${new URL(request.url).host} cannot be reached: ${plain(error)}.`, 'sent', error);
	}
}

/** n8n's newer helper signs only with types that are derived from this one; of the type itself it knows nothing. */
async function byOAuth2(context: Context, use: CredentialUse, request: Parameters<Http>[0]): Promise<HttpResponse> {
	try {
		const answer: unknown = await context.helpers.requestOAuth2.call(
			context,
			use.type,
			{
				method: request.method as NonNullable<IHttpRequestOptions['method']>, // a definition names no other
				uri: request.url,
				headers: request.headers,
				...(request.body !== undefined && { body: request.body }),
				json: false,
				resolveWithFullResponse: true,
				simple: false,
				followRedirect: false,
				timeout: Math.ceil(request.timeout),
			},
			use.oauth2,
		);
		return answered(answer) ?? { status: 200, headers: {}, text: textIn(answer) };
	} catch (error) {
		const found = answered(error) ?? answered((error as { response?: unknown }).response);
		if (found) return found;
		throw new Unreachable(`${new URL(request.url).host} cannot be reached: ${plain(error)}.`, 'sent', error);
	}
}

/** An answer in the form in which n8n, or its client, gives it. */
function answered(value: unknown): HttpResponse | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const { statusCode, status, headers, body, data } = value as Record<string, unknown>; // looked at member by member
	const code = statusCode ?? status;
	if (typeof code !== 'number') return undefined;
	return {
		status: code,
		headers: Object.fromEntries(
			Object.entries({ ...(headers as object) }).map(([name, one]) => [name.toLowerCase(), String(one)]),
		),
		text: textIn(body ?? data),
	};
}

function textIn(body: unknown): string {
	if (typeof body === 'string') return body;
	return body === undefined || body === null ? '' : JSON.stringify(body);
}
