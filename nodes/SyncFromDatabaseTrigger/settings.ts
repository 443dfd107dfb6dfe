/** From the node's form to the settings of its ticks. Throws {@link SyncError} `setup` for what cannot be meant. */
import type { ITriggerFunctions } from 'n8n-workflow';

import { SyncError } from '../../sync/types';
import { number, reader, text, texts } from '../shared/parameters';
import { commonSettings, type LoopSettings } from '../shared/trigger/settings';
import { atInterval, byCron, milliseconds, type Unit } from '../shared/trigger/schedule';

/** What the source is, apart from the database that holds it. */
export interface SourceSettings {
	/** A table, or a SELECT of the user's own. */
	from: { schema?: string; table: string } | { query: string };
	/** Empty: the table's primary key. */
	key: string[];
	name?: string;
	softDelete?: string;
	ordering?: string;
	follow?: { column: string; overlapSeconds: number };
}

export interface TriggerSettings extends LoopSettings {
	source: SourceSettings;
	testRecords: number;
}

export function readSettings(context: ITriggerFunctions): TriggerSettings {
	const read = reader(context);
	const source = sourceSettings(context);
	const sensitive = texts(read('sensitive', []));
	checkSensitive(source, sensitive);
	const completeEvery = source.follow ? milliseconds(number(read('completeEvery', 24), 24), 'hours') : null;
	const options = read('options', {}) as Record<string, unknown>;
	return {
		source,
		schedule:
			read('schedule', 'interval') === 'cron'
				? byCron(text(read('cron', '')))
				: atInterval(number(read('every', 1), 1), read('unit', 'minutes') as Unit),
		testRecords: number(options['testRecords'], 100, { least: 1, most: 5000 }),
		tick: { ...commonSettings(context), sensitive, completeEvery },
	};
}

export function sourceSettings(context: Parameters<typeof reader>[0]): SourceSettings {
	const read = reader(context);
	const key = texts(read('keyColumns', []));
	const column = text(read('followColumn', ''));
	const name = text(read('nameColumn', ''));
	const softDelete = text(read('softDeleteColumn', ''));
	const ordering = text(read('orderingColumn', ''));
	const follows = read('changes', 'compare') === 'follow';
	if (follows && column === '')
		throw new SyncError('setup', 'No column to follow is chosen.', {
			todo: 'Choose one in Column to Follow, or compare everything.',
		});
	return {
		from: read('records', 'table') === 'query' ? { query: query(read, key) } : table(read),
		key,
		...(name !== '' && { name }),
		...(softDelete !== '' && { softDelete }),
		...(ordering !== '' && { ordering }),
		...(follows && { follow: { column, overlapSeconds: number(read('overlap', 60), 60) } }),
	};
}

function query(read: ReturnType<typeof reader>, key: string[]): string {
	const statement = text(read('query', ''));
	if (statement === '')
		throw new SyncError('setup', 'The SELECT is empty.', {
			todo: 'Write the statement whose rows are the records.',
		});
	if (key.length === 0)
		throw new SyncError('setup', 'A SELECT has no primary key.', { todo: 'Choose its Key Columns.' });
	return statement;
}

function table(read: ReturnType<typeof reader>): { schema?: string; table: string } {
	const name = text(read('table', ''));
	if (name === '') throw new SyncError('setup', 'No table is chosen.', { todo: 'Choose one in Table.' });
	return {
		table: name,
		...(read('dialect', 'postgres') === 'postgres' && { schema: text(read('schema', 'public')) || 'public' }),
	};
}

/** Keys and names stand in the ledger and in messages as they are, so neither may be sensitive. */
export function checkSensitive({ key, name, ordering, follow }: SourceSettings, sensitive: string[]): void {
	const shown = [
		...key,
		...(name === undefined ? [] : [name]),
		...(ordering === undefined ? [] : [ordering]),
		...(follow === undefined ? [] : [follow.column]),
	].find((column) => sensitive.includes(column));
	if (shown !== undefined) {
		throw new SyncError(
			'setup',
			`“${shown}” is sensitive, but it is also a key, a name, the ordering column or the column to follow, which the ledger keeps as they are.`,
			{
				todo: 'Choose another column, or do not mark it as sensitive.',
			},
		);
	}
}
