/** What makes V8 collect: memory outside of its heap, now and then, that nobody keeps. */
import { setTimeout as delay } from 'node:timers/promises';

import { relieve, relieving } from '../../nodes/shared/relieve';

const MB = 2 ** 20;
const made = jest.spyOn(Buffer, 'allocUnsafeSlow');

beforeEach(() => made.mockClear());

test('after so many records, not after few', () => {
	const before = process.memoryUsage().arrayBuffers;
	relieve(2400);
	expect(made).not.toHaveBeenCalled();
	relieve(100);
	expect(made).toHaveBeenCalledTimes(1);
	expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThanOrEqual(80 * MB);
	relieve(100);
	expect(made).toHaveBeenCalledTimes(1);
});

test('every second while a node works, and no longer', async () => {
	const end = relieving();
	await delay(1300);
	end();
	expect(made).toHaveBeenCalledTimes(1);
	await delay(1300);
	expect(made).toHaveBeenCalledTimes(1);
});
