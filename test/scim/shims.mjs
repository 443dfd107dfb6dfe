/**
 * What vendors' servers refuse, or do in their own way, as they document it: in front of the real server, so that a client
 * that speaks another dialect fails here as it would there.
 */
import { createHash } from 'node:crypto';

const refuse = (response, status, detail, scimType) =>
	response.status(status).json({
		schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
		status: String(status),
		detail,
		...(scimType && { scimType }),
	});

const shims = {
	standard: () => undefined,

	/** Entra names every attribute in a path, with operations that begin with a capital letter, and one value in a filter. */
	entra: ({ method, path, query, body }) => {
		if (/ or /.test(query.filter ?? '')) return [400, 'only one comparison in a filter', 'invalidFilter'];
		if (path === '/Bulk') return [501, 'no bulk'];
		if (method !== 'PATCH') return;
		const bad = body.Operations.find(({ op, path: at }) => !['Add', 'Replace', 'Remove'].includes(op) || !at);
		if (bad) return [400, `operation ${bad.op} ${bad.path}`, 'invalidSyntax'];
	},

	/** Okta patches `active` and memberships only, without a path to the former. */
	okta: ({ method, path, query, body }) => {
		if (/ or /.test(query.filter ?? '')) return [400, 'only one comparison in a filter', 'invalidFilter'];
		if (path === '/Bulk') return [501, 'no bulk'];
		if (method !== 'PATCH' || !path.startsWith('/Users')) return;
		const [{ op, path: at, value } = {}] = body.Operations;
		if (op !== 'replace' || at || Object.keys(value ?? {}).join() !== 'active')
			return [400, 'only active may be patched', 'invalidPath'];
	},

	/** Slack tells its schemas one by one; its DELETE of a person deactivates; an address has to be primary. */
	slack: ({ method, path, query, body }, { users }) => {
		if (path === '/Schemas') return [404, 'Not Found'];
		if (/ or /.test(query.filter ?? '')) return [400, 'only one comparison in a filter', 'invalidFilter'];
		if (path === '/Bulk') return [501, 'no bulk'];
		if (method === 'POST' && path === '/Users' && !body.emails?.some(({ primary }) => primary))
			return [400, 'no primary email', 'invalidValue'];
		const [, kind, id] = path.split('/');
		if (method !== 'DELETE' || kind !== 'Users') return;
		const user = users.get(id);
		if (!user) return [404, 'user_not_found'];
		users.put({ ...user, active: false });
		return [204];
	},

	/** GitHub takes no filter in a path, and a person whose `active` becomes false is gone for good. */
	github: ({ method, path, query, body }, { users }) => {
		if (/ or /.test(query.filter ?? '')) return [400, 'only one comparison in a filter', 'invalidFilter'];
		if (path === '/Bulk' || path.startsWith('/Groups')) return [404, 'Not Found'];
		if (['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'].includes(path)) return [404, 'Not Found'];
		const inactive = (value) => value === false || value?.active === false;
		if (method !== 'PATCH') return;
		if (body.Operations.some(({ path: at }) => at?.includes('[')))
			return [400, 'filters in paths are not supported', 'invalidPath'];
		if (!body.Operations.some(({ path: at, value }) => (at ? at === 'active' && inactive(value) : inactive(value))))
			return;
		users.delete(path.split('/')[2]);
		return [204];
	},

	/** GitHub with managed users: a person whose `active` becomes false is suspended under a name that is a hash. */
	githubEnterprise: ({ method, path, query, body }, { users }) => {
		if (/ or /.test(query.filter ?? '')) return [400, 'only one comparison in a filter', 'invalidFilter'];
		if (path === '/Bulk') return [404, 'Not Found'];
		const [, kind, id] = path.split('/');
		if (kind !== 'Users') return;
		if (method === 'POST' && !body.emails?.some(({ primary }) => primary))
			return [400, 'no primary email', 'invalidValue'];
		const operations = method === 'PATCH' ? body.Operations : [];
		if (operations.some(({ path: at }) => at?.includes('[')))
			return [400, 'filters in paths are not supported', 'invalidPath'];
		const inactive = (value) => value === false || value?.active === false;
		const off = operations.some(({ path: at, value }) =>
			at ? at === 'active' && inactive(value) : inactive(value),
		);
		const user = off || (method === 'PUT' && body.active === false) ? users.get(id) : undefined;
		if (!user) return;
		users.put({ ...user, active: false, userName: createHash('sha256').update(user.userName).digest('hex') });
		return [204];
	},
};

/** The middleware for a server's options. */
export function shim({ dialect = 'standard', cursor = false, ids = true }, stores) {
	return (request, response, next) => {
		if (!ids && /\bid eq /.test(request.query.filter ?? '') && !/externalId/.test(request.query.filter))
			return refuse(response, 400, 'ids cannot be filtered by', 'invalidFilter');
		if (cursor && request.path === '/ServiceProviderConfig') {
			const send = response.send.bind(response);
			// What is no text yet comes by here again as text.
			response.send = (body) =>
				send(
					typeof body === 'object'
						? JSON.stringify({ ...body, pagination: { cursor: true, index: false } })
						: body,
				);
		} else if (cursor && request.method === 'GET' && /^\/(Users|Groups)$/.test(request.path)) {
			if (request.query.startIndex) return refuse(response, 400, 'there are no indexes', 'invalidValue');
			pageByCursor(request, response);
		}
		const refused = shims[dialect](
			{ method: request.method, path: request.path, query: request.query, body: request.body },
			stores,
		);
		if (!refused) return next();
		const [status, detail, scimType] = refused;
		if (status === 204) return response.status(204).end();
		refuse(response, status, detail, scimType);
	};
}

/** RFC 9865: `cursor` instead of `startIndex`, and `nextCursor` until there is no more. */
function pageByCursor(request, response) {
	const at = request.query.cursor ? Number(Buffer.from(request.query.cursor, 'base64url').toString()) : 1;
	const query = { ...request.query, startIndex: String(at) };
	delete query.cursor;
	Object.defineProperty(request, 'query', { value: query, writable: true, configurable: true });
	const send = response.send.bind(response);
	response.send = (body) => {
		if (!Array.isArray(body?.Resources)) return send(body);
		const { startIndex: _start, ...rest } = JSON.parse(JSON.stringify(body));
		const next = at + body.Resources.length;
		const more = body.Resources.length > 0 && next <= body.totalResults;
		return send(
			JSON.stringify(more ? { ...rest, nextCursor: Buffer.from(String(next)).toString('base64url') } : rest),
		);
	};
}
