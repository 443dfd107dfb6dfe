/** Where benchmarks play: a database server, and a real n8n with the packed package. */
import { startN8n, type N8n } from '../../test/n8n/harness';
import type { People } from './people';
import { say, serve } from './server';

export interface Stage {
	readonly people: People;
	readonly n8n: N8n;
	/** The database server's version, for people. */
	readonly server: string;
	/** Ends n8n and starts it again on the same user folder, so that nothing of what it did is held in memory. */
	fresh(): Promise<N8n>;
	close(): Promise<void>;
}

export async function stage(count: number): Promise<Stage> {
	const { people, version, stop } = await serve(count);
	let n8n: N8n | undefined;
	const close = async () => {
		await n8n?.remove();
		await stop();
	};
	try {
		say('· starting n8n …');
		n8n = await startN8n();
		return {
			people,
			get n8n() {
				return n8n!;
			},
			server: version,
			fresh: async () => {
				const { folder } = n8n!;
				await n8n!.stop();
				return (n8n = await startN8n({ folder }));
			},
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}
