/** From the node's form to what a run works with. Throws {@link SyncError} `setup` for what cannot be meant. */
import type { IExecuteFunctions } from 'n8n-workflow';

import { SyncError } from '../../sync/types';
import { optionsOf, writingSettings } from '../shared/destination/settings';
import { finder, type Finder } from '../shared/field';
import { number, reader, text } from '../shared/parameters';
import type { TestWrites } from '../shared/test-run';

export interface Settings {
	/** What stands behind, for people and for identity. */
	destination: string;
	/** What stands there now comes by the second input; undefined: what was last confirmed counts. */
	standing?: { id: Finder; fields?: Finder };
	/** The field of an item that holds the counterpart's id. */
	idField: string;
	again: boolean;
	/** `plan`: plans wait for approval. `reviewed`: only plans that were approved are put out. */
	mode: 'write' | 'plan' | 'reviewed';
	testWrites: TestWrites;
	attempts: number;
	/** Milliseconds until what was put out counts as lost. */
	confirmTtl: number;
	includeUnchanged: boolean;
}

export function readSettings(context: IExecuteFunctions): Settings {
	const read = reader(context);
	const { parameters } = context.getNode();
	const options = optionsOf(context);
	const destination = text(read('destination', ''));
	if (destination === '')
		throw new SyncError('setup', 'The destination has no name.', {
			todo: 'Fill in Destination: what the nodes behind this one write to, such as “Contacts in HubSpot”.',
		});
	const id = finder(parameters['standingId'] ?? 'id', 'standingId', 'ID There');
	const fields = finder(parameters['standingFields'], 'standingFields', 'Fields Are In');
	const { mode, testWrites, attempts, includeUnchanged } = writingSettings(context);
	return {
		destination,
		...(read('actual', 'confirmed') === 'input' && {
			standing: { id: id ?? (({ id: known }) => known), ...(fields && { fields }) },
		}),
		idField: text(read('idField', 'id')) || 'id',
		mode,
		again: read('lostCreates', 'wait') === 'again',
		testWrites,
		attempts,
		confirmTtl: number(options['confirmMinutes'], 30, { least: 0.05 }) * 60_000,
		includeUnchanged,
	};
}
