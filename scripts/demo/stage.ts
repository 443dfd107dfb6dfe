/** What the story is played on: two databases, a real n8n, and the workflow between them, published. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { n8nVersion, startN8n, userFolder, type N8n, type Workflow } from '../../test/n8n/harness';
import { Databases } from './databases';
import { createDatabases } from './roster';
import { Runs } from './runs';
import { demoWorkflow } from './workflow';

export interface Stage {
	n8n: N8n;
	version: string;
	files: { hr: string; access: string };
	databases: Databases;
	workflow: Workflow;
	runs: Runs;
	/** The workflow in the editor. */
	address: string;
	/** Closes everything; removes the folder unless it is to be kept. */
	close(keep: boolean): Promise<void>;
}

/** Brings everything up; the workflow is saved and not yet published. `place` is an empty folder for both files. */
export async function build(place?: string): Promise<Stage> {
	const folder = userFolder();
	const at = place ?? join(folder, 'files');
	let databases: Databases | undefined;
	let n8n: N8n | undefined;
	const close = async (keep: boolean) => {
		databases?.close();
		await n8n?.stop();
		if (!keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	};
	try {
		const files = { hr: join(at, 'hr.sqlite'), access: join(at, 'access.sqlite') };
		createDatabases(files);
		databases = new Databases(files);
		n8n = await startN8n({
			folder,
			env: { GENERIC_TIMEZONE: 'Europe/Amsterdam', N8N_RESTRICT_FILE_ACCESS_TO: at },
		});
		const workflow = await n8n.api.createWorkflow(demoWorkflow(files));
		const address = `${n8n.url}/workflow/${workflow.id}`;
		return {
			n8n,
			version: n8nVersion,
			files,
			databases,
			workflow,
			runs: new Runs(n8n.api, workflow.id),
			address,
			close,
		};
	} catch (error) {
		await close(false);
		throw error;
	}
}
