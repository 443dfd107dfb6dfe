/** One record in every destination: is this person off everywhere? */
import type { IDataObject } from 'n8n-workflow';

import type { Cell, RecordLine, SyncLook } from '../../../sync/look';
import { SyncError } from '../../../sync/types';
import { number, text } from '../../shared/parameters';
import { syncOf, time, type Call, type Given } from '../execute';

/** So many records that a name may mean are shown. */
const MOST = 50;

export async function find(call: Call): Promise<Given> {
	const { ledger, read } = call;
	const wanted = text(read('who', ''));
	if (wanted === '')
		throw new SyncError('setup', 'Nobody is named.', { todo: 'Fill in Key or Name, as the source has it.' });
	const chosen = number(read('syncOrAll', 0), 0);
	const syncs = await ledger.overview(1, chosen === 0 ? undefined : (await syncOf(call, 'syncOrAll')).id);
	const given: Given = [];
	for (const sync of syncs) {
		const exact = await ledger.record(sync.id, wanted);
		const lines: RecordLine[] = exact ? [exact] : await ledger.search(sync.id, wanted, MOST);
		for (const line of lines) given.push({ json: asFound(sync, line) });
	}
	return given;
}

/**
 * Nothing of the record is there any more, as far as anybody has read. What was only let go of stays as it was; and what
 * somebody gave back, and could not be taken away again yet, is there.
 */
function isOff({ standing, counterpart, detached, error, dueAt }: Cell, sweptAt: number | null): boolean {
	// A sweep that began after the failure has found it as the removal left it, or it would have failed again.
	if (standing === 'removed') return !detached && (error === null || (sweptAt ?? 0) > dueAt);
	return standing === 'in sync' && counterpart === null;
}

function asFound(sync: SyncLook, { key, name, present, cells }: RecordLine): IDataObject {
	const places = sync.destinations.map((place) => {
		const mine = cells.filter(({ destination }) => destination === place.id);
		const off = (cell: Cell) => isOff(cell, place.sweptAt);
		return { name: place.name, target: place.target, down: place.down?.text ?? null, cells: mine, off };
	});
	const open = places.filter(({ cells: mine, off: isGone }) => !mine.every(isGone));
	const off = open.length === 0;
	const who = name ?? key;
	return {
		sync: sync.name,
		key,
		name,
		inSource: present,
		offEverywhere: off,
		text: off
			? `${who} is off everywhere: ${list(places.map((place) => place.name))}.`
			: `${who} is not off everywhere: ${open.map(said).join('; ')}.`,
		destinations: places.flatMap((place) =>
			(place.cells.length === 0 ? [undefined] : place.cells).map((cell) => ({
				name: place.name,
				target: place.target,
				...(cell && cell.part !== '' && { part: cell.part }),
				standing: cell?.standing ?? 'never there',
				off: cell === undefined || place.off(cell),
				confirmed: time(cell?.confirmedAt ?? null),
				counterpart: cell?.counterpart ?? null,
				error: cell?.error ?? place.down,
			})),
		),
	};
}

interface Place {
	name: string;
	down: string | null;
	cells: Cell[];
	off(this: void, cell: Cell): boolean;
}

function said({ name, down, cells, off }: Place): string {
	const cell = cells.find((one) => !off(one))!;
	const why = cell.standing === 'in sync' ? null : (cell.error ?? down);
	const how = cell.detached ? 'detached, and left as it was' : cell.standing;
	return `${name}: ${how}${why === null ? '' : ` (${why})`}`;
}

function list(names: string[]): string {
	return names.length === 0 ? 'there is no destination' : names.join(', ');
}
