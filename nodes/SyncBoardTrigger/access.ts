/** Who opens the board, and whether a button was really pressed on it. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { IWebhookFunctions } from 'n8n-workflow';

import { basicRefusal, tokenRefusal } from '../../connectors/webhook/authentic';
import type { Delivery } from '../../connectors/webhook/delivery';
import { credentialOf } from '../shared/credentials';
import { plain } from '../shared/errors';
import { reader } from '../shared/parameters';

/** `not set up`: there is nothing to be known by. `stranger`: not by what came. Otherwise what the person is called. */
export type Visitor = { known: true; name: string } | { known: false; why: 'not set up' | 'stranger'; basic: boolean };

/** Compares in a time that says nothing; tells the log of n8n, and nobody else, why somebody is refused. */
export async function visitorOf(context: IWebhookFunctions): Promise<Visitor> {
	const basic = reader(context)('access', 'basic') !== 'header';
	// Express' types are not at hand; its request is Node's own, and more.
	const request = context.getRequestObject() as unknown as IncomingMessage;
	const delivery: Delivery = {
		method: request.method ?? 'GET',
		url: '',
		rawHeaders: request.rawHeaders,
		body: Buffer.alloc(0),
	};
	try {
		if (basic) {
			const { user, password } = await credentialOf<{ user: string; password: string }>(context, 'httpBasicAuth');
			if (!password) return { known: false, why: 'not set up', basic };
			const refused = basicRefusal(delivery, user, password);
			if (refused === undefined) return { known: true, name: user };
			return { known: false, why: 'stranger', basic };
		}
		const { name, value } = await credentialOf<{ name: string; value: string }>(context, 'httpHeaderAuth');
		if (!name || !value) return { known: false, why: 'not set up', basic };
		if (tokenRefusal(delivery, name, value) === undefined) return { known: true, name: 'the board' };
		return { known: false, why: 'stranger', basic };
	} catch (error) {
		context.logger.warn(`The board is not set up: ${plain(error)}`);
		return { known: false, why: 'not set up', basic };
	}
}

/** What a button does, to what. */
export interface Wish {
	does: string;
	sync: number;
	record?: string;
	hold?: number;
	/** The destination in which a task is done. */
	place?: number;
}

const HOUR = 60 * 60 * 1000;

/**
 * A form's token: for this board, this person, this wish, and an hour or two. A page of others that a signed-in person
 * opens cannot know it, for it cannot read our pages.
 */
export function tokenFor(secret: string, board: string, visitor: string, wish: Wish, at: number): string {
	const { does, sync, record = null, hold = null, place = null } = wish;
	const key = createHmac('sha256', secret).update('board').digest();
	return createHmac('sha256', key)
		.update(JSON.stringify([board, visitor, does, sync, record, hold, place, Math.floor(at / HOUR)]))
		.digest('hex');
}

export function tokenHolds(
	given: string,
	secret: string,
	board: string,
	visitor: string,
	wish: Wish,
	at: number,
): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	// Both are compared, so that the time taken says nothing about which one came near.
	return [at, at - HOUR]
		.map((when) => timingSafeEqual(digest(given), digest(tokenFor(secret, board, visitor, wish, when))))
		.includes(true);
}
