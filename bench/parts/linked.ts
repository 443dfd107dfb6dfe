/**
 * A ledger with many links, made by the package's own first load: the same source, engine, ledger and destination as in
 * n8n, under the identity that n8n's own first tick left there, without n8n in between.
 */
import { sql } from 'kysely';

import { DatabaseDestination } from '../../connectors/database/destination';
import { DatabaseSource } from '../../connectors/database/source';
import { ledgerOn } from '../../ledger/ledger';
import { sqliteStore } from '../../ledger/sqlite';
import { apply } from '../../sync/apply';
import { DEFAULT_GUARD } from '../../sync/guard';
import type { DesiredItem } from '../../sync/items';
import { compileMapping, type Row } from '../../sync/mapping';
import { tick } from '../../sync/tick';
import { FIELDS, SOURCE, type People } from './people';

interface Known {
	instance: string;
	workflow: string;
	node: string;
	name: string;
	to: string;
	mapping: string;
}

const row = (field: string): Row => ({
	field,
	value: { kind: 'path', path: [field] },
	owner: 'source',
	ifEmpty: 'write',
	conversion: { as: 'as it is', trim: false, number: '1234.5', zone: 'UTC' },
});

/** Links all people with what stands in the table, creating what does not. */
export async function link(ledgerFile: string, people: People, table: string): Promise<void> {
	const store = await sqliteStore(ledgerFile);
	const ledger = await ledgerOn(store);
	const [known] = await store.db.all(sql<Known>`
		SELECT s.instance, s.workflow, s.node, s.name, d.node AS "to", d.mapping FROM sync s JOIN destination d ON d.sync = s.id`);
	const { instance, workflow, node, name, to, mapping: present } = known!;
	const mapping = compileMapping({
		rows: FIELDS.map(row),
		match: [FIELDS[0]],
		removal: { kind: 'detach', rows: [] },
		may: { create: true, update: true },
		existing: { which: 'all' },
		zone: 'UTC',
		fingerprint: (JSON.parse(present) as string[])[0]!,
	});
	const destination = new DatabaseDestination({
		database: people.destinationAt,
		table: { name: table },
		id: [FIELDS[0]],
	});
	const secret = await ledger.secret();
	try {
		const ended = await tick(
			ledger,
			{
				signal: new AbortController().signal,
				destinations: () => [{ node: to, name: 'Destination' }],
				openSource: async () =>
					new DatabaseSource({
						database: people.sourceAt,
						from: { table: { name: SOURCE } },
						nameField: 'email',
						follow: { column: 'updated_at', overlap: 0 },
					}),
				handOver: async (items) => {
					const desired = items.map(({ fields, stamp }, item): DesiredItem => {
						const mapped = mapping.map({ fields, removed: false, sensitive: [] }, { evaluate: () => null });
						return { item, fields: mapped.fields, stamp: { ...stamp, ...mapped.mapped } };
					});
					const known = await ledger.destination(items[0]!.stamp.id, to, 'Destination', destination.target);
					const { down } = await apply(desired, {
						ledger,
						destination,
						row: known,
						secret,
						where: 'there',
						retry: { attempts: 3, delay: () => 0 },
						leaseTtl: 60_000,
						writeTtl: 60_000,
						clock: () => performance.now(),
					});
					return down ? { how: 'error', error: down.message } : { how: 'ended' };
				},
			},
			{
				identity: { instance, workflow, node },
				name,
				holder: 'bench',
				sensitive: [],
				completeEvery: 0,
				sweepEvery: null,
				guard: { ...DEFAULT_GUARD, first: false },
				batch: { keys: 1000, bytes: 5 * 1024 * 1024 },
				leaseTtl: 600_000,
				retryIn: 0,
				historyDays: 90,
				parkedTtl: 60_000,
				stuckAfter: 3_600_000,
			},
		);
		if (ended.troubles.length > 0) throw new Error(ended.troubles.join('; '));
	} finally {
		await destination.close();
		await ledger.close();
	}
}
