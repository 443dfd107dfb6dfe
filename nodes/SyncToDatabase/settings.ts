/** From the node's form to its settings. */
import { DEFAULT_BATCH, type DestinationSettings } from './destination';
import { number, reader, text, texts, type NodeContext } from '../shared/parameters';

export interface Settings {
	/** `plan`: nothing is written, plans come out for review. `reviewed`: only such plans are applied. */
	mode: 'write' | 'plan' | 'reviewed';
	attempts: number;
	includeUnchanged: boolean;
	/** The column in which the table says who edited a row last; empty: none. */
	editor: string;
	/** The table is to refuse what others would change. */
	lock: boolean;
	testWrites: { kind: 'off' } | { kind: 'key'; key: string } | { kind: 'some'; most: number };
}

export function readSettings(context: NodeContext): Settings {
	const read = reader(context);
	const options = optionsOf(context);
	const kind = read('testWrites', 'off');
	const mode = read('mode', 'write');
	return {
		mode: mode === 'plan' || mode === 'reviewed' ? mode : 'write',
		attempts: number(options['attempts'], 5, { least: 1, most: 100 }),
		includeUnchanged: options['includeUnchanged'] === true,
		editor: text(options['editor']),
		lock: options['lock'] === true,
		testWrites:
			kind === 'key'
				? { kind, key: text(read('testKey', '')) }
				: kind === 'some'
					? { kind, most: number(read('testMost', 1), 1, { least: 1, most: 100 }) }
					: { kind: 'off' },
	};
}

/** Which table, by which columns. */
export function destinationSettings(context: NodeContext): DestinationSettings {
	const read = reader(context);
	return {
		table: text(read('table', '')),
		...(read('dialect', 'postgres') === 'postgres' && { schema: text(read('schema', 'public')) || 'public' }),
		idColumns: texts(read('idColumns', [])),
		batchSize: number(optionsOf(context)['batchSize'], DEFAULT_BATCH, { least: 1, most: 5000 }),
	};
}

function optionsOf(context: NodeContext): Record<string, unknown> {
	return reader(context)('options', {}) as Record<string, unknown>;
}
