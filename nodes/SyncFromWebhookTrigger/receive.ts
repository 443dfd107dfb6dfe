/** One delivery: authentic, understood, in the ledger, and only then answered. */
import type { IncomingMessage } from 'node:http';
import type { IWebhookFunctions } from 'n8n-workflow';

import { BodyError, readBody } from '../../connectors/webhook/body';
import { header, type Delivery } from '../../connectors/webhook/delivery';
import { EventError, readEvents, type ReadEvent } from '../../connectors/webhook/events';
import { plain } from '../shared/errors';
import { doubtLedger } from '../shared/ledger';
import { refused } from './authenticity';
import { keep } from './keep';
import { pushSettings, type PushSettings } from './settings';

/** What n8n's body parser leaves of a request; n8n's types name Express, which no package of ours needs. */
interface ParsedRequest extends Omit<IncomingMessage, 'rawBody' | 'readRawBody'> {
	/** Where n8n has read the body, which it does with the types that it can parse. */
	rawBody?: Buffer;
	readRawBody?(): Promise<void>;
	originalUrl: string;
}

/** What the sender is told. An unauthentic one learns nothing but that. */
export interface Answer {
	status: number;
	text: string;
	/** What is wrong with it, for whoever tests the workflow; the sender of what is not authentic is not told. */
	why?: string;
}

const THANKS: Answer = { status: 200, text: 'ok' };

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

/** The events of an authentic delivery in their order, or what to answer at once. Writes nothing. */
export async function understood(context: IWebhookFunctions, settings: PushSettings): Promise<Answer | ReadEvent[]> {
	const request = context.getRequestObject() as unknown as ParsedRequest;
	const body = await bodyOf(request, settings.largest);
	if ('status' in body) return body;
	const delivery: Delivery = {
		method: request.method ?? 'POST',
		url: address(context, request.originalUrl),
		rawHeaders: request.rawHeaders,
		body,
	};
	const why = await refused(context, delivery, settings);
	if (why !== undefined) {
		context.logger.warn(`A pushed event was refused: ${why}`);
		return { status: 401, text: 'unauthorized', why };
	}
	try {
		const value = readBody(body, request.headers['content-type']);
		if (settings.sender === 'slack' && isChallenge(value)) return { status: 200, text: value.challenge };
		const type = settings.typeHeader === undefined ? undefined : header(delivery, settings.typeHeader);
		// Whether a record changed or is gone is not guessed.
		if (settings.typeHeader !== undefined && type === undefined)
			return { status: 422, text: `the header ${settings.typeHeader} is missing or doubled` };
		return readEvents(value, settings.events, type);
	} catch (error) {
		if (error instanceof BodyError) return { status: error.status, text: error.message };
		if (error instanceof EventError) return { status: 422, text: error.message };
		throw error;
	}
}

/** The bytes of the body, or what to answer at once. */
async function bodyOf(request: ParsedRequest, largest: number): Promise<Answer | Buffer> {
	const tooLarge = { status: 413, text: 'the body is too large' };
	if (!request.rawBody) {
		// Whatever it holds, n8n has taken it apart.
		if (/^\s*multipart\//iu.test(request.headers['content-type'] ?? ''))
			return { status: 415, text: 'send JSON or a form' };
		if (Number(request.headers['content-length'] ?? 0) > largest) return tooLarge;
		try {
			await request.readRawBody?.();
		} catch (error) {
			const { type } = error as { type?: unknown };
			return type === 'entity.too.large' ? tooLarge : { status: 400, text: 'the body could not be read' };
		}
	}
	const body = request.rawBody ?? Buffer.alloc(0);
	return body.length > largest ? tooLarge : body;
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
