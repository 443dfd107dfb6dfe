/** Where well-known senders put things. Any of it can be set otherwise by the user. */
import type { SchemeName } from './schemes';

/** Paths as a person writes them; `header:` before a type says that it travels there. */
export interface Shape {
	events?: string;
	record?: string;
	key?: string;
	type?: string;
	types?: { type: string; means: 'changed' | 'removed' | 'ignored' }[];
	ordering?: string;
}

export const SHAPES: Record<SchemeName | 'other', Shape> = {
	other: {},
	/** docs.github.com: webhook events and payloads */
	github: { type: 'action', types: [{ type: 'deleted', means: 'removed' }] },
	/** developers.hubspot.com: webhooks, a list of events with `objectId` and `subscriptionType` */
	hubspot: {
		key: 'objectId',
		type: 'subscriptionType',
		types: [
			{ type: '*.deletion', means: 'removed' },
			{ type: '*.privacyDeletion', means: 'removed' },
		],
		ordering: 'occurredAt',
	},
	/** shopify.dev: the topic is in a header, the body is the record */
	shopify: {
		type: 'header:X-Shopify-Topic',
		types: [{ type: '*/delete', means: 'removed' }],
		ordering: 'updated_at',
	},
	/** api.slack.com/apis/events-api: an envelope around `event` */
	slack: { record: 'event', type: 'event.type', ordering: 'event_time' },
	/** The standard's `{ type, timestamp, data }` */
	standard: { record: 'data', type: 'type', types: [{ type: '*.deleted', means: 'removed' }], ordering: 'timestamp' },
	/** docs.stripe.com/api/events: `{ type, created, data: { object } }` */
	stripe: {
		record: 'data.object',
		type: 'type',
		types: [{ type: '*.deleted', means: 'removed' }],
		ordering: 'created',
	},
};
