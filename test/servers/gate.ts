/** Stands before an HTTP server, counts what is asked, and lets no more through than it is told: 429 with Retry-After. */
import { createServer, request, type Server } from 'node:http';

export class Gate {
	/** Requests that were let through, as `METHOD /path`, without queries. */
	readonly passed: string[] = [];
	/** Requests that were told to wait. */
	refused = 0;
	/** As many requests go through in a second. */
	perSecond = Infinity;
	private recent: number[] = [];
	private readonly server: Server;

	constructor(private readonly target: string) {
		this.server = createServer((incoming, outgoing) => {
			const now = Date.now();
			this.recent = this.recent.filter((at) => at > now - 1000);
			if (this.recent.length >= this.perSecond) {
				this.refused++;
				outgoing.writeHead(429, { 'retry-after': '1' }).end('slow down');
				return;
			}
			this.recent.push(now);
			this.passed.push(`${incoming.method} ${incoming.url!.split('?')[0]}`);
			const onward = request(
				new URL(incoming.url!, this.target),
				{ method: incoming.method, headers: incoming.headers },
				(answer) => {
					outgoing.writeHead(answer.statusCode!, answer.headers);
					answer.pipe(outgoing);
				},
			);
			onward.on('error', () => outgoing.destroy());
			incoming.pipe(onward);
		});
	}

	async listen(): Promise<string> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}
}
