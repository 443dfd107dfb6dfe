/** The board's lists of records: of a standing, of a search, or all by their keys. */
import { html, type Content } from '../../report/html';
import type { To } from '../../report/overview';
import { pager, recordTable } from '../../report/records';
import { many, type Moment } from '../../report/words';
import type { Ledger } from '../../sync/ledger';
import { OPEN, type ByTime, type Open, type SyncLook } from '../../sync/look';
import { number, text } from '../shared/parameters';
import { said } from './wishes';

/** Records on one page. */
const ROWS = 50;
/** Names that one page of a search looks through. */
const NAMES = 50_000;
const DAY = 24 * 60 * 60 * 1000;

/** Addresses are relative: whatever proxy stands before n8n, they lead back here. */
export const to: To = (query) => {
	const given = new URLSearchParams();
	for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
	return `?${given.toString()}`;
};

/** The list that the address names: of a standing, of a search, or all by their keys. */
export async function records(
	ledger: Ledger,
	sync: SyncLook,
	query: Record<string, unknown>,
	moment: Moment,
): Promise<Content> {
	const wanted = text(query['q']);
	const search = html`<h2>Records</h2>
		<form method="get">
			<input type="hidden" name="sync" value="${sync.id}" /><input
				type="search"
				name="q"
				value="${wanted}"
				placeholder="Key or name"
				aria-label="Key or name"
			/>
			<button>Search</button>
		</form>`;
	const within = text(query['within']);
	if (wanted !== '' && within !== '') {
		const after = query['key'] === undefined ? null : { name: text(query['name']), key: text(query['key']) };
		const found = await ledger.searchWithin(sync.id, wanted, after, ROWS, NAMES);
		const { next } = found;
		return [
			search,
			html`<p class="quiet">Names that hold “${wanted}”${next && html`, as far as “${next.name}”`}</p>`,
			recordTable(sync, found.rows, moment, to),
			pager(undefined, next ? to({ sync: sync.id, q: wanted, within: 1, ...next }) : undefined),
		];
	}
	if (wanted !== '') {
		const found = await ledger.search(sync.id, wanted, ROWS);
		return [
			search,
			html`<p class="quiet">
				${many(found.length, 'record')} whose key or name begins with
				“${wanted}”${found.length === ROWS && ' (no more are shown)'}.
				<a href="${to({ sync: sync.id, q: wanted, within: 1 })}">Look inside names, too</a>
			</p>`,
			recordTable(sync, found, moment, to),
		];
	}
	const place = sync.destinations.find(({ id }) => id === number(text(query['in']), 0));
	const standing = OPEN.find((one) => one === query['state']);
	const at = number(text(query['at']), 0);
	const from: ByTime | null = at === 0 ? null : { at, key: text(query['key']) };
	if (place && (standing || query['state'] === 'healed')) {
		const found = standing
			? await ledger.standingPage(sync.id, place.id, standing, from, ROWS)
			: await ledger.healedPage(sync.id, place.id, moment.now - DAY, from, ROWS);
		const state = standing ?? 'healed';
		return [
			html`<h2>${TITLES[state]} in ${place.name}</h2>
				${said(query)}`,
			recordTable(sync, found.rows, moment, to),
			pager(
				from ? to({ sync: sync.id, in: place.id, state }) : undefined,
				found.next ? to({ sync: sync.id, in: place.id, state, ...found.next }) : undefined,
			),
		];
	}
	const after = typeof query['after'] === 'string' ? query['after'] : undefined;
	const before = typeof query['before'] === 'string' ? query['before'] : undefined;
	const found = await ledger.recordPage(sync.id, { after, before }, ROWS);
	const first = found.rows[0]?.key;
	return [
		search,
		html`<p class="small quiet">
			${sync.destinations.map(({ id, name }) => html`<a href="${to({ sync: sync.id, in: id, state: 'healed' })}">Healed lately in ${name}</a> `)}
		</p>`,
		recordTable(sync, found.rows, moment, to),
		pager(
			first !== undefined && (after !== undefined || before !== undefined)
				? to({ sync: sync.id, before: first })
				: undefined,
			found.next === null ? undefined : to({ sync: sync.id, after: found.next }),
		),
	];
}

const TITLES: Record<Open | 'healed', string> = {
	pending: 'Pending',
	held: 'Held',
	failed: 'Failed',
	dropped: 'Dropped on the way',
	healed: 'Healed within a day',
};
