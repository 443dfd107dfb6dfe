/** What a server says of itself: what it can, and which attributes its resources have. Asked once in a while. */
import { core, GROUP, USER } from './core';
import type { Dialect } from './dialects';
import { ScimFailure } from './errors';
import type { Json, ScimHttp } from './http';
import { isObject } from './path';
import { schemaOf, Schemas, type Schema } from './schema';

export type ResourceName = 'User' | 'Group';

export interface Abilities {
	patch: boolean;
	/** Undefined where there are no bulk requests. */
	bulk: { operations: number; bytes: number } | undefined;
	etag: boolean;
	/** The most that one answer lists. */
	page: number;
	/** Lists go on by a cursor instead of by an index (RFC 9865). */
	cursor: boolean;
	users: Schemas;
	groups: Schemas | undefined;
	/** Where the resources are, below the base URL. */
	endpoint: Record<ResourceName, string>;
}

/** Asks the server. Throws ScimFailure only where it refuses the credential, SyncError where it does not answer. */
export async function discover(http: ScimHttp, dialect: Dialect): Promise<Abilities> {
	const config = await optional(http, '/ServiceProviderConfig');
	const types = listOf(await optional(http, '/ResourceTypes'));
	const told = listOf(await optional(http, '/Schemas')).flatMap((one) => schemaOf(one) ?? []);
	const can = (name: string) => isObject(config?.[name]) && config[name]['supported'] === true;
	const size = (name: string, what: string, most: number) => {
		const given = isObject(config?.[name]) ? Number(config[name][what]) : Number.NaN;
		return given > 0 ? Math.min(given, most) : most;
	};
	const paging = isObject(config?.['pagination']) ? config['pagination'] : {};
	const groups = dialect.groups && (types.length === 0 || types.some((one) => one['name'] === 'Group'));
	return {
		patch: config === undefined || can('patch'),
		bulk:
			dialect.bulk && can('bulk')
				? { operations: size('bulk', 'maxOperations', 1000), bytes: size('bulk', 'maxPayloadSize', 1_048_576) }
				: undefined,
		etag: can('etag'),
		page: size('filter', 'maxResults', dialect.page),
		cursor: paging['cursor'] === true && paging['index'] !== true,
		users: schemasOf('User', types, told),
		groups: groups ? schemasOf('Group', types, told) : undefined,
		endpoint: { User: endpointOf(types, 'User'), Group: endpointOf(types, 'Group') },
	};
}

async function optional(http: ScimHttp, path: string): Promise<Json | undefined> {
	try {
		return (await http.ask('GET', path)).json;
	} catch (error) {
		// Not every server tells of itself: what it does not tell is taken to be as in the RFC.
		if (error instanceof ScimFailure && error.status !== 401 && error.status !== 429 && error.status < 500)
			return undefined;
		if (error instanceof ScimFailure && error.status === 501) return undefined;
		throw error;
	}
}

function listOf(answer: Json | undefined): Json[] {
	const list = answer?.['Resources'];
	return Array.isArray(list) ? list.filter(isObject) : [];
}

function schemasOf(type: ResourceName, types: Json[], told: Schema[]): Schemas {
	const main = type === 'User' ? USER : GROUP;
	const known = (id: string) => told.find((one) => one.id.toLowerCase() === id.toLowerCase());
	const own = known(main);
	if (!own) return new Schemas(type, core[type]);
	const found = types.find((one) => one['name'] === type);
	const extensions = Array.isArray(found?.['schemaExtensions'])
		? found['schemaExtensions'].filter(isObject).flatMap((one) => known(String(one['schema'])) ?? [])
		: told.filter(({ id }) => /:extension:/u.test(id) && id.endsWith(`:${type}`));
	return new Schemas(type, [own, ...extensions]);
}

function endpointOf(types: Json[], type: ResourceName): string {
	const given = types.find((one) => one['name'] === type)?.['endpoint'];
	const path = typeof given === 'string' && given !== '' ? given : `/${type}s`;
	return path.startsWith('/') ? path : `/${path}`;
}
