/**
 * Events on their way into the ledger. What comes while a commit is under way is committed together with all that comes
 * meanwhile: a disk takes as long for one as for a hundred. Each delivery is answered after its own commit.
 */
import type { IWebhookFunctions } from 'n8n-workflow';

import { newest, type ReadEvent } from '../../connectors/webhook/events';
import type { Ledger, PushedRecord, SyncIdentity } from '../../sync/ledger';
import { Lines } from '../../sync/together';
import { SyncError } from '../../sync/types';
import { openLedger } from '../shared/ledger';
import { reader, text } from '../shared/parameters';
import { syncNameOf } from '../shared/sync-name';
import { nudge } from '../shared/trigger/nudges';
import { look } from './look';
import { compare, identityOf, labelOf } from './meaning';
import type { PushSettings } from './settings';

/** Where there is no reader, what fingerprints of pushed records are compared under. */
const TAG = 'pushed';
/** Most events that one transaction takes in. */
const PIECE = 1000;
const how = { most: PIECE, meetsAll: (error: unknown) => error instanceof SyncError };

/** What waits in this process. A delivery of too many events is several transactions: should one fail, its sender sends all again. */
const pushed = new Lines<PushedRecord>(how);
const hinted = new Lines<string>(how);
const edited = new Lines<string>(how);

/** Commits the events, and wakes whoever works on them. */
export async function keep(context: IWebhookFunctions, settings: PushSettings, events: ReadEvent[]): Promise<void> {
	const { about } = settings;
	const identity = identityOf(context);
	if (about.side === 'destination') {
		const keys = newest(events, compare).map(({ key }) => key);
		await edited.add(String(about.destination), keys, async (all) => await look(about, all));
		return;
	}
	const { carries } = about;
	const line = JSON.stringify(identity);
	const sync = async (ledger: Ledger) => await syncOf(context, ledger, identity);
	if (carries === 'database') {
		const keys = newest(events, compare).map(({ key }) => key);
		await hinted.add(line, keys, async (all) => {
			const ledger = await openLedger();
			await ledger.hint(await sync(ledger), all);
		});
	} else {
		const records = events.map((event) => ({ ...event, ...labelOf(event, settings), carries }));
		await pushed.add(line, records, async (all) => {
			const ledger = await openLedger();
			await ledger.push(await sync(ledger), TAG, all, []);
		});
	}
	nudge(identity);
}

async function syncOf(context: IWebhookFunctions, ledger: Ledger, identity: SyncIdentity): Promise<number> {
	const known = await ledger.find(identity);
	if (known) return known.id;
	const read = reader(context);
	const takeOver = text((read('options', {}) as Record<string, unknown>)['takeOver']);
	return (await ledger.register(identity, syncNameOf(context), takeOver || undefined)).id;
}
