import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { needRuntime } from '../../nodes/shared/runtime';

test.each(['22.16.0', '22.22.1', '24.0.0', '100.1.0'])('Node.js %s will do', (version) => {
	expect(() => needRuntime(version)).not.toThrow();
});

test.each(['22.15.1', '20.19.0', '18.20.8'])(
	'Node.js %s is too old, and the sentence says what is needed',
	(version) => {
		expect(() => needRuntime(version)).toThrow(
			`One-way sync needs Node.js 22.16 or newer, as n8n 2.10 and later bring it; this n8n runs on ${version}.`,
		);
	},
);

test('the package asks npm for the same', () => {
	const { engines } = JSON.parse(readFileSync(join(__dirname, '../../../package.json'), 'utf8')) as {
		engines: { node: string };
	};
	expect(engines.node).toBe('>=22.16');
});
