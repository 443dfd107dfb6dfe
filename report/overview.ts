/** All syncs at a glance. */
import { OPEN, type Counted, type DestinationLook, type Load, type SyncLook } from '../sync/look';
import { html, type Html } from './html';
import { ago, badge, long, many, number, type Moment } from './words';

/** Where a page leads; a report that is mailed leads nowhere. */
export type To = (query: Record<string, string | number | undefined>) => string;

/** A link, or the words alone. */
export function linked(to: To | undefined, query: Parameters<To>[0], words: Html | string): Html {
	return to ? html`<a href="${to(query)}">${words}</a>` : html`${words}`;
}

export function overviewPage(syncs: SyncLook[], moment: Moment, to?: To): Html {
	if (syncs.length === 0)
		return html`<h1>Syncs</h1>
			<p class="card">
				No sync has run on this n8n yet. Publish a workflow that starts with a Sync From … node; it shows here
				after its first run.
			</p>`;
	const ill = syncs.filter(({ health }) => health === 'failing' || health === 'stale').length;
	return html`<h1>Syncs</h1>
		<p class="quiet">
			${many(syncs.length, 'sync')}${ill === 0 ? ', none of them in trouble' : html`, <b>${ill} in trouble</b>`}
		</p>
		${syncs.map((sync) => syncCard(sync, moment, to))}`;
}

/** One sync: how it feels, how far it is, and each of its destinations. */
export function syncCard(sync: SyncLook, moment: Moment, to?: To): Html {
	const { id, name, health, records, tickAt, completeReadAt, oldestUnconfirmed, destinations, trouble } = sync;
	const swept = destinations.map(({ sweptAt }) => sweptAt);
	const lastSweep = swept.length === 0 || swept.includes(null) ? null : Math.min(...(swept as number[]));
	return html`<section class="card">
		<div class="row">
			<h2 style="margin:0">${linked(to, { sync: id }, name)}</h2>
			<span class="badge ${health}">${health}</span>
		</div>
		<dl class="row" style="margin:10px 0 0">
			<div>
				<dt>Records</dt>
				<dd>${number(records)}</dd>
			</div>
			<div>
				<dt>Oldest unconfirmed change</dt>
				<dd>${oldestUnconfirmed === null ? 'none' : long(moment.now - oldestUnconfirmed)}</dd>
			</div>
			<div>
				<dt>Last run</dt>
				<dd>${ago(tickAt, moment)}</dd>
			</div>
			<div>
				<dt>Last complete read</dt>
				<dd>${ago(completeReadAt, moment)}</dd>
			</div>
			<div>
				<dt>Last sweep of all</dt>
				<dd>${ago(lastSweep, moment)}</dd>
			</div>
		</dl>
		${trouble !== null && html`<p class="trouble">${trouble}</p>`}
		<div class="scroll">
			<table style="margin-top:10px">
				<thead>
					<tr>
						<th>Destination</th>
						${OPEN.map((standing) => html`<th>${badge(standing)}</th>`)}
						<th>Last sweep</th>
					</tr>
				</thead>
				<tbody>
					${destinations.map((place) => placeRow(id, place, moment, to))}
				</tbody>
			</table>
		</div>
	</section>`;
}

function placeRow(sync: number, place: DestinationLook, moment: Moment, to?: To): Html {
	const { id, name, target, open, sweptAt, sweeping, down, holds, load } = place;
	return html`<tr>
		<td>
			<b>${name}</b
			>${target !== null && target !== name && html` <span class="quiet small">${target}</span>`}${load && progress(load)}${
				down &&
				html`<div class="error">
					Cannot be written to${down.since !== null && html` since ${ago(down.since, moment)}`}: ${down.text}
				</div>`
			}${holds > 0 && html`<div class="small">${linked(to, { sync, view: 'holds' }, `${many(holds, 'hold')} to decide`)}</div>`}
		</td>
		${OPEN.map(
			(standing) =>
				html`<td>
					${open[standing].count === 0 ? html`<span class="quiet">0</span>` : linked(to, { sync, in: id, state: standing }, counted(open[standing]))}
				</td>`,
		)}
		<td>${sweeping ? 'under way' : ago(sweptAt, moment)}</td>
	</tr>`;
}

export function counted({ count, more }: Counted): string {
	return more ? `more than ${number(count)}` : number(count);
}

/** A first load: a bar, and how long it will take. */
function progress({ done, total, left, perSecond }: Load): Html {
	const time =
		left === null
			? 'waiting for the next run'
			: `about ${long(Math.max(1000, left))} left, ${number(Math.round(perSecond))} a second`;
	return html`<div class="small">
		<progress max="${total}" value="${done}"></progress> ${number(done)} of ${number(total)}
		(${Math.floor((done / Math.max(1, total)) * 100)} %), ${time}
	</div>`;
}
