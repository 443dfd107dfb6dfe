/**
 * A real SCIM 2.0 server (scimmy) over a file: users with the enterprise extension and one of its own, groups, filters,
 * PATCH, bulk, entity tags. `shims.mjs` narrows it to what vendors document. Started by `test/servers/scim.ts` with one
 * JSON argument; what stands there is read and edited behind SCIM's back under /raw.
 */
import { createHash, randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';

import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';

import { shim } from './shims.mjs';

const options = JSON.parse(process.argv[2]);
const db = new DatabaseSync(options.file);
db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
for (const table of ['users', 'groups'])
	db.exec(`CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, name TEXT, external TEXT, json TEXT NOT NULL);
		CREATE INDEX IF NOT EXISTS ${table}_name ON ${table} (name); CREATE INDEX IF NOT EXISTS ${table}_external ON ${table} (external)`);

/** One kind of resource in its table. `unique` is what no two may share. */
class Store {
	constructor(table, unique) {
		this.table = table;
		this.unique = unique;
	}
	all() {
		return db
			.prepare(`SELECT json FROM ${this.table} ORDER BY rowid`)
			.all()
			.map(({ json }) => JSON.parse(json));
	}
	get(id) {
		const row = db.prepare(`SELECT json FROM ${this.table} WHERE id = ?`).get(id);
		return row && JSON.parse(row.json);
	}
	/** Those that a filter may mean: found by an index where it only asks for equal ids or names. */
	candidates(filter) {
		const columns = { id: 'id', [this.unique]: 'name', externalId: 'external' };
		const rows = new Map();
		for (const part of filter ?? []) {
			const [[name, comparison] = []] = Object.entries(part);
			if (Object.keys(part).length !== 1 || !columns[name] || comparison?.[0] !== 'eq') return this.all();
			const value = String(comparison[1]);
			const wanted = name === this.unique ? value.toLowerCase() : value;
			for (const { id, json } of db
				.prepare(`SELECT id, json FROM ${this.table} WHERE ${columns[name]} = ?`)
				.all(wanted))
				rows.set(id, JSON.parse(json));
		}
		return filter?.length ? [...rows.values()] : this.all();
	}
	put(resource) {
		const { id } = resource;
		const name = String(resource[this.unique] ?? '').toLowerCase();
		const twin = db.prepare(`SELECT id FROM ${this.table} WHERE name = ? AND id <> ?`).get(name, id);
		if (twin) throw new SCIMMY.Types.Error(409, 'uniqueness', `${this.unique} is taken`);
		db.prepare(
			`INSERT INTO ${this.table} (id, name, external, json) VALUES (?, ?, ?, ?)
			 ON CONFLICT (id) DO UPDATE SET name = excluded.name, external = excluded.external, json = excluded.json`,
		).run(id, name, resource.externalId ?? null, JSON.stringify(resource));
		return resource;
	}
	delete(id) {
		return db.prepare(`DELETE FROM ${this.table} WHERE id = ?`).run(id).changes > 0;
	}
}

const stores = { users: new Store('users', 'userName'), groups: new Store('groups', 'displayName') };
let version = Date.now();

/** Values that this server refuses, by attribute: set under /raw/refuse. */
let refused = {};

const gone = () => new SCIMMY.Types.Error(404, null, 'not found');

function handlers(Resource, store) {
	Resource.egress(async ({ id, filter }) => {
		if (!id) return store.candidates(filter);
		return store.get(id) ?? Promise.reject(gone());
	});
	Resource.ingress(async ({ id }, data) => {
		const given = JSON.parse(JSON.stringify(data));
		const known = id && store.get(id);
		if (id && !known) throw gone();
		for (const [attribute, value] of Object.entries(refused))
			if (given[attribute] === value && known?.[attribute] !== value)
				throw new SCIMMY.Types.Error(
					400,
					'invalidValue',
					`Attribute '${attribute}' may not be “${value}” here`,
				);
		const now = new Date().toISOString();
		const meta = {
			...(known?.meta ?? { created: now }),
			lastModified: now,
			...(options.etag && { version: `W/"${++version}"` }),
		};
		return store.put({ ...given, id: id ?? randomUUID(), meta });
	});
	Resource.degress(async ({ id }) => {
		if (!store.delete(id)) throw gone();
	});
}

const Badge = SCIMMY.Types.SchemaDefinition;
const badge = new Badge('Badge', 'urn:ietf:params:scim:schemas:extension:badge:2.0:User', 'A badge', [
	new SCIMMY.Types.Attribute('string', 'color'),
	new SCIMMY.Types.Attribute('string', 'doors', { multiValued: true }),
]);
SCIMMY.Resources.declare(
	SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser).extend(
		class extends SCIMMY.Types.Schema {
			static get definition() {
				return badge;
			}
		},
	),
);
handlers(SCIMMY.Resources.declared('User'), stores.users);
if (options.groups !== false) {
	SCIMMY.Resources.declare(SCIMMY.Resources.Group);
	handlers(SCIMMY.Resources.declared('Group'), stores.groups);
}

const app = express();
const log = [];
let tokens = new Set();
/** Requests that are still answered; then comes 429 until the next one is let in by /raw/rate. */
let left = Number.POSITIVE_INFINITY;

app.use('/raw', express.json({ limit: '50mb' }));
app.get('/raw/log', (_request, response) => response.json(log));
app.post('/raw/log', (_request, response) => response.json(log.splice(0)));
app.post('/raw/refuse', ({ body }, response) => response.json((refused = body)));
app.post('/raw/rate', ({ body }, response) => response.json((left = body.left ?? Number.POSITIVE_INFINITY)));
app.post('/raw/forget-tokens', (_request, response) => response.json((tokens = new Set()).size));
app.get('/raw/:store', ({ params }, response) => response.json(stores[params.store].all()));
app.delete('/raw/:store', ({ params }, response) => {
	db.exec(`DELETE FROM ${stores[params.store].table}`);
	response.json({});
});
app.put('/raw/:store', ({ params, body }, response) => {
	db.exec('BEGIN');
	for (const one of body) stores[params.store].put({ id: randomUUID(), ...one });
	db.exec('COMMIT');
	response.json({});
});

app.post('/token', express.urlencoded({ extended: false }), (request, response) => {
	const basic = Buffer.from(String(request.header('authorization')).replace(/^Basic /, ''), 'base64').toString();
	const { client_id: id, client_secret: secret, grant_type: grant, scope } = request.body ?? {};
	const known = basic === 'client:s3cret' || (id === 'client' && secret === 's3cret');
	if (grant !== 'client_credentials' || !known || scope !== 'scim')
		return response.status(401).json({ error: 'invalid_client' });
	const token = randomUUID();
	tokens.add(token);
	response.json({ access_token: token, token_type: 'Bearer', expires_in: 3600 });
});

app.use('/scim/v2', express.json({ type: ['application/scim+json', 'application/json'], limit: '10mb' }));
app.use('/scim/v2', (request, response, next) => {
	log.push({
		method: request.method,
		url: decodeURIComponent(request.url),
		body: request.body,
		match: request.header('if-match'),
	});
	if (left-- > 0) return next();
	response
		.status(429)
		.set('Retry-After', String(options.retryAfter ?? 1))
		.json({ detail: 'Too many requests', status: '429' });
	left = Number.POSITIVE_INFINITY;
});
app.use('/scim/v2', (request, response, next) => {
	const wanted = request.header('if-match');
	const [, kind, id] = request.path.split('/');
	const store = kind === 'Users' ? stores.users : stores.groups;
	if (!wanted || !id || store.get(decodeURIComponent(id))?.meta.version === wanted) return next();
	response.status(412).json({ detail: 'Failed to update. Resource changed on the server.', status: '412' });
});
app.use('/scim/v2', (request, _response, next) => {
	// Express 5 makes the query anew each time it is asked for, and the router's numbers are lost.
	Object.defineProperty(request, 'query', { value: { ...request.query }, writable: true, configurable: true });
	next();
});
app.use('/scim/v2', shim(options, stores));

const accepted = (header) =>
	header === 'Bearer secret' ||
	header === `Basic ${Buffer.from('sync:s3cret').toString('base64')}` ||
	tokens.has(String(header).replace(/^Bearer /, ''));
app.use(
	'/scim/v2',
	new SCIMMYRouters({
		type: 'bearer',
		handler: (request) => {
			if (!accepted(request.header('authorization'))) throw new Error('Unknown token');
			return 'sync';
		},
	}),
);
SCIMMY.Config.set({
	patch: options.patch !== false,
	bulk:
		options.bulk === false
			? false
			: { supported: true, maxOperations: options.operations ?? 1000, maxPayloadSize: 1048576 },
	filter: { supported: true, maxResults: options.page ?? 200 },
	sort: true,
	etag: options.etag === true,
});
app.listen(options.port, '127.0.0.1');
