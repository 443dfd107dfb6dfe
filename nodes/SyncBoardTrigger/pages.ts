/** The board's pages by their addresses: what is asked of the ledger for each, and what it is put into. */
import type { IDataObject } from 'n8n-workflow';

import { charts } from '../../report/chart';
import { html, type Content } from '../../report/html';
import { overviewPage, syncCard } from '../../report/overview';
import { historyTable, holdList, pager, recordPage, type Allowed } from '../../report/records';
import { page } from '../../report/style';
import type { Moment } from '../../report/words';
import type { Ledger } from '../../sync/ledger';
import type { SyncLook } from '../../sync/look';
import { number, text } from '../shared/parameters';
import { tokenFor, tokenHolds, type Wish } from './access';
import { records, to } from './lists';
import { confirmation, fulfil, said, wishOf } from './wishes';

export interface Asked {
	query: Record<string, unknown>;
	visitor: string;
	/** Names this board. */
	board: string;
	zone: string;
	/** Seconds; 0: never. */
	refresh: number;
	allowed: Allowed;
}

export interface Shown {
	status: number;
	text: string;
}

/** Counts stop here. */
const MOST = 10_000;
/** Lines of history on one page. */
const LINES = 200;
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** The page for a GET. */
export async function pageFor(ledger: Ledger, asked: Asked): Promise<Shown> {
	const { query, zone, refresh } = asked;
	const moment: Moment = { now: await ledger.now(), zone };
	const id = number(text(query['sync']), 0);
	if (id === 0) {
		const syncs = await ledger.overview(MOST);
		return ok('Syncs', overviewPage(syncs, moment, to), { refresh });
	}
	const [sync] = await ledger.overview(MOST, id);
	if (!sync) return missing('There is no such sync any more.');
	const wish = wishOf(query);
	if (wish) return await askBack(ledger, asked, sync, wish, moment);
	const key = query['record'];
	if (typeof key === 'string') return await recordOf(ledger, asked, sync, key, moment);
	switch (text(query['view'])) {
		case 'holds':
			return ok(`Holds of ${sync.name}`, [
				up(sync),
				html`<h1>Held in ${sync.name}</h1>`,
				holdList(sync, await ledger.holds(sync.id), moment, { to, allowed: asked.allowed }),
			]);
		case 'history':
			return await historyOf(ledger, asked, sync, moment);
		default:
			return await syncPage(ledger, asked, sync, moment);
	}
}

async function syncPage(ledger: Ledger, asked: Asked, sync: SyncLook, moment: Moment): Promise<Shown> {
	const { query, refresh, allowed } = asked;
	const wanted = text(query['q']);
	const plainFirst =
		wanted === '' && query['after'] === undefined && query['before'] === undefined && query['in'] === undefined;
	const failed = sync.destinations.some(({ open }) => open.failed.count > 0);
	const head = [
		html`<nav><a href="?">All syncs</a></nav>`,
		said(query),
		syncCard(sync, moment, to),
		html`<p>
			${allowed.retry && failed && html`<a class="button" href="${to({ sync: sync.id, do: 'retry' })}">Try all that failed again</a> `}<a
				class="button"
				href="${to({ sync: sync.id, view: 'history' })}"
				>History</a
			>
		</p>`,
	];
	const charted = plainFirst
		? [
				html`<h2>The last two days, by the hour</h2>`,
				charts(await ledger.series(sync.id, moment.now - 2 * DAY, HOUR), moment),
				html`<h2>The last 30 days</h2>`,
				charts(await ledger.series(sync.id, moment.now - 30 * DAY, DAY), moment),
			]
		: [];
	return ok(sync.name, [head, await records(ledger, sync, query, moment), charted], {
		refresh: plainFirst ? refresh : 0,
	});
}

async function recordOf(
	ledger: Ledger,
	{ query, allowed }: Asked,
	sync: SyncLook,
	key: string,
	moment: Moment,
): Promise<Shown> {
	const record = await ledger.record(sync.id, key);
	if (!record) return missing(`${sync.name} has no record with the key ${key}.`);
	const before = number(text(query['before']), 0);
	const history = await ledger.history(sync.id, { key }, before || null, LINES);
	const older = history.next === null ? undefined : to({ sync: sync.id, record: key, before: history.next });
	return ok(record.name ?? key, [
		up(sync),
		said(query),
		recordPage(sync, record, history.rows, moment, { to, allowed, older }),
	]);
}

async function historyOf(ledger: Ledger, { query }: Asked, sync: SyncLook, moment: Moment): Promise<Shown> {
	const before = number(text(query['before']), 0);
	const run = number(text(query['run']), 0);
	const history = await ledger.history(sync.id, run > 0 ? { run } : {}, before || null, LINES);
	const next =
		history.next === null
			? undefined
			: to({ sync: sync.id, view: 'history', run: run || undefined, before: history.next });
	return ok(`History of ${sync.name}`, [
		up(sync),
		html`<h1>What happened in ${sync.name}${run > 0 && ` by run ${run}`}</h1>`,
		historyTable(sync, history.rows, moment, { keys: true, to }),
		pager(undefined, next),
	]);
}

/** Asks back before anything is done; what may not be done is not asked. */
async function askBack(ledger: Ledger, asked: Asked, sync: SyncLook, wish: Wish, moment: Moment): Promise<Shown> {
	if (!may(asked, wish)) return refused();
	const token = tokenFor(await ledger.secret(), asked.board, asked.visitor, wish, moment.now);
	const body = await confirmation(ledger, sync, wish, token, to);
	return body
		? ok(sync.name, [up(sync), body])
		: missing('That is no longer there: somebody may have seen to it meanwhile.');
}

/** Does what a form asks for. */
export async function done(
	ledger: Ledger,
	asked: Asked,
	form: Record<string, unknown>,
): Promise<{ shown: Shown; item?: IDataObject; back?: string }> {
	const wish = wishOf(form);
	if (!wish) return { shown: missing('That is nothing that this board can do.') };
	if (!may(asked, wish)) return { shown: refused() };
	const secret = await ledger.secret();
	if (!tokenHolds(text(form['token']), secret, asked.board, asked.visitor, wish, await ledger.now()))
		return {
			shown: {
				status: 403,
				text: page(
					'Not done',
					html`<h1>Nothing was done</h1>
						<p class="card">
							The form is too old, or does not come from this board. Go back to the board and press the
							button again.
						</p>
						<p><a class="button" href="?">To the board</a></p>`,
				),
			},
		};
	const { item, back } = await fulfil(ledger, wish, asked.visitor, to);
	return { shown: { status: 303, text: '' }, item, back };
}

function may({ allowed }: Asked, { does }: Wish): boolean {
	// Not everything that can be wished for has a switch: looked up by name, and only a yes is one.
	return (allowed as unknown as Record<string, boolean | undefined>)[does] === true;
}

function refused(): Shown {
	return {
		status: 403,
		text: page(
			'Not allowed',
			html`<h1>Not allowed</h1>
				<p class="card">
					This board’s node does not allow that button. Whoever may edit the workflow can allow it in Buttons.
				</p>
				<p><a class="button" href="?">To the board</a></p>`,
		),
	};
}

function missing(what: string): Shown {
	return {
		status: 404,
		text: page(
			'Not there',
			html`<h1>Not there</h1>
				<p class="card">${what}</p>
				<p><a class="button" href="?">To the board</a></p>`,
		),
	};
}

function ok(title: string, body: Content, { refresh = 0 }: { refresh?: number } = {}): Shown {
	return { status: 200, text: page(title, body, { refresh: refresh > 0 ? refresh : undefined }) };
}

function up(sync: SyncLook): Content {
	return html`<nav><a href="?">All syncs</a> › <a href="${to({ sync: sync.id })}">${sync.name}</a></nav>`;
}
