/**
 * Slack: user groups and channels; people only as tasks.
 *
 * From Slack's own contract (2021), its method pages and the words of its client: lists are GET with a query, all else POST;
 * every failure is a 200 with `ok: false`; 429 carries Retry-After; most methods used here are of tier 2, 20 a minute. A
 * user group is never deleted, it is disabled; its members are replaced as a whole (`usergroups.users.update`) and may not
 * be none. A channel's name, topic, purpose and archive are methods each of their own. People are made and deactivated by
 * SCIM alone, on Business+ and Enterprise plans, so that this is a task here; Sync To Directory speaks SCIM.
 */
import type {
	FieldDefinition,
	Paged,
	Reading,
	Request,
	SystemDefinition,
	Value,
	Write,
	Writing,
} from '../connectors/rest/definition';
import { plainly } from './parts';
import { failures } from './slack/failures';

/** Slack says when something was disabled, 0 if it was not. */
export const enabledFrom = (value: Value): Value => value === 0 || value === null || value === undefined;

/** Channel names have no capitals, no spaces and no dots, and at most 80 characters. */
export const channelName = (value: Value): Value =>
	typeof value === 'string'
		? value
				.trim()
				.toLowerCase()
				.replace(/[\s.]+/gu, '-')
				.slice(0, 80)
		: value;

const call = (method: string, body: Record<string, string>): Request => ({
	method: 'POST',
	path: `/${method}`,
	body,
	encoding: 'flat form',
});

const writing = (create: Write, update: Write, removal: Writing['removal']): Writing => ({
	...plainly,
	create,
	update,
	removal,
});

/** All at once or by pages, and looked through for whatever is wanted. */
const listed = (list: Paged): Reading => ({
	list,
	get: 'none',
	batch: 'none',
	find: [],
	changedSince: 'none',
	detail: 'none',
	removed: 'absent from the list',
});

const userGroup: Record<string, FieldDefinition> = {
	id: { kind: 'text', read: 'id', write: false },
	name: { kind: 'text', read: 'name', write: 'name', required: true },
	handle: { kind: 'text', type: 'without @', read: 'handle', write: 'handle', maxLength: 21 },
	description: { kind: 'text', read: 'description', write: 'description' },
	members: {
		kind: 'json',
		type: 'list of user IDs; the whole list',
		read: 'users',
		write: { request: call('usergroups.users.update', { usergroup: '{id}', users: '{value|join:,}' }) },
		unordered: true,
	},
	enabled: {
		kind: 'yes/no',
		read: 'date_delete',
		write: {
			states: [
				{ value: true, request: call('usergroups.enable', { usergroup: '{id}' }) },
				{ value: false, request: call('usergroups.disable', { usergroup: '{id}' }) },
			],
		},
		fromSystem: enabledFrom,
	},
};

const channel: Record<string, FieldDefinition> = {
	id: { kind: 'text', read: 'id', write: false },
	name: {
		kind: 'text',
		read: 'name',
		write: 'name',
		required: true,
		maxLength: 80,
		spell: channelName,
	},
	topic: {
		kind: 'text',
		read: 'topic.value',
		write: { request: call('conversations.setTopic', { channel: '{id}', topic: '{value}' }) },
		maxLength: 250,
	},
	purpose: {
		kind: 'text',
		read: 'purpose.value',
		write: { request: call('conversations.setPurpose', { channel: '{id}', purpose: '{value}' }) },
		maxLength: 250,
	},
	isPrivate: { kind: 'yes/no', read: 'is_private', write: { create: 'is_private' } },
	archived: {
		kind: 'yes/no',
		read: 'is_archived',
		write: {
			states: [
				{ value: true, request: call('conversations.archive', { channel: '{id}' }) },
				{ value: false, request: call('conversations.unarchive', { channel: '{id}' }) },
			],
		},
	},
};

const groups = {
	request: { method: 'GET', path: '/usergroups.list', query: { include_disabled: 'true', include_users: 'true' } },
	items: 'usergroups',
	pages: { kind: 'none' },
} as const;

const cursor = { kind: 'cursor', size: 200, next: 'response_metadata.next_cursor' } as const;
const channels = {
	request: {
		method: 'GET',
		path: '/conversations.list',
		query: {
			types: 'public_channel,private_channel',
			exclude_archived: 'false',
			limit: '{size}',
			cursor: '{cursor}',
		},
	},
	items: 'channels',
	pages: cursor,
} as const;
const people = {
	request: { method: 'GET', path: '/users.list', query: { limit: '{size}', cursor: '{cursor}' } },
	items: 'members',
	pages: cursor,
} as const;

const SCIM = 'Business+ or Enterprise, with SCIM (an owner’s token of scope admin): Sync To Directory';

export const slack: SystemDefinition = {
	name: 'slack',
	displayName: 'Slack',
	aliases: ['chat', 'user groups', 'channels', 'messaging'],
	docs: 'https://docs.slack.dev/reference/methods',
	proven: {
		by: 'vendor contract',
		against: "Slack's own contract of 2021; a stand-in whose answers @slack/web-api 8.2.0 reads",
	},
	needs: 'A token with usergroups:read, usergroups:write, channels:read, channels:manage, groups:read, groups:write, users:read, users:read.email; user groups take a paid plan',
	editing:
		'User groups: Settings, Permissions, User groups: let only owners and admins create and edit them. Channels: let only admins archive, rename and set topics.',
	credentials: [
		{ type: 'slackApi', auth: 'by n8n' },
		{ type: 'slackOAuth2Api', auth: 'by n8n', oauth2: { property: 'authed_user.access_token' } },
	],
	base: 'https://slack.com/api',
	settings: {},
	headers: {},
	encoding: 'flat form',
	limits: {
		windows: [{ requests: 20, seconds: 60 }],
		concurrent: 1,
		headers: [],
		retryAfter: 'retry-after',
		penalty: 30,
	},
	errors: {
		message: ['error'],
		rules: failures,
	},
	objects: {
		userGroup: {
			displayName: 'User Group',
			label: 'name',
			id: 'id',
			updatedAt: 'date_update',
			fields: userGroup,
			moreFields: 'none',
			read: listed(groups),
			write: writing(
				{
					request: { method: 'POST', path: '/usergroups.create', body: '{fields}' },
					sends: 'changed',
					empty: 'empty text',
					answer: { record: 'usergroup', id: 'usergroup.id' },
				},
				{
					request: {
						method: 'POST',
						path: '/usergroups.update',
						body: { usergroup: '{id}', '...': '{fields}' },
					},
					sends: 'changed',
					empty: 'empty text',
					answer: { record: false, id: false },
				},
				[
					{
						step: 'deactivate',
						reversible: true,
						set: { field: 'enabled', to: false, back: true },
						sideEffects: 'A disabled group cannot be mentioned; its members are kept.',
					},
				],
			),
		},
		channel: {
			displayName: 'Channel',
			label: 'name',
			id: 'id',
			updatedAt: false,
			fields: channel,
			moreFields: 'none',
			read: listed(channels),
			write: writing(
				{
					request: {
						method: 'POST',
						path: '/conversations.create',
						body: { name: '{desired.name}', '...': '{fields}' },
					},
					sends: 'changed',
					empty: 'empty text',
					answer: { record: 'channel', id: 'channel.id' },
				},
				{
					request: {
						method: 'POST',
						path: '/conversations.rename',
						body: { channel: '{id}', '...': '{fields}' },
					},
					sends: 'changed',
					empty: 'empty text',
					answer: { record: false, id: false },
				},
				[
					{
						step: 'archive',
						reversible: true,
						set: { field: 'archived', to: true, back: false },
						sideEffects:
							'Nobody can write in an archived channel; its messages stay. Private channels lose their members.',
					},
				],
			),
		},
		person: {
			displayName: 'Person',
			instead:
				'This API of Slack creates and changes no people. They get in and out by SCIM: take the node Sync To Directory (Protocol: SCIM 2.0, Server: Slack). It takes Slack’s Business+ or Enterprise plan, and a token with the scope admin.',
			label: 'real_name',
			id: 'id',
			updatedAt: 'updated',
			fields: {
				id: { kind: 'text', read: 'id', write: false },
				email: { kind: 'text', read: 'profile.email', write: false },
				name: { kind: 'text', read: 'real_name', write: false },
				title: { kind: 'text', read: 'profile.title', write: false },
				deactivated: { kind: 'yes/no', read: 'deleted', write: false },
			},
			moreFields: 'none',
			read: {
				...listed(people),
				get: { request: { method: 'GET', path: '/users.info', query: { user: '{id}' } }, record: 'user' },
			},
			write: {
				...plainly,
				create: 'not possible',
				update: 'not possible',
				removal: [
					{
						step: 'deactivate',
						reversible: true,
						takes: SCIM,
						task: `Deactivate {name} in Slack (Manage members, the three dots, Deactivate account). By itself it goes with ${SCIM}.`,
						sideEffects:
							'The person is signed out everywhere and leaves all channels and groups; messages stay.',
					},
				],
			},
		},
	},
};
