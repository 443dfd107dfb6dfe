/** A bad network: everything goes through this to one server, and it is cut, delayed or refused when told so. */
import { connect, createServer, type Socket } from 'node:net';

export interface Proxy {
	readonly host: string;
	readonly port: number;
	/** How many connections it has cut so far. */
	readonly cuts: number;
	/** Cuts all connections that are open now. */
	cut(): number;
	/** Cuts each open connection when the server's next answer comes: it has done its work, and nobody hears of it. */
	swallow(): void;
	/** From now on, cuts a connection at the first answer after a client said that: the server has heard it and done it. */
	swallowAfter(said: string): void;
	/** Cuts each connection, open or to come, after that many more bytes of the server's answers. */
	cutAfter(bytes: number): void;
	/** Holds back whatever comes from now on for so long; 0: no more. */
	delay(milliseconds: number): void;
	/** Refuses new connections, and cuts the open ones. */
	refuse(): void;
	/** No more harm from now on, also to those that wait to be cut. */
	mend(): void;
	stop(): Promise<void>;
}

interface Pair {
	client: Socket;
	server: Socket;
	/** Bytes of answers that still pass; undefined: all. */
	left: number | undefined;
}

/** Starts a proxy on a free loopback port. */
export async function startProxy(to: { host: string; port: number }): Promise<Proxy> {
	const pairs = new Set<Pair>();
	let cuts = 0;
	let held = 0;
	let refusing = false;
	let fromNow: number | undefined;
	let trap: string | undefined;

	const end = (pair: Pair) => {
		if (!pairs.delete(pair)) return false;
		pair.client.destroy();
		pair.server.destroy();
		return true;
	};
	const cut = (pair: Pair) => {
		if (end(pair)) cuts++;
	};
	const listener = createServer((client) => {
		if (refusing) return void client.destroy();
		const pair: Pair = { client, server: connect(to), left: fromNow };
		pairs.add(pair);
		// In the order in which they came, whatever the delay was at each of them.
		const forward = (from: Socket, target: Socket, pass: (data: Buffer) => Buffer | undefined) => {
			let before = Promise.resolve();
			from.on('data', (data: Buffer) => {
				const ready = held === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, held).unref());
				before = before.then(async () => {
					await ready;
					const passed = pass(data);
					if (passed && !target.destroyed) target.write(passed);
				});
			});
			from.on('end', () => void before.then(() => target.end()));
			from.on('error', () => end(pair));
			from.on('close', () => void before.then(() => end(pair)));
		};
		forward(client, pair.server, (data) => {
			if (trap !== undefined && data.includes(trap)) pair.left = 0;
			return data;
		});
		forward(pair.server, client, (data) => {
			if (pair.left === undefined) return data;
			if (data.length < pair.left) {
				pair.left -= data.length;
				return data;
			}
			// What still fits goes out, half a message as it may be.
			const rest = data.subarray(0, pair.left);
			if (rest.length > 0) client.write(rest);
			cut(pair);
			return undefined;
		});
	});
	await new Promise<void>((resolve, reject) => {
		listener.once('error', reject);
		listener.listen(0, '127.0.0.1', resolve);
	});
	const { port } = listener.address() as { port: number };
	const limit = (bytes: number | undefined) => {
		for (const pair of pairs) pair.left = bytes;
	};
	const cutAll = () => {
		const before = cuts;
		for (const pair of [...pairs]) cut(pair);
		return cuts - before;
	};
	return {
		host: '127.0.0.1',
		port,
		get cuts() {
			return cuts;
		},
		cut: cutAll,
		swallow: () => limit(0),
		swallowAfter: (said) => void (trap = said),
		cutAfter: (bytes) => limit((fromNow = bytes)),
		delay: (milliseconds) => void (held = milliseconds),
		refuse: () => {
			refusing = true;
			cutAll();
		},
		mend: () => {
			refusing = false;
			held = 0;
			fromNow = trap = undefined;
			limit(undefined);
		},
		stop: async () => {
			for (const pair of [...pairs]) end(pair);
			await new Promise<void>((resolve) => listener.close(() => resolve()));
		},
	};
}
