/** From a destination node's form to what every destination node is set to. */
import { number, reader, text, type NodeContext } from '../parameters';
import type { TestWrites } from '../test-run';

export interface WritingSettings {
	/** `plan`: nothing is written, plans come out for review. `reviewed`: only such plans are applied. */
	mode: 'write' | 'plan' | 'reviewed';
	testWrites: TestWrites;
	attempts: number;
	includeUnchanged: boolean;
	/** The field in which the destination says who edited a counterpart last; empty: none. */
	editor: string;
	/** The destination is to refuse what others would change, where it can. */
	lock: boolean;
}

export function writingSettings(context: NodeContext): WritingSettings {
	const read = reader(context);
	const options = optionsOf(context);
	const mode = read('mode', 'write');
	const kind = mode === 'write' ? read('testWrites', 'off') : 'off';
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

/** The node's options, as they are set. */
export function optionsOf(context: NodeContext): Record<string, unknown> {
	return reader(context)('options', {}) as Record<string, unknown>;
}
