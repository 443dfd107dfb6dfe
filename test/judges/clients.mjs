/**
 * Asks a stand-in through the vendors' own clients. Standard input: a JSON list of `{ client, url, call, with }`; standard
 * output: what each client made of the answers, as JSON.
 */
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const require = createRequire(import.meta.url);

const clients = {
	/** `call`: `list`, `search`, `read` or `associations`; `with`: type, properties, associations, to, request. */
	async hubspot({ url, call, with: given }) {
		const { Client } = require('@hubspot/api-client');
		const { crm } = new Client({ accessToken: 'pat', basePath: url });
		const { basicApi, batchApi, searchApi } = crm[given.type];
		if (call === 'read') return await batchApi.read(given.request);
		if (call === 'associations')
			return await crm.associations.v4.batchApi.getPage(given.type, given.to, given.request);
		const answer =
			call === 'list'
				? await basicApi.getPage(given.limit, given.after, given.properties, undefined, given.associations)
				: await searchApi.doSearch(given.request);
		return { total: answer.total, after: answer.paging?.next?.after, results: answer.results };
	},
	/** `call`: a method as the client names it, `usergroups.list`; `with`: its arguments. */
	async slack({ url, call, with: given }) {
		const { WebClient, LogLevel } = require('@slack/web-api');
		const client = new WebClient('xoxb-0', {
			slackApiUrl: `${url}/`,
			logLevel: LogLevel.ERROR,
			retryConfig: { retries: 0 },
			rejectRateLimitedCalls: true,
		});
		return await client.apiCall(call, given).catch(({ code, data, retryAfter }) => ({ code, ...data, retryAfter }));
	},
	/** `call`: `deals`, `persons` or `organizations`; `with`: the query. */
	async pipedrive({ url, call, with: given }) {
		const { Configuration, DealsApi, PersonsApi, OrganizationsApi } = require('pipedrive/v2');
		const configuration = new Configuration({ apiKey: 'key', basePath: url });
		const [Api, method] = {
			deals: [DealsApi, 'getDeals'],
			persons: [PersonsApi, 'getPersons'],
			organizations: [OrganizationsApi, 'getOrganizations'],
		}[call];
		return await new Api(configuration)[method](given);
	},
	/** `call`: a method of the connection (`query`) or of the object `type`; `with`: what it is given. */
	async salesforce({ url, call, with: { type, given } }) {
		const { Connection } = require('jsforce/lib/connection');
		const connection = new Connection({ instanceUrl: url, accessToken: '00D', version: '65.0' });
		const what = type === undefined ? connection : connection.sobject(type);
		const answer = await what[call](...given).catch(({ errorCode, message }) => ({ errorCode, message }));
		return { answer, used: connection.limitInfo.apiUsage };
	},
	/** `call`: a resource and its method, `customer.list`; `with`: what it is given, and headers. */
	async chargebee({ url, call, with: { given, apiKey } }) {
		const Chargebee = require('chargebee');
		const { port } = new URL(url);
		// Its host is made of the site and a suffix.
		const where = { site: '127', hostSuffix: '.0.0.1', port: Number(port), protocol: 'http', apiPath: '' };
		const client = new Chargebee({ ...where, apiKey, enableValidation: true });
		const [resource, method] = call.split('.');
		return await client[resource][method](...given).catch(
			({ message, type, api_error_code, http_status_code }) => ({
				message,
				type,
				api_error_code,
				http_status_code,
			}),
		);
	},
	/** `call`: `tasks` or `task`; `with`: what the client takes. */
	async asana({ url, call, with: given }) {
		const { ApiClient, TasksApi } = require('asana');
		ApiClient.instance.basePath = url;
		ApiClient.instance.authentications.token.accessToken = 'pat';
		const api = new TasksApi();
		const answer = call === 'tasks' ? await api.getTasks(given) : await api.createTask(given.body, given.options);
		return { data: answer.data };
	},
	/** `call`: a method of its contacts, `getContacts`; `with`: its request. */
	async brevo({ url, call, with: request }) {
		const { BrevoClient } = require('@getbrevo/brevo');
		const client = new BrevoClient({ apiKey: 'xkeysib', baseUrl: url, maxRetries: 0 });
		const told = ({ statusCode, body }) => ({ statusCode, body });
		return (await client.contacts[call](request).catch(told)) ?? null;
	},
	/** `call`: `get`, `post`, `put` or `delete`; `with`: the path, and the query or body. */
	async woocommerce({ url, call, with: { path, data } }) {
		const Client = require('@woocommerce/woocommerce-rest-api').default;
		const client = new Client({ url, consumerKey: 'ck', consumerSecret: 'cs', version: 'wc/v3' });
		const told = ({ status, headers, data: body }) => ({ status, total: headers['x-wp-total'], data: body });
		return await client[call](path, data).then(told, (error) => told(error.response));
	},
	/** `call`: `select`, all pages of it, or a method of the table (`find`, `create`, `update`, `destroy`); `with`: what it is given. */
	async airtable({ url, call, with: { given } }) {
		const Airtable = require('airtable');
		const client = new Airtable({ apiKey: 'pat', endpointUrl: url, noRetryIfRateLimited: true });
		const table = client.base('app1')('Products');
		const plain = (one) => (Array.isArray(one) ? one.map(plain) : (one._rawJson ?? { id: one.id }));
		const told = ({ error, message, statusCode }) => ({ error, message, statusCode });
		const answer = call === 'select' ? table.select(...given).all() : table[call](...given);
		return await answer.then(plain, told);
	},
	/** `call`: a method of the values of a spreadsheet, `get`; `with`: its request. */
	async googlesheets({ url, call, with: request }) {
		const { sheets } = require('@googleapis/sheets');
		const { values } = sheets({ version: 'v4', rootUrl: `${url}/`, retry: false }).spreadsheets;
		const told = ({ code, status, message }) => ({ code, status, message });
		return await values[call](request).then(({ data }) => data, told);
	},
};

const answers = [];
for (const one of JSON.parse(await text(process.stdin))) answers.push(await clients[one.client](one));
process.stdout.write(JSON.stringify(answers));
