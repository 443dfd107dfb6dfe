/** A bad network: everything goes through this to one server, and it is cut, delayed, refused or doubled when told so. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Address {
	host: string;
	port: number;
}

/** One client's connection and the one to the server that stands for it. */
interface Pair {
	client: Socket;
	server: Socket;
	/** Bytes of answers that still pass; undefined: all. */
	left: number | undefined;
	/** How late the client's next bytes come; undefined: at once. */
	late: number | undefined;
}

/** How long the server may answer to what came late before that connection ends too. */
const AFTERWARDS = 1000;

export class Proxy {
	/** Connections cut, and connections that lived on at the server or reached it twice. */
	cuts = 0;
	doubled = 0;
	private readonly pairs = new Set<Pair>();
	private readonly listener: Server;
	private held = 0;
	private refusing = false;
	private doubling: number | undefined;
	private fromNow: number | undefined;
	private trap: string | undefined;

	readonly host = '127.0.0.1';

	constructor(private readonly to: Address) {
		this.listener = createServer((client) => this.accept(client));
	}

	get port(): number {
		return (this.listener.address() as { port: number }).port;
	}

	/** Listens at this loopback port; 0: any that is free. */
	async listen(port: number): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			this.listener.once('error', reject);
			this.listener.listen(port, '127.0.0.1', resolve);
		});
	}

	/** Cuts all connections that are open now. */
	cut(): void {
		for (const pair of [...this.pairs]) this.sever(pair);
	}

	/** Cuts each open connection when the server's next answer comes: it has done its work, and nobody hears of it. */
	swallow(): void {
		this.limit(0);
	}

	/** From now on, cuts a connection at the first answer after a client said that: the server has heard it and done it. */
	swallowAfter(said: string): void {
		this.trap = said;
	}

	/** Cuts each connection, open or to come, after that many more bytes of the server's answers. */
	cutAfter(bytes: number): void {
		this.limit((this.fromNow = bytes));
	}

	/** Holds back whatever comes from now on for so many milliseconds; 0: no more. */
	delay(milliseconds: number): void {
		this.held = milliseconds;
	}

	/** Refuses new connections, and cuts the open ones. */
	refuse(): void {
		this.refusing = true;
		this.cut();
	}

	/**
	 * The clients lose their connections, and the server hears nothing of it for so long: their sessions live on there,
	 * with what they have begun and locked, beside the ones that the clients open next.
	 */
	halfOpen(milliseconds: number): void {
		for (const pair of [...this.pairs]) this.leave(pair, milliseconds);
	}

	/**
	 * What each client sends next is stuck on its way: the client loses its connection at once, and the server gets the
	 * bytes, and does what they say, only so much later.
	 */
	late(milliseconds: number): void {
		for (const pair of this.pairs) pair.late = milliseconds;
	}

	/** Each new connection reaches the server twice; the second one says nothing for so long. */
	double(milliseconds: number): void {
		this.doubling = milliseconds;
	}

	/** No more harm from now on, also to those that wait to be cut. What is on its way late, or half open, stays so. */
	mend(): void {
		this.refusing = false;
		this.held = 0;
		this.doubling = this.fromNow = this.trap = undefined;
		this.limit(undefined);
		for (const pair of this.pairs) pair.late = undefined;
	}

	/** Ends all that is open, and listens no more. */
	async stop(): Promise<void> {
		for (const pair of [...this.pairs]) this.end(pair);
		await new Promise<void>((resolve) => this.listener.close(() => resolve()));
	}

	private accept(client: Socket): void {
		if (this.refusing) return void client.destroy();
		if (this.doubling !== undefined) this.second(this.doubling);
		const pair: Pair = { client, server: connect(this.to), left: this.fromNow, late: undefined };
		this.pairs.add(pair);
		this.forward(pair, client, pair.server, (data) => {
			if (this.trap !== undefined && data.includes(this.trap)) pair.left = 0;
			if (pair.late === undefined) return data;
			const { late } = pair;
			this.leave(pair, late + AFTERWARDS);
			setTimeout(() => pair.server.write(data), late);
			return undefined;
		});
		this.forward(pair, pair.server, client, (data) => {
			if (pair.left === undefined) return data;
			if (data.length < pair.left) {
				pair.left -= data.length;
				return data;
			}
			// What still fits goes out, half a message as it may be.
			const rest = data.subarray(0, pair.left);
			if (rest.length > 0) client.write(rest);
			this.sever(pair);
			return undefined;
		});
	}

	/** Passes on what comes, in the order in which it came, whatever the delay was at each piece. */
	private forward(pair: Pair, from: Socket, to: Socket, pass: (data: Buffer) => Buffer | undefined): void {
		let before = Promise.resolve();
		from.on('data', (data: Buffer) => {
			const ready =
				this.held === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, this.held).unref());
			before = before.then(async () => {
				await ready;
				const passed = this.pairs.has(pair) ? pass(data) : undefined;
				if (passed && !to.destroyed) to.write(passed);
			});
		});
		from.on('end', () => void before.then(() => this.pairs.has(pair) && to.end()));
		from.on('error', () => this.end(pair));
		from.on('close', () => void before.then(() => this.end(pair)));
	}

	/** The client's side ends now, the server's so much later. */
	private leave(pair: Pair, milliseconds: number): void {
		if (!this.pairs.delete(pair)) return;
		this.doubled++;
		pair.client.destroy();
		setTimeout(() => pair.server.destroy(), milliseconds);
	}

	private second(milliseconds: number): void {
		const silent = connect(this.to);
		silent.on('error', () => undefined);
		this.doubled++;
		setTimeout(() => silent.destroy(), milliseconds);
	}

	private end(pair: Pair): boolean {
		if (!this.pairs.delete(pair)) return false;
		pair.client.destroy();
		pair.server.destroy();
		return true;
	}

	private sever(pair: Pair): void {
		if (this.end(pair)) this.cuts++;
	}

	private limit(bytes: number | undefined): void {
		for (const pair of this.pairs) pair.left = bytes;
	}
}

/** Starts a proxy on a free loopback port. */
export async function startProxy(to: Address): Promise<Proxy> {
	const proxy = new Proxy(to);
	await proxy.listen(0);
	return proxy;
}
