/** Which table, by which columns; what every destination node is set to is in `nodes/shared/destination`. */
import { optionsOf } from '../shared/destination/settings';
import { number, reader, text, texts, type NodeContext } from '../shared/parameters';
import { DEFAULT_BATCH, type DestinationSettings } from './destination';

export function destinationSettings(context: NodeContext): DestinationSettings {
	const read = reader(context);
	return {
		table: text(read('table', '')),
		...(read('dialect', 'postgres') === 'postgres' && { schema: text(read('schema', 'public')) || 'public' }),
		idColumns: texts(read('idColumns', [])),
		batchSize: number(optionsOf(context)['batchSize'], DEFAULT_BATCH, { least: 1, most: 5000 }),
	};
}
