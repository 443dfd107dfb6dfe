/** The bad network does to connections what it is told, and what it says of itself. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

import { until } from '../n8n/until';
import { startProxyProcess, type ProxyProcess } from './proxy-process';

describe('a bad network', () => {
	let server: Server;
	let proxy: ProxyProcess;
	/** What the server has got, by connection; and which of them it still has. */
	let got: string[];
	let standing: number;

	beforeEach(async () => {
		got = [];
		standing = 0;
		server = createServer((socket) => {
			const number = got.push('') - 1;
			standing++;
			socket.on('data', (data) => {
				got[number] += String(data);
				socket.write(`heard ${String(data)}`);
			});
			socket.on('error', () => undefined);
			socket.on('close', () => standing--);
		});
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		proxy = await startProxyProcess({ host: '127.0.0.1', port: (server.address() as { port: number }).port });
	});

	afterEach(async () => {
		await proxy.stop();
		await new Promise((resolve) => server.close(resolve));
	});

	async function client(): Promise<Socket> {
		const socket = connect(proxy.port, '127.0.0.1');
		socket.on('error', () => undefined);
		socket.write('hello');
		expect(String((await once(socket, 'data'))[0])).toBe('heard hello');
		return socket;
	}

	it('swallows the answer to what the server has done', async () => {
		const socket = await client();
		proxy.tell('swallow');
		await new Promise((resolve) => setTimeout(resolve, 50));
		socket.write(' do it');
		await once(socket, 'close');
		expect(got).toEqual(['hello do it']);
	});

	it('brings the client’s last words to the server late, when the client is long gone', async () => {
		const socket = await client();
		proxy.tell('late', 300);
		await new Promise((resolve) => setTimeout(resolve, 50));
		socket.write(' do it');
		await once(socket, 'close');
		expect(got).toEqual(['hello']);
		await until(() => got[0] === 'hello do it', { every: 20, timeout: 2000 });
		expect(proxy.doubled).toBe(1);
	});

	it('leaves a connection standing at the server beside the client’s next one', async () => {
		const socket = await client();
		proxy.tell('halfOpen', 400);
		await once(socket, 'close');
		const next = await client();
		expect(standing).toBe(2);
		await until(() => standing === 1, { every: 20, timeout: 2000 });
		next.destroy();
	});

	it('opens each new connection twice', async () => {
		proxy.tell('double', 300);
		await new Promise((resolve) => setTimeout(resolve, 50));
		const socket = await client();
		await until(() => standing === 2, { every: 20, timeout: 2000 });
		expect(got.filter((text) => text === 'hello')).toHaveLength(1);
		socket.destroy();
	});

	it('cuts everything when it is killed, and is back at its port', async () => {
		const { port } = proxy;
		const socket = await client();
		await Promise.all([once(socket, 'close'), proxy.kill()]);
		await proxy.start();
		expect(proxy.port).toBe(port);
		(await client()).destroy();
	});
});
