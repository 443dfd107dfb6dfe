import { generateKeyPairSync } from 'node:crypto';

import { mysqlTls, postgresTls } from '../../nodes/shared/database';
import { retryPolicy } from '../../nodes/shared/retry';
import { pem } from '../../nodes/shared/tunnel';
import { atInterval, byCron } from '../../nodes/shared/trigger/schedule';

describe('the schedule', () => {
	test.each([
		[10, 'seconds', '*/10 * * * * *'],
		[1, 'minutes', '0 */1 * * * *'],
		[90, 'minutes', '*/5 * * * * *'],
		[2, 'hours', '0 0 */2 * * *'],
		[24, 'hours', '0 0 0 * * *'],
		[3600, 'seconds', '0 0 */1 * * *'],
	] as const)('of %i %s is %s', (every, unit, expression) => {
		expect(atInterval(every, unit).expression).toBe(expression);
	});

	test('says how far ticks lie apart where no cron line has the interval', () => {
		expect(atInterval(45, 'seconds')).toEqual({ expression: '*/5 * * * * *', apart: 42_500, every: 45_000 });
		expect(atInterval(30, 'seconds').apart).toBeUndefined();
	});

	test('is at least 10 seconds', () => {
		for (const every of [9, 0, -1, Number.NaN])
			expect(() => atInterval(every, 'seconds')).toThrow(
				'The interval is too short: the shortest is 10 seconds.',
			);
	});

	test('of a cron line has five or six parts', () => {
		expect(byCron('*/15 6-20 * * 1-5').expression).toBe('0 */15 6-20 * * 1-5');
		expect(byCron(' 30 0 7 * * MON ').expression).toBe('30 0 7 * * MON');
		expect(() => byCron('')).toThrow('The cron line is empty.');
		expect(() => byCron('every day')).toThrow('“every day” is no cron line.');
	});
});

test('a failed record waits twice as long each time, up to an hour, and never all at the same moment', () => {
	const early = retryPolicy(5, () => 0);
	const late = retryPolicy(5, () => 1);
	expect([1, 2, 3, 20].map((tries) => late.delay(tries))).toEqual([30_000, 60_000, 120_000, 3_600_000]);
	expect(early.delay(1)).toBe(22_500);
});

describe('TLS of n8n’s own credentials', () => {
	test('of Postgres', () => {
		expect(postgresTls({ ssl: 'disable' })).toBeUndefined();
		expect(postgresTls({})).toBeUndefined();
		expect(postgresTls({ ssl: 'require' })).toEqual({ rejectUnauthorized: true });
		expect(postgresTls({ ssl: 'allow' })).toEqual({ rejectUnauthorized: true });
		expect(postgresTls({ ssl: 'disable', allowUnauthorizedCerts: true })).toEqual({ rejectUnauthorized: false });
	});

	test('of MySQL, with its own CA and client certificate', () => {
		expect(mysqlTls({ ssl: false, caCertificate: 'x' })).toBeUndefined();
		expect(mysqlTls({ ssl: true })).toEqual({ rejectUnauthorized: true });
		expect(mysqlTls({ ssl: true, caCertificate: 'a', clientCertificate: 'b', clientPrivateKey: 'c' })).toEqual({
			rejectUnauthorized: true,
			ca: 'a',
			cert: 'b',
			key: 'c',
		});
	});
});

test('a key that a form has put on one line gets its line breaks back', () => {
	const { privateKey } = generateKeyPairSync('ec', {
		namedCurve: 'P-256',
		privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
		publicKeyEncoding: { type: 'spki', format: 'pem' },
	});
	expect(pem(privateKey)).toBe(privateKey);
	expect(pem(privateKey.trim().replace(/\n/g, ' '))).toBe(privateKey);
	expect(pem(privateKey.trim().replace(/\n/g, '\\n'))).toBe(privateKey);
	expect(pem('hunter2')).toBe('hunter2');
});
