/** Two SQLite files, a ledger, and the three nodes between them, inside n8n-core's own executor. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { IConnections, ICredentialType, IDataObject, INode, INodeType, ITriggerFunctions } from 'n8n-workflow';

import { closeLedgers } from '../../nodes/shared/ledger';
import { SourceWinsMapping } from '../../nodes/SourceWinsMapping/SourceWinsMapping.node';
import { Loop } from '../../nodes/shared/trigger/loop';
import { inGroups } from '../../nodes/shared/trigger/start';
import { readSettings } from '../../nodes/SyncFromDatabaseTrigger/settings';
import { openSource } from '../../nodes/SyncFromDatabaseTrigger/source';
import { SyncFromDatabaseTrigger } from '../../nodes/SyncFromDatabaseTrigger/SyncFromDatabaseTrigger.node';
import { SyncToDatabase } from '../../nodes/SyncToDatabase/SyncToDatabase.node';
import { giving, inARow, runInProcess, type Finished, type NodeToRun } from '../n8n/inprocess';

const core = createRequire(join(process.cwd(), 'test/n8n/2.41.1/node_modules/n8n-core/package.json'));
interface Core {
	TriggerContext: new (...given: unknown[]) => ITriggerFunctions;
}

const PACKAGE = 'n8n-nodes-one-way-sync';

export interface Given {
	source?: IDataObject;
	mapping?: IDataObject;
	destination?: IDataObject;
	/** Nodes between the mapping and the destination. */
	between?: NodeToRun[];
	/** How the nodes are connected; default: in a row. */
	connections?: IConnections;
	/** Another destination node than the one for databases. */
	target?: NodeToRun;
	/** The data of credentials, by id. */
	credentials?: Record<string, IDataObject>;
	/** Ours, where they fetch tokens. */
	credentialTypes?: ICredentialType[];
	/** The destination node has been taken out. */
	without?: boolean;
}

export class World {
	readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'one-way-sync-nodes-')));
	readonly hr = join(this.folder, 'hr.sqlite');
	readonly access = join(this.folder, 'access.sqlite');
	readonly ledger = join(this.folder, 'ledger.sqlite');
	readonly source = new DatabaseSync(this.hr);
	readonly destination = new DatabaseSync(this.access);
	/** What n8n was told of by saveFailedExecution. */
	readonly told: string[] = [];
	/** The runs that the trigger started. */
	readonly runs: Finished[] = [];
	/** What n8n keeps with the workflow. */
	readonly staticData: IDataObject = {};
	/** Called when n8n starts a run, before its nodes. */
	beforeRun: () => void = () => undefined;
	private readonly before = { ...process.env };

	constructor(people = 3) {
		process.env['N8N_RESTRICT_FILE_ACCESS_TO'] = this.folder;
		process.env['ONE_WAY_SYNC_LEDGER'] = this.ledger;
		this.source.exec('CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, name TEXT, team TEXT)');
		this.destination.exec(
			'CREATE TABLE access (nr INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, title TEXT, active INTEGER DEFAULT 1, note TEXT)',
		);
		for (let id = 1; id <= people; id++) this.hire(id);
	}

	hire(id: number): void {
		this.source.prepare('INSERT INTO people VALUES (?, ?, ?, ?)').run(id, `p${id}@x.org`, `Person ${id}`, 'Sales');
	}

	rows(where = '1 = 1'): IDataObject[] {
		const rows = this.destination
			.prepare(`SELECT login, title, active, note FROM access WHERE ${where} ORDER BY nr`)
			.all();
		return rows.map((row) => ({ ...row }) as IDataObject);
	}

	/** A test run in the editor. */
	async test(given: Given = {}): Promise<Finished> {
		return await runInProcess({
			nodes: [
				{ name: 'Source', type: new SyncFromDatabaseTrigger(), parameters: this.sourceParameters(given) },
				...this.behind(given),
			],
			...(given.connections && { connections: given.connections }),
			...(given.credentials && { credentials: given.credentials }),
			...(given.credentialTypes && { credentialTypes: given.credentialTypes }),
		});
	}

	/** A published workflow's trigger, ticking when it is told to. */
	async publish(given: Given = {}): Promise<{ tick(): Promise<void>; close(): Promise<void> }> {
		await runInProcess({ nodes: [{ name: 'Nothing', type: giving([]) }] }); // n8n-core is loaded, with a folder of its own
		const context = this.triggerContext(given);
		const read = readSettings(context);
		const { settings, open } = inGroups(context, read, async () => await openSource(context, read.source));
		const loop = new Loop(context, settings, open);
		return {
			tick: async () => {
				loop.struck();
				await loop.idle();
			},
			close: async () => await loop.close(),
		};
	}

	/** Moves the ledger's times back, as if an hour had passed: retries are due, and so is the sweep. */
	async anHourLater(): Promise<void> {
		await closeLedgers();
		const ledger = new DatabaseSync(this.ledger);
		ledger.exec(
			'UPDATE destination SET swept_at = swept_at - 4000000, created_at = created_at - 4000000, sweep_until = 0, probe_at = probe_at - 4000000',
		);
		ledger.exec('UPDATE link SET due_at = due_at - 4000000');
		ledger.close();
	}

	async remove(): Promise<void> {
		await closeLedgers();
		this.source.close();
		this.destination.close();
		rmSync(this.folder, { recursive: true, force: true });
		for (const name of ['N8N_RESTRICT_FILE_ACCESS_TO', 'ONE_WAY_SYNC_LEDGER', 'EXECUTIONS_MODE']) {
			if (this.before[name] === undefined) delete process.env[name];
			else process.env[name] = this.before[name];
		}
	}

	private sourceParameters({ source }: Given): IDataObject {
		return {
			dialect: 'sqlite',
			file: this.hr,
			syncName: 'HR',
			records: 'table',
			table: named('people'),
			nameColumn: 'name',
			schedule: 'interval',
			every: 10,
			unit: 'seconds',
			...source,
		};
	}

	/** The nodes behind the source. */
	behind({ mapping, destination, between = [], target, without }: Given): NodeToRun[] {
		const fields = {
			rows: {
				row: [
					{ field: 'login', value: '={{ $json.email }}' },
					{ field: 'title', value: '={{ $json.team }}' },
				],
			},
			match: ['login'],
			removal: 'deactivate',
			removalRows: { row: [{ field: 'active', set: '0', onReturn: '1', as: 'number' }] },
		};
		return [
			{ name: 'Mapping', type: new SourceWinsMapping(), parameters: { ...fields, ...mapping } },
			...between,
			...(without
				? []
				: [
						target ?? {
							name: 'Target',
							type: new SyncToDatabase(),
							parameters: {
								dialect: 'sqlite',
								file: this.access,
								table: named('access'),
								...destination,
							},
						},
					]),
		];
	}

	/** n8n-core's own context of a published trigger; only what happens when it emits or reports stands in for n8n. */
	private triggerContext(given: Given): ITriggerFunctions {
		const { TriggerContext } = core('n8n-core') as Core;
		const { Workflow } = core('n8n-workflow') as typeof import('n8n-workflow');
		const all = [
			{ name: 'Source', type: new SyncFromDatabaseTrigger(), parameters: this.sourceParameters(given) },
			...this.behind(given),
		];
		const typeOf = ({ type }: NodeToRun) =>
			typeof type === 'string' ? type : `${PACKAGE}.${type.description.name}`;
		const types = new Map(all.map((entry) => [typeOf(entry), entry.type as INodeType]));
		const nodes = all.map(({ type, ...entry }, index) => ({
			id: `node-${index}`,
			type: typeOf({ ...entry, type }),
			typeVersion: 1,
			position: [0, 0] as [number, number],
			...entry,
		})) as INode[];
		const workflow = new Workflow({
			id: 'workflow',
			nodes,
			connections: given.connections ?? inARow(...nodes.map(({ name }) => name)),
			active: true,
			nodeTypes: {
				getByName: (name) => types.get(name)!,
				getByNameAndVersion: (name) => types.get(name)!,
				getKnownTypes: () => ({}),
			},
			staticData: this.staticData,
		});
		const emit: ITriggerFunctions['emit'] = (data, _response, done) => {
			this.beforeRun();
			const source: NodeToRun = { name: 'Source', type: giving(data[0]!.map(({ json }) => json)) };
			const { connections } = given;
			void runInProcess({
				mode: 'trigger',
				nodes: [source, ...this.behind(given)],
				...(connections && { connections }),
				...(given.credentials && { credentials: given.credentials }),
				...(given.credentialTypes && { credentialTypes: given.credentialTypes }),
			}).then((finished) => {
				this.runs.push(finished);
				done?.resolve(finished.run);
			}, done?.reject);
		};
		const report = (error: Error & { description?: string | null }) =>
			this.told.push(`${error.message}: ${error.description ?? ''}`);
		const scheduling = { registerCron: () => undefined };
		const source = workflow.getNode('Source')!;
		return new TriggerContext(workflow, source, {}, 'trigger', 'activate', emit, report, report, scheduling);
	}
}

export function named(value: string): IDataObject {
	return { __rl: true, mode: 'name', value };
}
