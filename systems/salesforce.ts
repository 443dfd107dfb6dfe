/**
 * Salesforce: opportunities as a source; accounts and contacts as a source and as a destination.
 *
 * From Salesforce's REST API Developer Guide and SOQL Reference (developer.salesforce.com/docs): a query gives up to 2,000
 * records and, while there are more, `nextRecordsUrl` into a result that stands (*Execute a SOQL Query*, *Query Options
 * Header*); a moment stands without quotes and milliseconds (*Date Formats and Date Literals in WHERE*), a text in single
 * quotes, with a backslash before these (*Quoted String Escape Sequences*); `SystemModstamp` moves with every change, by
 * users and by Salesforce (help article 000387261). *sObject Collections*: up to 2,000 records by their IDs, null for one
 * that is not there; 200 created or updated at once, answered in the order of the request, each with its own success. An
 * update touches only what is sent (*sObject Rows*), and answers with nothing. Deleted records are in the recycle bin for
 * 15 days. Errors are a list (*Status Codes and Error Responses*): 403 with `REQUEST_LIMIT_EXCEEDED` says that the requests
 * of 24 hours are spent, or that too many long ones are under way.
 */
import type {
	Batch,
	FieldDefinition,
	JsonTemplate,
	ObjectDefinition,
	Request,
	SystemDefinition,
} from '../connectors/rest/definition';
import { changing, date, number, plainly, text, truth, without } from './parts';

const same = (name: string): FieldDefinition => text(name, name);
const more = '{setting.fields|lead:,}';

function object(
	displayName: string,
	label: string,
	own: Record<string, FieldDefinition>,
	write: ObjectDefinition['write'],
): ObjectDefinition {
	const names = ['Id', 'SystemModstamp', ...Object.values(own).map(({ read }) => String(read))];
	const query = (where: string) =>
		({
			request: {
				method: 'GET',
				path: '/query',
				query: { q: `SELECT ${names.join(',')}${more} FROM ${displayName} ${where}` },
			},
			items: 'records',
			pages: { kind: 'next link', size: 2000, next: 'nextRecordsUrl' },
		}) as const;
	return {
		displayName,
		label,
		id: 'Id',
		updatedAt: 'SystemModstamp',
		fields: {
			id: text('Id'),
			...own,
			more: {
				kind: 'json',
				type: 'the fields of More Fields, by their API names',
				read: '',
				write: false,
				fromSystem: (value) => without(value, ['attributes', ...names]),
			},
		},
		moreFields: write === 'read only' ? 'none' : 'any path',
		read: {
			list: query('ORDER BY Id'),
			get: {
				request: {
					method: 'GET',
					path: `/sobjects/${displayName}/{id}`,
					query: { fields: names.join(',') + more },
				},
				record: '',
			},
			batch: {
				list: {
					request: {
						method: 'POST',
						looksOnly: true,
						path: `/composite/sobjects/${displayName}`,
						body: { ids: '{ids}', fields: [...names, '{setting.fields|split:,}'] },
					},
					items: '',
					pages: { kind: 'none' },
				},
				most: 2000,
			},
			// An address may have some 16,000 characters.
			find: [{ field: '*', list: query("WHERE {field} IN ({values|quotes:'})"), most: 100, by: 'exact' }],
			changedSince: {
				list: query('WHERE SystemModstamp >= {since} ORDER BY SystemModstamp, Id'),
				form: 'ISO seconds',
				overlap: 300,
				watermark: 'updatedAt',
				tellsRemovals: false,
			},
			detail: 'none',
			removed: 'absent from the list',
		},
		write,
	};
}

/** Both kinds that are written, and what deleting one takes along. */
function writable(
	displayName: string,
	label: string,
	own: Record<string, FieldDefinition>,
	sideEffects: string,
): ObjectDefinition {
	const request = (method: Request['method'], path: string, body?: JsonTemplate) => ({
		method,
		path,
		...(body !== undefined && { body }),
	});
	const one = (method: Request['method'], id: string) => ({
		request: request(method, `/sobjects/${displayName}${id}`, '{fields}'),
		...changing,
		answer: { record: false, id: 'id' } as const,
	});
	const many = (of: 'create' | 'update', method: Request['method'], row: Record<string, JsonTemplate>): Batch => ({
		of,
		request: request(method, '/composite/sobjects', { allOrNone: false, records: '{rows}' }),
		row: { attributes: { type: displayName }, ...row, '...': '{fields}' },
		most: 200,
		allOrNone: false,
		results: '',
		matched: { by: 'position' },
		record: false,
		id: 'id',
		failed: { path: 'success', is: [false] },
		gone: { path: 'errors[0].statusCode', is: ['ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY'] },
		message: ['errors'],
	});
	return object(displayName, label, own, {
		...plainly,
		create: one('POST', ''),
		update: one('PATCH', '/{id}'),
		batches: [many('create', 'POST', {}), many('update', 'PATCH', { id: '{id}' })],
		removal: [
			{
				step: 'delete',
				reversible: false,
				request: request('DELETE', `/sobjects/${displayName}/{id}`),
				sideEffects,
			},
		],
	});
}

const code = (...is: string[]) => [{ path: '[0].errorCode', is }];

export const salesforce: SystemDefinition = {
	name: 'salesforce',
	displayName: 'Salesforce',
	aliases: ['CRM', 'opportunities', 'deals', 'accounts', 'contacts', 'sales'],
	docs: 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest',
	proven: { by: 'own fake', against: 'a stand-in whose answers jsforce 3.10.26 reads' },
	needs: 'An edition with API access (Enterprise and above); a user who may see, and for a destination edit, the records and fields in question. To find records by a key of the source: a custom field that is External ID and Unique, named in More Fields',
	editing:
		'Take Edit, Create and Delete of the object out of people’s profiles and permission sets (Setup, Object Settings).',
	credentials: [{ type: 'salesforceOAuth2Api', auth: 'by n8n' }],
	base: '{credential.oauthTokenData.instance_url}/services/data/v65.0',
	settings: {
		fields: {
			displayName: 'More Fields',
			description:
				'API names of further fields, with commas between: a source gives them in the field “more”, and a mapping may write them by these names',
			placeholder: 'e.g. Source_Key__c,CurrencyIsoCode',
			required: false,
		},
	},
	headers: {},
	encoding: 'json',
	limits: { windows: [], concurrent: 4, headers: [], retryAfter: 'retry-after', penalty: 30 },
	errors: {
		message: ['[0].message', 'message'],
		field: '[0].fields[0]',
		rules: [
			{
				status: 403,
				where: [...code('REQUEST_LIMIT_EXCEEDED'), { path: '[0].message', matches: /^Concurrent/u }],
				means: 'too fast',
			},
			{ status: 403, where: code('REQUEST_LIMIT_EXCEEDED'), means: 'quota spent' },
			{
				status: 403,
				means: 'denied',
				todo: 'Give the user API Enabled and the rights to the object and its fields (Setup, Permission Sets).',
			},
			{ status: 400, where: code('DUPLICATE_VALUE', 'DUPLICATES_DETECTED'), means: 'duplicate' },
			{ status: 400, where: code('UNABLE_TO_LOCK_ROW'), means: 'stale' },
		],
	},
	objects: {
		opportunity: object(
			'Opportunity',
			'Name',
			{
				name: text('Name'),
				stage: text('StageName'),
				amount: number('Amount'),
				closed: truth('IsClosed'),
				closedWon: truth('IsWon'),
				closeDate: date('CloseDate'),
				type: text('Type'),
				ownerId: text('OwnerId'),
				accountId: text('AccountId'),
				contactId: text('ContactId'),
			},
			'read only',
		),
		account: writable(
			'Account',
			'Name',
			{
				name: { ...same('Name'), required: true, maxLength: 255 },
				accountNumber: same('AccountNumber'),
				website: same('Website'),
				phone: same('Phone'),
				industry: same('Industry'),
				description: same('Description'),
				street: same('BillingStreet'),
				city: same('BillingCity'),
				zip: same('BillingPostalCode'),
				state: same('BillingState'),
				country: same('BillingCountry'),
				ownerId: same('OwnerId'),
			},
			'What hangs on it, such as contacts and opportunities, goes with it; all of it is in the recycle bin for 15 days.',
		),
		contact: writable(
			'Contact',
			'Name',
			{
				name: text('Name'),
				firstName: same('FirstName'),
				lastName: { ...same('LastName'), required: true, maxLength: 80 },
				email: same('Email'),
				phone: same('Phone'),
				mobilePhone: same('MobilePhone'),
				title: same('Title'),
				department: same('Department'),
				street: same('MailingStreet'),
				city: same('MailingCity'),
				zip: same('MailingPostalCode'),
				state: same('MailingState'),
				country: same('MailingCountry'),
				accountId: same('AccountId'),
				ownerId: same('OwnerId'),
			},
			'It is in the recycle bin for 15 days.',
		),
	},
};
