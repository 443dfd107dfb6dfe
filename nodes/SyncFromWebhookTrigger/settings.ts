/** From the node's form to what its events mean. Throws {@link SyncError} `setup` for what cannot be meant. */
import type { ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';

import type { EventSettings, Meaning } from '../../connectors/webhook/events';
import type { HmacSettings, SchemeName } from '../../connectors/webhook/schemes';
import { SHAPES } from '../../connectors/webhook/senders';
import type { PushedRecord } from '../../sync/ledger';
import { parsePath, type Path } from '../../sync/path';
import { SyncError } from '../../sync/types';
import { number, reader, text, texts } from '../shared/parameters';
import { milliseconds } from '../shared/trigger/schedule';
import { commonSettings, type LoopSettings } from '../shared/trigger/settings';
import { checkSensitive, sourceSettings, type SourceSettings } from '../SyncFromDatabaseTrigger/settings';

export type Sender = SchemeName | 'other';
export type Authenticity = 'signature' | 'header' | 'basic' | 'none';

/** What a delivery is asked and read by. */
export interface PushSettings {
	sender: Sender;
	authenticity: Authenticity;
	hmac: HmacSettings;
	/** Most bytes of a body. */
	largest: number;
	events: EventSettings;
	/** The header that says an event's type, where one does. */
	typeHeader?: string;
	name?: Path;
	/** What the events are about. */
	about:
		| { side: 'source'; carries: PushedRecord['carries'] | 'database' }
		| { side: 'destination'; sync: number; destination: number };
}

const LARGEST = 1024;
/** How often the trigger looks for what is due, which no event of this process told it of. */
const LOOK = '*/10 * * * * *';
const LOOK_EVERY = 10_000;

export function pushSettings(context: IWebhookFunctions | ITriggerFunctions): PushSettings {
	const read = reader(context);
	const options = read('options', {}) as Record<string, unknown>;
	const sender = read('sender', 'other') as Sender;
	const given = read('shape', {}) as Record<string, unknown>;
	const shape = SHAPES[sender];
	const place = (name: 'events' | 'record' | 'type' | 'ordering') => text(given[name]) || (shape[name] ?? '');
	const type = place('type');
	const inHeader = type.toLowerCase().startsWith('header:');
	const keys = texts(read('keyPath', ''));
	const name = text(given['name']);
	return {
		sender,
		authenticity: read('authenticity', 'signature') as Authenticity,
		hmac: {
			header: text(read('hmacHeader', 'X-Signature')),
			prefix: text(read('hmacPrefix', '')),
			digest: read('hmacDigest', 'sha256') as HmacSettings['digest'],
			encoding: read('hmacEncoding', 'hex') as HmacSettings['encoding'],
		},
		largest: number(options['largest'], LARGEST, { least: 1, most: 16 * 1024 }) * 1024,
		events: {
			events: path(place('events'), 'Events'),
			record: path(place('record'), 'Record'),
			key: (keys.length > 0 ? keys : [shape.key ?? 'id']).map((key) => path(key, 'Key Field')),
			...(type !== '' && !inHeader && { type: path(type, 'Event Type') }),
			types: [...typeRows(given['types']), ...(shape.types ?? [])],
			otherwise: (given['otherwise'] ?? 'changed') as Meaning,
			...(place('ordering') !== '' && { ordering: path(place('ordering'), 'Order of Changes') }),
		},
		...(inHeader && { typeHeader: type.slice('header:'.length).trim() }),
		...(name !== '' && { name: path(name, 'Name of a Record') }),
		about: about(read),
	};
}

function about(read: ReturnType<typeof reader>): PushSettings['about'] {
	if (read('side', 'source') !== 'destination') {
		const readable = read('dialect', 'none') !== 'none';
		return {
			side: 'source',
			carries: readable ? 'database' : (read('carries', 'all') as PushedRecord['carries']),
		};
	}
	const sync = number(read('watchedSync', 0), 0);
	const destination = number(read('watchedDestination', 0), 0);
	if (sync === 0 || destination === 0) {
		throw new SyncError('setup', 'It is not chosen which destination sends the events.', {
			todo: 'Choose the sync and its destination. A sync is in the list once it has run.',
		});
	}
	return { side: 'destination', sync, destination };
}

function typeRows(value: unknown): EventSettings['types'] {
	const { rows = [] } = (value ?? {}) as { rows?: { type?: unknown; means?: unknown }[] };
	return rows
		.map(({ type, means }) => ({ type: text(type), means: (means ?? 'removed') as Meaning }))
		.filter(({ type }) => type !== '');
}

/** A path as people write it, or as a dragged field is written. */
function path(written: string, where: string): Path {
	const bare = /^=?\s*\{\{\s*(.+?)\s*\}\}\s*$/u.exec(written)?.[1] ?? written;
	if (bare === '') return [];
	let parsed: Path | undefined;
	try {
		parsed = parsePath(/^\$json\b/u.test(bare) ? bare : /^\[/u.test(bare) ? `$json${bare}` : `$json.${bare}`);
	} catch {
		parsed = undefined;
	}
	if (parsed) return parsed;
	throw new SyncError('setup', `“${written}” in ${where} is no path to a field.`, {
		todo: 'Write names with dots between them, such as data.object.id.',
	});
}

export interface PushTrigger extends LoopSettings {
	/** What completes hints, and repairs. */
	source?: SourceSettings;
}

/** The settings of the trigger's loop; undefined where the events are a destination's: there is no sync of its own then. */
export function triggerSettings(context: ITriggerFunctions): PushTrigger | undefined {
	const push = pushSettings(context);
	if (push.about.side === 'destination') return undefined;
	const read = reader(context);
	const options = read('options', {}) as Record<string, unknown>;
	const source = push.about.carries === 'database' ? sourceSettings(context) : undefined;
	const sensitive = source ? texts(read('sensitive', [])) : [];
	if (source) checkSensitive(source, sensitive);
	const completeEvery = source ? milliseconds(number(read('completeEvery', 24), 24), 'hours') : null;
	return {
		schedule: { expression: LOOK, every: LOOK_EVERY },
		gather: number(options['gather'], 0.5, { most: 3600 }) * 1000,
		...(source && { source }),
		tick: { ...commonSettings(context), sensitive, completeEvery, pushed: true },
	};
}
