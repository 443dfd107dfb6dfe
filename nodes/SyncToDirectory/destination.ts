/** The directory that the node's settings and credential describe. */
import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';

import { LdapDestination } from '../../connectors/ldap/destination';
import type { LdapServer } from '../../connectors/ldap/connection';
import type { FlavourName } from '../../connectors/ldap/flavours';
import { ScimDestination, type AbilitiesKept } from '../../connectors/scim/destination';
import type { DialectName } from '../../connectors/scim/dialects';
import type { Abilities } from '../../connectors/scim/discovery';
import type { ScimAuth } from '../../connectors/scim/auth';
import type { Send } from '../../connectors/scim/http';
import { SyncError } from '../../sync/types';
import { optionsOf } from '../shared/destination/settings';
import { number, reader, text, texts } from '../shared/parameters';
import { SCIM_CREDENTIAL } from './description';

/** The credential of type `oneWaySyncScimApi`. */
interface ScimCredential {
	baseUrl: string;
	sign: 'bearer' | 'basic' | 'client';
	token?: string;
	user?: string;
	password?: string;
	tokenUrl?: string;
	clientId?: string;
	clientSecret?: string;
	scope?: string;
	sentIn?: 'header' | 'body';
	allowUnauthorizedCerts?: boolean;
}

/** n8n's own credential of type `ldap`. */
interface LdapCredential {
	hostname: string;
	port: string;
	bindDN: string;
	bindPassword: string;
	connectionSecurity: 'none' | 'tls' | 'startTls';
	allowUnauthorizedCerts?: boolean;
	caCertificate?: string;
	timeout?: number;
}

/** Throws {@link SyncError}, and nothing in it is secret. */
export async function openDirectory(
	context: IExecuteFunctions | ILoadOptionsFunctions,
): Promise<ScimDestination | LdapDestination> {
	const read = reader(context);
	const options = optionsOf(context);
	const people = read('kind', 'User') !== 'Group';
	const common = {
		irreversible: (people && read('onDelete', 'mild') === 'delete') || options['irreversible'] === true,
		createGroups: options['createGroups'] === true,
		batchSize: number(options['batchSize'], 100, { least: 1, most: 1000 }),
	};
	if (read('protocol', 'scim') === 'scim') {
		const credential = await context.getCredentials<ScimCredential & Record<string, never>>(SCIM_CREDENTIAL);
		return new ScimDestination({
			...common,
			server: {
				baseUrl: text(credential.baseUrl),
				auth: authOf(credential),
				send: sendBy(context, credential.allowUnauthorizedCerts === true),
			},
			dialect: read('dialect', 'standard') as DialectName,
			resource: people ? 'User' : 'Group',
			hands: number(options['hands'], 4, { least: 1, most: 16 }),
			known: told,
		});
	}
	const credential = await context.getCredentials<LdapCredential & Record<string, never>>('ldap');
	const move = people && read('disableBy', 'attribute') === 'move';
	const inactiveContainer = text(read('inactiveContainer', ''));
	if (move && inactiveContainer === '')
		throw new SyncError('setup', 'No container is named that the disabled are moved to', {
			todo: 'Fill in Container of the Disabled.',
		});
	return new LdapDestination({
		...common,
		server: serverOf(credential),
		flavour: read('flavour', 'openldap') as FlavourName,
		base: text(read('baseDn', '')),
		records: people ? 'people' : 'groups',
		container: text(read('container', '')),
		groups: text(options['groupBase']),
		classes: texts(options['classes']),
		rdn: text(options['rdn']),
		...(move && { inactiveContainer }),
	});
}

function authOf(credential: ScimCredential): ScimAuth {
	switch (credential.sign) {
		case 'basic':
			return { kind: 'basic', user: credential.user ?? '', password: credential.password ?? '' };
		case 'client':
			return {
				kind: 'client',
				tokenUrl: text(credential.tokenUrl),
				id: credential.clientId ?? '',
				secret: credential.clientSecret ?? '',
				scope: text(credential.scope),
				sentIn: credential.sentIn ?? 'header',
			};
		default:
			return { kind: 'bearer', token: text(credential.token) };
	}
}

function serverOf(credential: LdapCredential): LdapServer {
	const { connectionSecurity: security, caCertificate: ca, timeout } = credential;
	return {
		host: text(credential.hostname),
		port: number(credential.port, security === 'tls' ? 636 : 389, { least: 1, most: 65_535 }),
		security,
		...(ca !== undefined && ca !== '' && { ca: ca.replace(/\\n/gu, '\n') }),
		insecure: credential.allowUnauthorizedCerts === true,
		user: text(credential.bindDN),
		password: credential.bindPassword,
		timeout: number(timeout, 60, { least: 1, most: 300 }) * 1000,
	};
}

/** By n8n, so that its proxy and its limits on hosts hold here, too. */
function sendBy(context: IExecuteFunctions | ILoadOptionsFunctions, insecure: boolean): Send {
	return async ({ method, url, headers, body, within }) => {
		const answer = (await context.helpers.httpRequest({
			method,
			url,
			headers,
			...(body !== undefined && { body }),
			encoding: 'text',
			json: false,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: Math.ceil(within),
			...(insecure && { skipSslCertificateValidation: true }),
		})) as { statusCode: number; headers: Record<string, unknown>; body?: unknown };
		const given = answer.body;
		return {
			status: answer.statusCode,
			headers: Object.fromEntries(
				Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
			),
			body:
				typeof given === 'string' ? given : given === undefined || given === null ? '' : JSON.stringify(given),
		};
	};
}

const KEPT = 10 * 60_000;

/** What servers told of themselves, for ten minutes. */
const told: AbilitiesKept & { known: Map<string, { abilities: Abilities; until: number }> } = {
	known: new Map(),
	get(key) {
		const found = this.known.get(key);
		return found && found.until > Date.now() ? found.abilities : undefined;
	},
	set(key, abilities) {
		this.known.set(key, { abilities, until: Date.now() + KEPT });
	},
};
