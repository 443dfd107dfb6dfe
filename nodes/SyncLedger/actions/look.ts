/** Looking: status, records, history, and all of it as a page to mail. */
import type { IDataObject } from 'n8n-workflow';

import { charts } from '../../../report/chart';
import { html } from '../../../report/html';
import { overviewPage } from '../../../report/overview';
import { historyTable, holdList, recordTable } from '../../../report/records';
import { page } from '../../../report/style';
import { long, many, whole, type Moment } from '../../../report/words';
import { OPEN, type Open, type RecordLine, type SyncLook } from '../../../sync/look';
import { number, text } from '../../shared/parameters';
import { syncOf, time, type Call, type Given } from '../execute';

/** Nobody waits for a page here: everything is counted. */
const ALL = 1_000_000_000;
const PAGE = 500;
const DAY = 24 * 60 * 60 * 1000;
const HOUR = 60 * 60 * 1000;
/** Records that a report lists of each standing. */
const LISTED = 50;

export async function status(call: Call): Promise<Given> {
	const { ledger, read } = call;
	const chosen = number(read('syncOrAll', 0), 0);
	const now = await ledger.now();
	const syncs = await ledger.overview(ALL, chosen === 0 ? undefined : (await syncOf(call, 'syncOrAll')).id);
	return syncs.map((sync) => ({ json: asStatus(sync, now) }));
}

function asStatus(sync: SyncLook, now: number): IDataObject {
	const { id, name, workflow, health, trouble, records, destinations } = sync;
	const sum = (standing: Open) => destinations.reduce((all, { open }) => all + open[standing].count, 0);
	const open = Object.fromEntries(OPEN.map((standing) => [standing, sum(standing)])) as Record<Open, number>;
	const notInSync = OPEN.filter((standing) => open[standing] > 0).map((standing) => `${open[standing]} ${standing}`);
	return {
		sync: id,
		name,
		workflow,
		health,
		inSync: notInSync.length === 0 && health === 'healthy',
		text: `${name} is ${health}: ${many(records, 'record')}, ${notInSync.length === 0 ? 'none of them waiting' : notInSync.join(', ')}${
			sync.oldestUnconfirmed === null
				? ''
				: `; the oldest unconfirmed change is ${long(now - sync.oldestUnconfirmed)} old`
		}.`,
		trouble,
		records,
		...open,
		lastRun: time(sync.tickAt),
		lastCompleteRead: time(sync.completeReadAt),
		oldestUnconfirmedChange: time(sync.oldestUnconfirmed),
		destinations: destinations.map((place) => ({
			destination: place.id,
			name: place.name,
			target: place.target,
			...Object.fromEntries(OPEN.map((standing) => [standing, place.open[standing].count])),
			holds: place.holds,
			lastSweep: time(place.sweptAt),
			cannotBeWritten: place.down?.text ?? null,
			firstLoad: place.load && { ...place.load },
		})),
	};
}

export async function list(call: Call): Promise<Given> {
	const { ledger, read } = call;
	const { id, name } = await syncOf(call);
	const [sync] = await ledger.overview(1, id);
	const limit = number(read('limit', 50), 50, { least: 1 });
	const which = text(read('which', 'failed'));
	const only = number(read('destination', 0), 0);
	const places = sync!.destinations.filter((place) => only === 0 || place.id === only);
	const lines: RecordLine[] = [];
	if (which === 'all') {
		for (let after: string | undefined | null; after !== null && lines.length < limit;) {
			const found: Awaited<ReturnType<typeof ledger.recordPage>> = await ledger.recordPage(
				id,
				{ after },
				Math.min(PAGE, limit - lines.length),
			);
			lines.push(...found.rows);
			after = found.next;
		}
	} else {
		const now = await ledger.now();
		for (const place of places) {
			for (let after: { at: number; key: string } | undefined | null; after !== null && lines.length < limit;) {
				const most = Math.min(PAGE, limit - lines.length);
				const standing = OPEN.find((one) => one === which);
				const found: Awaited<ReturnType<typeof ledger.standingPage>> = standing
					? await ledger.standingPage(id, place.id, standing, after ?? null, most)
					: await ledger.healedPage(id, place.id, now - DAY, after ?? null, most);
				lines.push(...found.rows.filter(({ key }) => !lines.some((line) => line.key === key)));
				after = found.next;
			}
		}
	}
	return lines.slice(0, limit).map((line) => ({ json: asRecord(sync!, line, name) }));
}

function asRecord(
	sync: SyncLook,
	{ key, name, present, changedAt, version, cells }: RecordLine,
	of: string,
): IDataObject {
	return {
		sync: of,
		key,
		name,
		inSource: present,
		changed: time(changedAt),
		version,
		destinations: cells.map((cell) => ({
			name: sync.destinations.find(({ id }) => id === cell.destination)?.name ?? null,
			...(cell.part !== '' && { part: cell.part }),
			standing: cell.standing,
			...(cell.state === 'task' && { task: true }),
			error: cell.error,
			counterpart: cell.counterpart,
			confirmed: time(cell.confirmedAt),
			healed: time(cell.healedAt),
			tries: cell.attempts,
		})),
	};
}

export async function history(call: Call): Promise<Given> {
	const { ledger, read } = call;
	const { id, name } = await syncOf(call);
	const [sync] = await ledger.overview(1, id);
	const key = text(read('onlyKey', ''));
	const limit = number(read('limit', 50), 50, { least: 1 });
	const { rows } = await ledger.history(id, key === '' ? {} : { key }, null, limit);
	return rows.map(({ destination, at, part, ...line }) => ({
		json: {
			sync: name,
			destination: sync!.destinations.find((place) => place.id === destination)?.name ?? null,
			at: time(at),
			...line,
			...(part !== '' && { part }),
		},
	}));
}

const STANDS = { held: 'Held', failed: 'Failed', dropped: 'Dropped on the way' } as const;

/** One file that needs nothing else: figures, charts, what is not in sync, and the last edits that were overwritten. */
export async function report(call: Call): Promise<Given> {
	const { context, ledger, read } = call;
	const chosen = number(read('syncOrAll', 0), 0);
	const days = number(read('days', 30), 30, { least: 1, most: 366 });
	const moment: Moment = { now: await ledger.now(), zone: context.getTimezone() };
	const syncs = await ledger.overview(ALL, chosen === 0 ? undefined : (await syncOf(call, 'syncOrAll')).id);
	const parts = [];
	for (const sync of syncs) {
		const stretch = days > 3 ? DAY : HOUR;
		parts.push(
			html`<h1 style="margin-top:36px">${sync.name}</h1>
				<h2>The last ${many(days, 'day')}</h2>`,
		);
		parts.push(charts(await ledger.series(sync.id, moment.now - days * DAY, stretch), moment));
		const holds = await ledger.holds(sync.id);
		if (holds.length > 0) parts.push(html`<h2>Held</h2>`, holdList(sync, holds, moment));
		for (const place of sync.destinations) {
			for (const standing of ['held', 'failed', 'dropped'] as const) {
				if (place.open[standing].count === 0) continue;
				const { rows } = await ledger.standingPage(sync.id, place.id, standing, null, LISTED);
				parts.push(html`<h2>${STANDS[standing]} in ${place.name}</h2>`, recordTable(sync, rows, moment));
			}
		}
		const since = moment.now - days * DAY;
		const healed = (await ledger.history(sync.id, { since }, null, 5000)).rows
			.filter(({ outcome }) => outcome === 'healed')
			.slice(0, LISTED);
		if (healed.length > 0)
			parts.push(html`<h2>Edits that were overwritten</h2>`, historyTable(sync, healed, moment, { keys: true }));
	}
	const title = syncs.length === 1 ? syncs[0]!.name : 'Syncs';
	const body = [html`<p class="quiet">As of ${whole(moment.now, moment)}</p>`, overviewPage(syncs, moment), ...parts];
	const file = `sync-report-${new Date(moment.now).toISOString().slice(0, 10)}.html`;
	const data = await context.helpers.prepareBinaryData(Buffer.from(page(title, body)), file, 'text/html');
	const ill = syncs.filter(({ health }) => health === 'failing' || health === 'stale').map(({ name }) => name);
	const subject =
		ill.length === 0 ? `${many(syncs.length, 'sync')}, none of them in trouble` : `In trouble: ${ill.join(', ')}`;
	return [{ json: { subject, syncs: syncs.length, inTrouble: ill, file }, binary: { data } }];
}
