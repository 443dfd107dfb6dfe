/** Two SQLite files, a ledger, and the three nodes between them, inside n8n-core's own executor. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type {
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeType,
	IRun,
	ITriggerFunctions,
} from 'n8n-workflow';

import { closeLedgers } from '../../nodes/shared/ledger';
import { SourceWinsMapping } from '../../nodes/SourceWinsMapping/SourceWinsMapping.node';
import { Loop } from '../../nodes/SyncFromDatabaseTrigger/loop';
import { readSettings } from '../../nodes/SyncFromDatabaseTrigger/settings';
import { SyncFromDatabaseTrigger } from '../../nodes/SyncFromDatabaseTrigger/SyncFromDatabaseTrigger.node';
import { SyncToDatabase } from '../../nodes/SyncToDatabase/SyncToDatabase.node';
import { giving, runInProcess, type Finished, type NodeToRun } from '../n8n/inprocess';

const PACKAGE = 'n8n-nodes-one-way-sync';

export interface Given {
	source?: IDataObject;
	mapping?: IDataObject;
	destination?: IDataObject;
	/** Nodes between the mapping and the destination. */
	between?: NodeToRun[];
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
		});
	}

	/** A published workflow's trigger, ticking when it is told to. */
	async publish(given: Given = {}): Promise<{ tick(): Promise<void>; close(): Promise<void> }> {
		const context = this.triggerContext(given, await instanceId());
		const loop = new Loop(context, readSettings(context));
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
			'UPDATE destination SET swept_at = swept_at - 4000000, created_at = created_at - 4000000, sweep_until = 0',
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
	behind({ mapping, destination, between = [] }: Given): NodeToRun[] {
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
			{
				name: 'Target',
				type: new SyncToDatabase(),
				parameters: { dialect: 'sqlite', file: this.access, table: named('access'), ...destination },
			},
		];
	}

	/** What the trigger sees of n8n: everything but the run itself stands in for it. */
	private triggerContext(given: Given, instance: string): ITriggerFunctions {
		const node: INode = {
			id: 'node-0',
			name: 'Source',
			type: `${PACKAGE}.syncFromDatabaseTrigger`,
			typeVersion: 1,
			position: [0, 0],
			parameters: this.sourceParameters(given) as INode['parameters'],
		};
		const behind = this.behind(given);
		const types = (entry: NodeToRun) =>
			typeof entry.type === 'string' ? entry.type : `${PACKAGE}.${entry.type.description.name}`;
		const context = {
			getMode: () => 'trigger',
			getNode: () => structuredClone(node),
			getWorkflow: () => ({ id: 'workflow', name: 'Line', active: true }),
			getInstanceId: () => instance,
			getNodeParameter: (name: string, otherwise: unknown) => {
				const value = (node.parameters as IDataObject)[name] as { __rl?: true; value?: unknown } | undefined;
				return value?.__rl ? value.value : (value ?? otherwise);
			},
			getChildNodes: () =>
				behind.map((entry) => ({
					name: entry.name,
					type: types(entry),
					typeVersion: 1,
					disabled: entry.disabled ?? false,
				})),
			// The executor numbers the nodes of its workflow; the first is the source.
			workflow: {
				nodes: Object.fromEntries(behind.map((entry, index) => [entry.name, { id: `node-${index + 1}` }])),
			},
			helpers: { createDeferredPromise: () => Promise.withResolvers(), registerCron: () => undefined },
			saveFailedExecution: (error: Error & { description?: string }) =>
				this.told.push(`${error.message}: ${error.description ?? ''}`),
			emit: (
				data: INodeExecutionData[][],
				_response: unknown,
				done?: { resolve(run: IRun): void; reject(error: unknown): void },
			) => {
				this.beforeRun();
				const source: NodeToRun = { name: 'Source', type: giving(data[0]!.map(({ json }) => json)) };
				void runInProcess({ mode: 'trigger', nodes: [source, ...this.behind(given)] }).then((finished) => {
					this.runs.push(finished);
					done?.resolve(finished.run);
				}, done?.reject);
			},
		};
		return context as unknown as ITriggerFunctions;
	}
}

/** The id by which n8n-core knows itself here. */
async function instanceId(): Promise<string> {
	const probe = {
		description: {
			displayName: 'Probe',
			name: 'probe',
			group: ['input'],
			version: 1,
			description: '',
			defaults: { name: 'Probe' },
			inputs: [],
			outputs: ['main'],
			properties: [],
		},
		execute(this: IExecuteFunctions) {
			return Promise.resolve([[{ json: { id: this.getInstanceId() } }]]);
		},
	} as unknown as INodeType;
	const { json } = await runInProcess({ nodes: [{ name: 'Probe', type: probe }] });
	return json('Probe')[0]!['id'] as string;
}

export function named(value: string): IDataObject {
	return { __rl: true, mode: 'name', value };
}
