/** One delivery: authentic, understood, in the ledger, and only then answered. */
import type { IncomingMessage } from 'node:http';
import type { IWebhookFunctions } from 'n8n-workflow';

import { BodyError, readBody } from '../../connectors/webhook/body';
import { header, type Delivery } from '../../connectors/webhook/delivery';
import { EventError, newest, readEvents, type ReadEvent } from '../../connectors/webhook/events';
import type { Ledger, SyncIdentity } from '../../sync/ledger';
import { orderingText } from '../../sync/ordering';
import { follow } from '../../sync/path';
import { plain } from '../shared/errors';
import { doubtLedger, openLedger } from '../shared/ledger';
import { reader, text } from '../shared/parameters';
import { nudge } from '../shared/trigger/nudges';
import { refused } from './authenticity';
import { look } from './look';
import { pushSettings, type PushSettings } from './settings';

/** What n8n's body parser leaves of a request; n8n's types name Express, which no package of ours needs. */
interface ParsedRequest extends Omit<IncomingMessage, 'rawBody'> {
	rawBody?: Buffer;
	originalUrl: string;
}

/** What the sender is told. An unauthentic one learns nothing but that. */
export interface Answer {
	status: number;
	text: string;
}

const THANKS: Answer = { status: 200, text: 'ok' };
/** Where there is no reader, what fingerprints of pushed records are compared under. */
const TAG = 'pushed';
/** Most records that one transaction takes in. */
const PIECE = 1000;

/** Takes a delivery in. Never throws: whatever goes wrong becomes a status that makes the sender try again, or not. */
export async function receive(context: IWebhookFunctions): Promise<Answer> {
	try {
		const settings = pushSettings(context);
		const read = await understood(context, settings);
		if ('status' in read) return read;
		await keep(context, settings, read);
		return THANKS;
	} catch (error) {
		context.logger.error(`A pushed event could not be taken in: ${plain(error)}`);
		await doubtLedger().catch(() => undefined);
		return { status: 503, text: 'not taken in; try again' };
	}
}

/** The events of an authentic delivery, or what to answer at once. Writes nothing. */
export async function understood(context: IWebhookFunctions, settings: PushSettings): Promise<Answer | ReadEvent[]> {
	const request = context.getRequestObject() as unknown as ParsedRequest;
	if (!request.rawBody && Number(request.headers['content-length'] ?? 0) > 0)
		return { status: 415, text: 'send JSON or a form' };
	const body = request.rawBody ?? Buffer.alloc(0);
	if (body.length > settings.largest) return { status: 413, text: 'the body is too large' };
	const delivery: Delivery = {
		method: request.method ?? 'POST',
		url: address(context, request.originalUrl),
		rawHeaders: request.rawHeaders,
		body,
	};
	const why = await refused(context, delivery, settings);
	if (why !== undefined) {
		context.logger.warn(`A pushed event was refused: ${why}`);
		return { status: 401, text: 'unauthorized' };
	}
	try {
		const value = readBody(body, request.headers['content-type']);
		if (settings.sender === 'slack' && isChallenge(value)) return { status: 200, text: value.challenge };
		const type = settings.typeHeader === undefined ? undefined : header(delivery, settings.typeHeader);
		return newest(readEvents(value, settings.events, type), compare);
	} catch (error) {
		if (error instanceof BodyError) return { status: error.status, text: error.message };
		if (error instanceof EventError) return { status: 422, text: error.message };
		throw error;
	}
}

/** The address as the sender knows it: n8n's own for this webhook, with the query that came. */
function address(context: IWebhookFunctions, original: string): string {
	const query = original.indexOf('?');
	return `${context.getNodeWebhookUrl('default') ?? ''}${query < 0 ? '' : original.slice(query)}`;
}

/** Slack asks once whether the address is ours (api.slack.com: url_verification). */
function isChallenge(value: unknown): value is { challenge: string } {
	const { type, challenge } = (value ?? {}) as Record<string, unknown>;
	return type === 'url_verification' && typeof challenge === 'string';
}

function compare(one: ReadEvent['ordering'], other: ReadEvent['ordering']): number {
	const [first, second] = [orderingText(one), orderingText(other)];
	if (first === null || second === null || first === second) return 0;
	return first < second ? -1 : 1;
}

/** Commits the events to the ledger, and wakes whoever works on them. */
async function keep(context: IWebhookFunctions, settings: PushSettings, events: ReadEvent[]): Promise<void> {
	const { about } = settings;
	if (about.side === 'destination') {
		await inPieces(events, async (piece) => {
			await look(
				about,
				piece.map(({ key }) => key),
			);
		});
		return;
	}
	const ledger = await openLedger();
	const identity = identityOf(context);
	const sync = await syncOf(context, ledger, identity);
	const { carries } = about;
	await inPieces(events, async (piece) => {
		if (carries === 'database')
			await ledger.hint(
				sync,
				piece.map(({ key }) => key),
			);
		else
			await ledger.push(
				sync,
				TAG,
				piece.map((event) => ({ ...event, ...named(event, settings), carries })),
				[],
			);
	});
	nudge(identity);
}

/** A delivery of many events is several transactions: should one fail, the sender sends all again, and nothing comes twice. */
async function inPieces(events: ReadEvent[], work: (piece: ReadEvent[]) => Promise<void>): Promise<void> {
	for (let from = 0; from < events.length; from += PIECE) await work(events.slice(from, from + PIECE));
}

export function named(event: ReadEvent, { name }: PushSettings): { name?: string } {
	const found = name && text(follow(event.fields, name));
	return found ? { name: found } : {};
}

export function identityOf(context: IWebhookFunctions): SyncIdentity {
	return {
		instance: context.getInstanceId(),
		workflow: context.getWorkflow().id ?? '',
		node: context.getNode().id,
	};
}

async function syncOf(context: IWebhookFunctions, ledger: Ledger, identity: SyncIdentity): Promise<number> {
	const known = await ledger.find(identity);
	if (known) return known.id;
	const read = reader(context);
	const takeOver = text((read('options', {}) as Record<string, unknown>)['takeOver']);
	return (await ledger.register(identity, text(read('syncName', '')), takeOver || undefined)).id;
}
