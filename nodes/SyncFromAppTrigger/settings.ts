/** From the node's form to the settings of its ticks. Throws {@link SyncError} `setup` for what cannot be meant. */
import type { ITriggerFunctions } from 'n8n-workflow';

import { changesOf, objectOf } from '../../connectors/rest/destination';
import { objectName, settingsOf, systemOf } from '../shared/app/access';
import { number, reader, text, texts } from '../shared/parameters';
import { atInterval, byCron, milliseconds, type Unit } from '../shared/trigger/schedule';
import { commonSettings, type LoopSettings } from '../shared/trigger/settings';

export interface AppTriggerSettings extends LoopSettings {
	/** Only what changed is asked for, where the system can say it. */
	follow: boolean;
	testRecords: number;
}

export function readSettings(context: ITriggerFunctions): AppTriggerSettings {
	const read = reader(context);
	const system = systemOf(context);
	const changedSince = changesOf(objectOf(system, objectName(context)), settingsOf(context, system));
	// Where it cannot be asked for, every read is of everything, and tells what is gone, too.
	const follow = read('changes', 'follow') === 'follow' && changedSince !== 'none';
	const options = read('options', {}) as { testRecords?: unknown }; // a collection is an object
	return {
		follow,
		schedule:
			read('schedule', 'interval') === 'cron'
				? byCron(text(read('cron', '')))
				: atInterval(number(read('every', 1), 1), read('unit', 'minutes') as Unit),
		testRecords: number(options.testRecords, 100, { least: 1, most: 5000 }),
		tick: {
			...commonSettings(context),
			sensitive: texts(read('sensitive', '')),
			completeEvery: follow ? milliseconds(number(read('completeEvery', 24), 24), 'hours') : null,
		},
	};
}
