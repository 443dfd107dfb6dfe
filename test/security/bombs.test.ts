/** Answers, values and files that were made to fill the memory, or to be read by others. */
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { http } from '../../connectors/rest/net/http';
import { ScimHttp } from '../../connectors/scim/http';
import { affine } from '../../connectors/database/spell/sqlite';
import { integer } from '../../connectors/database/spell/number';
import { sqliteStore } from '../../ledger/sqlite';
import { parseDecimal } from '../../sql/exact';
import { openEnded, withoutEnd } from '../../sync/ends';
import { freshFolder } from '../servers/server';

let server: Server | undefined;
async function serving(answer: RequestListener): Promise<string> {
	server = createServer(answer).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
afterEach(async () => {
	server?.closeAllConnections();
	if (server) await new Promise((resolve) => server!.close(resolve));
	server = undefined;
});

const MB = 1024 * 1024;
/** 100 MB of spaces in 100 KB. */
const bomb = gzipSync(Buffer.alloc(100 * MB, ' '));
const endless: RequestListener = (_request, response) => {
	response.writeHead(200, { 'content-type': 'application/json' });
	const more = () => {
		while (!response.destroyed && response.write(Buffer.alloc(MB, ' ')));
	};
	response.on('drain', more);
	more();
};
const get = (url: string) => http({ method: 'GET', url, headers: {}, timeout: 60_000 });

describe('an answer of a hostile system', () => {
	jest.setTimeout(120_000);

	test('without end is given up after 64 MB', async () => {
		await expect(get(await serving(endless))).rejects.toThrow(/answered with more than 64 MB at once/u);
	});

	test('that is packed is not unpacked', async () => {
		let asked = '';
		const url = await serving((request, response) => {
			asked = String(request.headers['accept-encoding'] ?? '');
			response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
		});
		const { text } = await get(url);
		expect(asked).toBe('');
		expect(text.length).toBeLessThanOrEqual(bomb.length);
	});

	test('of SCIM without end, or one that unpacks to it, is given up after 64 MB', async () => {
		const auth = { kind: 'bearer', token: 'secret' } as const;
		const packed = await serving((_request, response) => {
			response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' }).end(bomb);
		});
		const ask = (baseUrl: string) => new ScimHttp({ baseUrl, auth }).ask('GET', '/Users');
		await expect(ask(packed)).rejects.toThrow(/answered with more than 64 MB at once/u);
		server!.closeAllConnections();
		await new Promise((resolve) => server!.close(resolve));
		await expect(ask(await serving(endless))).rejects.toThrow(/answered with more than 64 MB at once/u);
	});

	test('of SCIM that sends on to another host is not followed', async () => {
		const heard: string[] = [];
		const url = await serving((request, response) => {
			heard.push(String(request.url));
			response.writeHead(302, { location: '/elsewhere' }).end();
		});
		const auth = { kind: 'bearer', token: 'secret' } as const;
		await expect(new ScimHttp({ baseUrl: url, auth }).ask('GET', '/Users')).rejects.toThrow();
		expect(heard).toEqual(['/Users']);
	});
});

describe('a value of a hostile source', () => {
	test('that is a number only when written out for ever is no number', () => {
		for (const text of ['1e999999999', '-1e-999999999', `1e${'9'.repeat(400)}`]) {
			expect(parseDecimal(text)).toBeUndefined();
			expect(() => integer(0n, 100n).spell(text)).toThrow(/no number/u);
		}
		expect(parseDecimal('1e131071')).toEqual({ negative: false, digits: '1', exponent: 131_071 });
		expect(affine('NUMERIC', false).spell('1e999999999')).toBe('Infinity');
	});

	test('of a hundred thousand digits does not hold up an integer column', () => {
		expect(() => integer(0n, 100n).spell('9'.repeat(100_000))).toThrow(/the column takes 0 to 100/u);
	});

	test('loses what trails it, and a sentence its end, in one pass', () => {
		expect(withoutEnd('a  ', ' ')).toBe('a');
		expect(withoutEnd('000', '0')).toBe('');
		expect(openEnded('It failed. \n.')).toBe('It failed');
		const held = `${' '.repeat(1_000_000)}x`;
		expect(withoutEnd(held, ' ')).toBe(held);
		expect(openEnded(held)).toBe(held);
	});
});

test('what a read stages beside the ledger can be read by the ledger’s owner alone', async () => {
	const folder = freshFolder('staging');
	const file = join(folder.path, 'one-way-sync.sqlite');
	const store = await sqliteStore(file);
	const stage = await store.stage(1);
	const modes = [file, `${file}.staging`].map((path) => (statSync(path).mode & 0o777).toString(8));
	await stage.drop();
	await store.db.close();
	folder.remove();
	expect(modes).toEqual(['600', '600']);
});
