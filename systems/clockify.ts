/**
 * Clockify: projects and clients of one workspace; the people in it can only be read.
 *
 * From Clockify's own pages (docs.clockify.me, clockify.me/developers-api): bare lists, page by page until one is not full,
 * 50 a page where nothing is said, and 5,000 projects where that is asked for (clockify.me/help/troubleshooting, *Why am I
 * getting only 50 projects*), of which nothing is said for clients and people; 10 requests a second, then 429; a name that is taken is a 400. Its PUT does not say
 * whether what is left out stays, so that all that it takes is read and sent along. What is not in the workspace is a 400
 * that says so, with code 501 (github.com/lucassabreu/clockify-cli/issues/200). Only what is archived can be deleted, and
 * people are invited by mail: both are left to a person.
 */
import type {
	FieldDefinition,
	Fields,
	ObjectDefinition,
	Paged,
	RemovalStep,
	SystemDefinition,
	Value,
} from '../connectors/rest/definition';
import { lower } from './klaviyo';
import { plainly, text, truth } from './parts';

const list = (path: string, query: Record<string, string> = {}): Paged => ({
	request: { method: 'GET', path, query: { ...query, page: '{page}', 'page-size': '{size}' } },
	items: '',
	pages: { kind: 'page', size: path === '/projects' ? 5000 : 50, first: 1, total: false },
});

/** Of a record, what may be written; `public` is read under another name than it is written. */
export const only =
	(names: string[]) =>
	({ public: isPublic, ...fields }: Fields): Value =>
		Object.fromEntries(
			Object.entries({ ...(isPublic !== undefined && { isPublic }), ...fields }).filter(
				([name, value]) => names.includes(name) && value !== null,
			),
		);

const reading = (path: string, field: string, query: Record<string, string>): ObjectDefinition['read'] => ({
	list: list(path),
	get: { request: { method: 'GET', path: `${path}/{id}` }, record: '' },
	batch: 'none',
	find: [{ field, list: list(path, query), most: 1, by: 'exact' }],
	changedSince: 'none',
	detail: 'none',
	removed: 'absent from the list',
});

const field = (name: string) => text(name, name);
const flag = (name: string) => truth(name, name);

/** An object that can be archived: its path, and how exactly a name is looked for. */
function archivable(
	displayName: string,
	path: string,
	query: Record<string, string>,
	fields: Record<string, FieldDefinition>,
	sideEffects: string,
): ObjectDefinition {
	const write = { empty: 'empty text', as: only([...Object.keys(fields), 'name', 'archived']) } as const;
	return {
		displayName,
		label: 'name',
		id: 'id',
		updatedAt: false,
		fields: { name: { ...field('name'), required: true, maxLength: 250 }, ...fields, archived: flag('archived') },
		moreFields: 'none',
		read: reading(path, 'name', query),
		write: {
			...plainly,
			create: {
				...write,
				sends: 'changed',
				request: { method: 'POST', path, body: '{fields}' },
				answer: { record: '', id: 'id' },
			},
			update: {
				...write,
				sends: { everything: true, without: [] },
				request: { method: 'PUT', path: `${path}/{id}`, body: '{fields}' },
				answer: { record: '', id: false },
			},
			removal: [
				{ step: 'archive', reversible: true, set: { field: 'archived', to: true, back: false }, sideEffects },
				{
					step: 'delete',
					reversible: false,
					sideEffects: 'Time that was tracked there stays, and belongs to nothing any more.',
					task: `Archive {name} in Clockify (${displayName}s), then delete it there: it deletes only what is archived.`,
				},
			],
		},
	};
}

const leaving: RemovalStep = {
	step: 'deactivate',
	reversible: true,
	sideEffects: 'A deactivated member cannot track time and is not billed; tracked time stays.',
	task: 'Deactivate {name} in Clockify (Team, Members, the three dots).',
	takes: 'the role Admin in the workspace',
};

export const clockify: SystemDefinition = {
	name: 'clockify',
	displayName: 'Clockify',
	aliases: ['time tracking', 'timesheet', 'projects', 'clients'],
	docs: 'https://docs.clockify.me',
	proven: { by: 'own fake', against: 'a stand-in of ours, after the words of Clockify’s reference' },
	needs: 'The API key of an Admin of the workspace (Preferences, Advanced)',
	editing:
		'Let only admins create projects and clients (Workspace settings, Permissions), and make nobody else Project Manager.',
	credentials: [{ type: 'clockifyApi', auth: 'by n8n' }],
	base: 'https://api.clockify.me/api/v1/workspaces/{setting.workspace}',
	settings: {
		workspace: {
			displayName: 'Workspace ID',
			description: 'It stands in the address of Workspace Settings',
			placeholder: 'e.g. 64a687e29ae1f428e7ebe303',
			required: true,
		},
	},
	headers: {},
	encoding: 'json',
	limits: {
		windows: [{ requests: 10, seconds: 1 }],
		concurrent: 3,
		headers: [],
		retryAfter: 'retry-after',
		penalty: 5,
	},
	errors: {
		message: ['message'],
		rules: [
			{ status: 400, where: [{ path: 'message', matches: /already exist/iu }], means: 'duplicate' },
			{ status: 400, where: [{ path: 'message', matches: /belong to workspace/iu }], means: 'absent' },
		],
	},
	objects: {
		project: archivable(
			'Project',
			'/projects',
			{ name: '{value}', 'strict-name-search': 'true' },
			{
				clientId: field('clientId'),
				note: field('note'),
				billable: flag('billable'),
				isPublic: { ...truth('public', 'isPublic'), type: 'everybody sees it' },
				color: { ...field('color'), type: '#03A9F4' },
			},
			'Nobody can track time on an archived project; what was tracked stays.',
		),
		client: archivable(
			'Client',
			'/clients',
			{ name: '{value}' },
			{ note: field('note'), address: field('address'), email: field('email') },
			'An archived client is offered for no new project; its projects stay as they are.',
		),
		user: {
			displayName: 'User',
			label: 'name',
			id: 'id',
			updatedAt: false,
			fields: {
				email: { ...text('email'), spell: lower },
				name: text('name'),
				status: { ...text('status'), allowed: ['ACTIVE', 'PENDING_EMAIL_VERIFICATION', 'DELETED'] },
			},
			moreFields: 'none',
			// Users stand under no address of their own.
			read: {
				...reading('/users', 'email', { email: '{value}' }),
				get: 'none',
				removed: { path: 'status', is: ['DELETED'] },
			},
			instead: 'Invite people in Clockify (Team, Invite): its API invites and does not create.',
			write: { ...plainly, create: 'not possible', update: 'not possible', removal: [leaving] },
		},
	},
};
