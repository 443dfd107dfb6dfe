/** The board's buttons: what they ask back, what they do, and what is said afterwards. */
import type { IDataObject } from 'n8n-workflow';

import { html, type Content, type Html } from '../../report/html';
import type { To } from '../../report/overview';
import { many } from '../../report/words';
import type { Ledger } from '../../sync/ledger';
import type { SyncLook } from '../../sync/look';
import { number, text } from '../shared/parameters';
import { nudge } from '../shared/trigger/nudges';
import type { Wish } from './access';

const DOES = ['retry', 'release', 'resync', 'done'];

/** What an address or a form asks for; undefined where it asks for nothing that there is. */
export function wishOf(given: Record<string, unknown>): Wish | undefined {
	const does = text(given['do']);
	const sync = number(text(given['sync']), 0);
	const record = typeof given['record'] === 'string' && given['record'] !== '' ? given['record'] : undefined;
	const hold = number(text(given['hold']), 0);
	const place = number(text(given['place']), 0);
	if (!DOES.includes(does) || sync === 0) return undefined;
	if ((does === 'release') !== hold > 0 || (does === 'resync' && record === undefined)) return undefined;
	if ((does === 'done') !== place > 0 || (does === 'done' && record === undefined)) return undefined;
	return {
		does,
		sync,
		...(record !== undefined && { record }),
		...(hold > 0 && { hold }),
		...(place > 0 && { place }),
	};
}

/** Asks back, in words that say what will happen. Undefined where it is not there any more. */
export async function confirmation(
	ledger: Ledger,
	sync: SyncLook,
	wish: Wish,
	token: string,
	to: To,
): Promise<Html | undefined> {
	const asked = await question(ledger, sync, wish);
	if (!asked) return undefined;
	const hidden = { do: wish.does, sync: wish.sync, record: wish.record, hold: wish.hold, place: wish.place, token };
	const back = wish.record === undefined ? to({ sync: wish.sync }) : to({ sync: wish.sync, record: wish.record });
	return html`<h1>${asked.title}</h1>
		<div class="card">
			<p>${asked.text}</p>
			<form method="post" action="?">
				${Object.entries(hidden).map(
					([name, value]) =>
						value !== undefined && html`<input type="hidden" name="${name}" value="${value}" />`,
				)}<button class="go">${asked.button}</button> <a class="button" href="${back}">No, go back</a>
			</form>
		</div>`;
}

async function question(
	ledger: Ledger,
	sync: SyncLook,
	{ does, record, hold, place }: Wish,
): Promise<{ title: string; text: Content; button: string } | undefined> {
	if (does === 'release') {
		const found = (await ledger.holds(sync.id)).find(({ id }) => id === hold);
		if (!found) return undefined;
		const where = sync.destinations.find(({ id }) => id === found.destination)?.name ?? 'the destination';
		return {
			title: `Release hold ${found.id}?`,
			text: html`${found.reason}. What is held will be done in <b>${where}</b> at the next run:
				${many(found.count, 'record')},
				${found.names.join(', ')}${
					found.count > found.names.length && ` and ${many(found.count - found.names.length, 'more', 'more')}`
				}.
				It cannot be taken back.`,
			button: `Yes, release ${many(found.count, 'record')}`,
		};
	}
	if (record === undefined)
		return {
			title: `Try again in ${sync.name}?`,
			text: 'All that failed is tried again at the next run, with as many tries as a new change has.',
			button: 'Yes, try all again',
		};
	const found = await ledger.record(sync.id, record);
	if (!found) return undefined;
	const name = found.name ?? found.key;
	if (does === 'done') {
		const side = found.sides.find(({ destination, state }) => destination === place && state === 'task');
		if (!side) return undefined;
		return {
			title: `Is it done for ${name}?`,
			text: html`To do by hand in
				<b>${sync.destinations.find(({ id }) => id === place)?.name ?? 'the destination'}</b>:
				${side.error ?? ''} Nobody reads there whether it was done: this closes it on your word.`,
			button: 'Yes, it is done',
		};
	}
	return does === 'retry'
		? { title: `Try ${name} again?`, text: `It is tried again at the next run.`, button: 'Yes, try again' }
		: {
				title: `Compare ${name} anew?`,
				text: 'It is read in every destination at the next run, and what differs from the source there is written.',
				button: 'Yes, compare and write',
			};
}

/** Does it; what goes out as an item, and where the browser goes. */
export async function fulfil(
	ledger: Ledger,
	wish: Wish,
	visitor: string,
	to: To,
): Promise<{ item: IDataObject; back: string }> {
	const { does, sync, record, hold, place } = wish;
	const known = (await ledger.syncs()).find(({ id }) => id === sync);
	let count = 0;
	let came: string = does;
	if (does === 'release') came = await ledger.release(sync, hold!);
	else if (does === 'done') count = await ledger.done(sync, { key: record!, destination: place });
	else if (does === 'retry') count = await ledger.retry(sync, { key: record });
	else count = await ledger.resync(sync, { keys: [record!] });
	if (known) nudge(known.identity);
	const what = {
		retry: `wants ${record ?? 'all that failed'} tried again`,
		release: `released hold ${hold}`,
		resync: `wants ${record} compared anew`,
		done: `has done by hand what was to be done for ${record}`,
	}[does];
	const item: IDataObject = {
		action: does,
		result: came,
		sync,
		name: known?.name ?? null,
		...(record !== undefined && { key: record }),
		...(hold !== undefined && { hold }),
		...(does !== 'release' && { count }),
		by: visitor,
		text: `${visitor} ${what} in ${known?.name ?? 'a sync'}.`,
	};
	return { item, back: to({ sync, record, said: came, count: does === 'release' ? undefined : count }) };
}

/** What is said after a button was pressed. Only these: an address that somebody made up says nothing else. */
export function said(query: Record<string, unknown>): Content {
	const count = number(text(query['count']), 0);
	const sentence = {
		retry:
			count === 0
				? 'There was nothing left to try again.'
				: `${many(count, 'write')} will be tried again at the next run.`,
		resync:
			count === 0
				? 'It is under way already.'
				: `It will be compared in ${many(count, 'destination')} at the next run.`,
		done: count === 0 ? 'There is no such task any more.' : 'The task is done.',
		released: 'The hold is released; what it held will be done at the next run.',
		closed: 'That hold was over already.',
		unknown: 'There is no such hold.',
	}[text(query['said'])];
	return sentence !== undefined && html`<p class="card notice">${sentence}</p>`;
}
