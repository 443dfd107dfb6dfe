/**
 * People as a Directus lists its items, from a process of its own: each is text that was made before anybody asks, so that
 * what is measured is the reader.
 */
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Directus' own page, as its definition asks for it. */
export const PAGE = 100;

/** An item of about 450 bytes. */
const item = (n: number, note: string) => ({
	id: String(n),
	employee_no: `E${String(n).padStart(8, '0')}`,
	email: `person.${n}@example.com`,
	first_name: `First ${(n * 2654435761) % 4294967296}`,
	last_name: `Last ${(n * 7919) % 100003}`,
	department: `Department ${n % 40}`,
	manager: Math.floor(n / 10),
	salary: 30000 + (n % 70000) + (n % 100) / 100,
	active: n % 20 !== 0,
	hired_on: new Date(Date.UTC(2001, 0, 1 + (n % 9000))).toISOString().slice(0, 10),
	updated_at: new Date(Date.UTC(2026, 0, 1, 0, 0, n % 86400)).toISOString(),
	attributes: { room: n % 900, badge: String(n * 31), languages: ['de', 'en'] },
	note,
});

/** What a Directus calls them. */
const TYPES: Record<string, string> = { string: 'string', number: 'float', boolean: 'boolean', object: 'json' };

export interface Items {
	url: string;
	/** Changes one item. */
	touch(): Promise<void>;
	stop(): Promise<void>;
}

/** Starts the process with so many items. */
export async function startItems(count: number): Promise<Items> {
	const child = fork(__filename, [String(count)], { stdio: ['ignore', 2, 2, 'ipc'] });
	const answer = async () => await new Promise<unknown>((resolve) => child.once('message', resolve));
	const url = (await answer()) as string;
	return {
		url,
		touch: async () => {
			const touched = answer();
			child.send('touch');
			await touched;
		},
		stop: async () => {
			const gone = new Promise((resolve) => child.once('exit', resolve));
			child.kill();
			await gone;
		},
	};
}

async function serve(count: number): Promise<void> {
	const items = Array.from({ length: count }, (_, n) => JSON.stringify(item(n, 'n'.repeat(120))));
	const fields = Object.entries(item(0, '')).map(([field, value]) =>
		JSON.stringify({ field, type: TYPES[typeof value] }),
	);
	const server = createServer((request, response) => {
		const { searchParams } = new URL(request.url!, 'http://x');
		const from = Number(searchParams.get('offset'));
		const data = request.url!.startsWith('/items/') ? items.slice(from, from + PAGE) : fields;
		response.setHeader('content-type', 'application/json');
		response.end(`{"data":[${data.join(',')}],"meta":{"filter_count":${count}}}`);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	process.on('message', () => {
		items[7] = JSON.stringify(item(7, 'x'));
		process.send!('touched');
	});
	process.send!(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

if (require.main === module) void serve(Number(process.argv[2]));
