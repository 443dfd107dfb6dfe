/** Records × destinations, a page of them; and one record whole. */
import type { Cell, DestinationLook, HistoryLine, HoldLook, RecordLine, RecordLook, SyncLook } from '../sync/look';
import type { Fields } from '../sync/types';
import { html, type Content, type Html } from './html';
import { linked, type To } from './overview';
import { ago, badge, many, shown, whole, type Moment } from './words';

/** Which buttons a page has. */
export interface Allowed {
	retry: boolean;
	release: boolean;
	resync: boolean;
	done: boolean;
}

export const NOTHING_ALLOWED: Allowed = { retry: false, release: false, resync: false, done: false };

/** A table of records with their standing in every destination. */
export function recordTable(sync: SyncLook, rows: RecordLine[], moment: Moment, to?: To): Html {
	if (rows.length === 0) return html`<p class="card quiet">There are none.</p>`;
	const { destinations } = sync;
	return html`<div class="card scroll">
		<table>
			<thead>
				<tr>
					<th>Key</th>
					<th>Name</th>
					${destinations.map(({ name }) => html`<th>${name}</th>`)}
					<th>Changed</th>
				</tr>
			</thead>
			<tbody>
				${rows.map(
					({ key, name, present, changedAt, cells }) =>
						html`<tr>
							<td>${linked(to, { sync: sync.id, record: key }, key)}</td>
							<td>
								${name ?? ''}${!present && html` <span class="quiet small">no longer in the source</span>`}
							</td>
							${destinations.map(
								({ id }) =>
									html`<td>
										${cellsIn(
											cells.filter(({ destination }) => destination === id),
											moment,
										)}
									</td>`,
							)}
							<td class="small">${ago(changedAt, moment)}</td>
						</tr>`,
				)}
			</tbody>
		</table>
	</div>`;
}

/** So many parts of a record are shown in a list; those that need a person first. */
const PARTS = 6;

function cellsIn(cells: Cell[], moment: Moment): Html[] {
	if (cells.length <= PARTS) return cells.map((cell) => cellOf(cell, moment));
	const standing = cells.filter(({ standing }) => standing !== 'removed');
	const order = ({ standing }: Cell) => Number(standing === 'in sync');
	const first = [...standing].sort((one, other) => order(one) - order(other)).slice(0, PARTS);
	const more = standing.length - first.length;
	return [
		...first.map((cell) => cellOf(cell, moment)),
		...(more > 0 ? [html`<div class="small quiet">and ${many(more, 'more part')}</div>`] : []),
	];
}

function cellOf({ standing, part, error, healedAt }: Cell, moment: Moment): Html {
	return html`<div>
		${part !== '' && html`<span class="small quiet">${part}</span> `}${badge(standing)}${healedAt !== null && html` <span class="healed">↺ healed ${ago(healedAt, moment)}</span>`}${
			error !== null && error !== '' && html`<div class="error">${error.slice(0, 300)}</div>`
		}
	</div>`;
}

/** A record's own page: both sides, and what became of every field. */
export function recordPage(
	sync: SyncLook,
	record: RecordLook,
	history: HistoryLine[],
	moment: Moment,
	{ to, allowed = NOTHING_ALLOWED, older }: { to?: To; allowed?: Allowed; older?: string } = {},
): Html {
	const { key, name, present, changedAt, version, fields, sides } = record;
	const button = (does: string, words: string) =>
		to && html`<a class="button" href="${to({ sync: sync.id, record: key, do: does })}">${words}</a> `;
	const failed = sides.some(
		({ standing, attempts }) => standing === 'failed' || (standing === 'pending' && attempts > 0),
	);
	return html`<h1>${name ?? key}</h1>
		<p class="quiet">
			Key ${key} in ${sync.name}, version ${version}, changed
			${ago(changedAt, moment)}${!present && html`, <b>no longer in the source</b>`}
		</p>
		<p>
			${
				allowed.retry && failed && button('retry', 'Try again now')
			}${allowed.resync && present && button('resync', 'Compare and write anew')}
		</p>
		<h2>In the source</h2>
		${
			fields === null
				? html`<p class="card quiet">Its fields were erased when its removal was confirmed.</p>`
				: fieldTable(fields)
		}${sides.map((side) => {
			const place = placeOf(sync, side.destination);
			return html`<h2>In ${place?.name ?? 'a destination'}${side.part !== '' && ` (${side.part})`}</h2>
				<div class="card">
					<p style="margin:0 0 8px">
						${badge(side.standing)}${
							side.healedAt !== null &&
							html` <span class="healed">↺ healed ${ago(side.healedAt, moment)}</span>`
						}
						<span class="quiet small"
							>${side.counterpart === null ? 'no counterpart' : html`counterpart ${side.counterpart}`},
							confirmed
							${ago(side.confirmedAt, moment)}${
								side.behind && side.standing !== 'removed' && ', the record has changed since'
							}${side.attempts > 0 && `, ${many(side.attempts, 'try', 'tries')}, the next one ${whole(side.dueAt, moment)}`}</span
						>
					</p>
					${side.error && html`<p class="trouble">${side.state === 'task' && html`<b>To do by hand:</b> `}${side.error}</p>`}${
						side.state === 'task' &&
						allowed.done &&
						to &&
						html`<p>
							<a
								class="button"
								href="${to({ sync: sync.id, record: key, place: side.destination, do: 'done' })}"
								>Mark as done …</a
							>
						</p>`
					}${side.fields === null ? '' : sideTable(side)}
				</div>`;
		})}
		<h2>What happened</h2>
		${historyTable(sync, history, moment)}${older !== undefined && html`<p class="pages"><a class="button" href="${older}">Older</a></p>`}`;
}

function placeOf(sync: SyncLook, destination: number): DestinationLook | undefined {
	return sync.destinations.find(({ id }) => id === destination);
}

function fieldTable(fields: Fields): Html {
	return html`<div class="card scroll">
		<table>
			<tbody>
				${Object.entries(fields).map(
					([field, value]) =>
						html`<tr>
							<th>${field}</th>
							<td class="value">${shown(value)}</td>
						</tr>`,
				)}
			</tbody>
		</table>
	</div>`;
}

function sideTable({ fields, told, provisional }: RecordLook['sides'][number]): Html {
	return html`<div class="scroll">
		<table>
			<thead>
				<tr>
					<th>Field</th>
					<th>Written</th>
					<th>As it reads there</th>
				</tr>
			</thead>
			<tbody>
				${Object.entries(fields ?? {}).map(
					([field, value]) =>
						html`<tr>
							<th>${field}</th>
							<td class="value">${shown(value)}</td>
							<td class="value">
								${
									provisional !== null && field in provisional
										? html`<b>${shown(provisional[field])}</b>`
										: told !== null && field in told
											? shown(told[field])
											: html`<span class="quiet">the same</span>`
								}
							</td>
						</tr>`,
				)}
			</tbody>
		</table>
	</div>`;
}

/** History, one line per field. */
export function historyTable(
	sync: SyncLook,
	lines: HistoryLine[],
	moment: Moment,
	{ keys = false, to }: { keys?: boolean; to?: To } = {},
): Html {
	if (lines.length === 0) return html`<p class="card quiet">Nothing is remembered.</p>`;
	return html`<div class="card scroll">
		<table>
			<thead>
				<tr>
					<th>When</th>
					${keys && html`<th>Key</th>`}
					<th>Where</th>
					<th>What</th>
					<th>Field</th>
					<th>Was</th>
					<th>Now</th>
					<th>Why</th>
					<th>Run</th>
				</tr>
			</thead>
			<tbody>
				${lines.map(
					({ destination, key, part, at, outcome, field, was, now, why, run }) =>
						html`<tr>
							<td class="small">${whole(at, moment)}</td>
							${keys && html`<td>${linked(to, { sync: sync.id, record: key }, key)}</td>`}
							<td>${placeOf(sync, destination)?.name ?? 'a former destination'}</td>
							<td>${outcome === 'healed' ? html`<span class="healed">↺ healed</span>` : outcome}</td>
							<td>${part !== '' && html`<span class="small quiet">${part}</span> `}${field ?? ''}</td>
							<td class="value">${field === null ? '' : shown(was)}</td>
							<td class="value">${field === null ? '' : shown(now)}</td>
							<td class="small">${why}</td>
							<td class="small">${run ?? ''}</td>
						</tr>`,
				)}
			</tbody>
		</table>
	</div>`;
}

/** Holds that wait for a person. */
export function holdList(
	sync: SyncLook,
	holds: HoldLook[],
	moment: Moment,
	{ to, allowed = NOTHING_ALLOWED }: { to?: To; allowed?: Allowed } = {},
): Html {
	if (holds.length === 0) return html`<p class="card quiet">Nothing is held.</p>`;
	return html`${holds.map(
		({ id, destination, reason, count, names, createdAt }) =>
			html`<section class="card">
				<h2 style="margin:0 0 6px">
					Hold ${id}: ${many(count, 'record')} for ${placeOf(sync, destination)?.name ?? 'a destination'}
				</h2>
				<p>${reason}. Held ${ago(createdAt, moment)}; nothing of it was done.</p>
				<p class="small">
					${names.join(', ')}${count > names.length && ` and ${many(count - names.length, 'more', 'more')}`}
				</p>
				${allowed.release && to && html`<a class="button" href="${to({ sync: sync.id, hold: id, do: 'release' })}">Release …</a>`}
			</section>`,
	)}`;
}

/** Links to what comes before and behind. */
export function pager(before: string | undefined, next: string | undefined): Content {
	return html`<p class="pages">
		${before !== undefined && html`<a class="button" href="${before}">← Back</a>`}${next !== undefined && html`<a class="button" href="${next}">Next →</a>`}
	</p>`;
}
