import type { IDataObject, IRun, ITriggerFunctions } from 'n8n-workflow';

import { destinationsBehind } from '../../nodes/shared/behind';
import { unserved } from '../../nodes/shared/ledger';
import { Host, type Patience } from '../../nodes/shared/trigger/host';
import type { OutgoingItem } from '../../sync/tick';

const item: OutgoingItem = {
	fields: { id: 1 },
	stamp: { id: 1, name: 'HR', key: '1', version: 1, change: 'created', reason: 'changed', for: ['d'], run: 7 },
};

type Done = { resolve(run: unknown): void; reject(error: unknown): void };

/** A trigger whose runs end as the test says. */
function handing(end: (done: Done) => void, stop = new AbortController(), patience?: Patience) {
	const emitted: { waits: boolean; remembered: unknown }[] = [];
	const remembered: IDataObject = {};
	const context = {
		getNode: () => ({ name: 'Source', type: 'n8n-nodes-one-way-sync.syncFromDatabaseTrigger' }),
		getWorkflowStaticData: () => remembered,
		helpers: { createDeferredPromise: () => Promise.withResolvers() },
		emit: (_data: unknown, _response: unknown, done?: Done) => {
			emitted.push({ waits: done !== undefined, remembered: remembered['ledger'] });
			if (done) end(done);
		},
	} as unknown as ITriggerFunctions;
	const host = new Host(context, stop.signal, undefined, patience);
	return {
		emitted,
		handOver: async () => await host.handOver([item], async () => undefined),
	};
}

const run = (status: string, message?: string) =>
	({ status, data: { resultData: { error: message === undefined ? undefined : { message } } } }) as unknown as IRun;

const inAnHour = new Date(Date.now() + 3_600_000);

describe('how a run that carries a batch ends', () => {
	test.each([
		['success', run('success'), { how: 'ended' }],
		['a Wait node for a person', { ...run('waiting'), waitTill: new Date('3000-01-01') }, { how: 'parked' }],
		[
			'a Wait node for an hour',
			{ ...run('waiting'), waitTill: inAnHour },
			{ how: 'parked', waits: expect.closeTo(3_600_000, -4) },
		],
		['an error in any node', run('error', 'Slack said no'), { how: 'error', error: 'Slack said no' }],
		['a crash', run('crashed'), { how: 'error', error: undefined }],
		['being stopped by hand', run('canceled'), { how: 'error', error: 'it was stopped' }],
		['n8n not knowing', undefined, { how: 'silent' }],
	])('by %s', async (_, given, end) => {
		expect(await handing((done) => done.resolve(given)).handOver()).toEqual(end);
	});

	test('before it began, for n8n could not start it', async () => {
		const refused = handing((done) => done.reject(new Error('Published version not found')));
		expect(await refused.handOver()).toEqual({ how: 'error', error: 'Published version not found' });
	});

	test('an engine that starts nothing for a trigger which waits gets the batch again, and all later ones, without waiting', async () => {
		const refused = handing((done) =>
			done.reject(new Error('Engine 2.0 cannot run a trigger that waits for its execution to finish yet.')),
		);
		expect(await refused.handOver()).toEqual({ how: 'silent' });
		expect(await refused.handOver()).toEqual({ how: 'silent' });
		expect(refused.emitted).toMatchObject([{ waits: true }, { waits: false }, { waits: false }]);
	});

	test('well, but a destination could not use the ledger: its items were not dropped', async () => {
		unserved.add(7);
		expect(await handing((done) => done.resolve(run('success'))).handOver()).toMatchObject({ how: 'error' });
		expect(await handing((done) => done.resolve(run('success'))).handOver()).toEqual({ how: 'ended' });
	});

	test('unheard, after a while: n8n lost it; the next one is given twice as long, in case it is only slow', async () => {
		// Far enough apart for a busy machine.
		const slow = [50, 2200, 2200, 50, 2200];
		const handed = handing((done) => void setTimeout(() => done.resolve(run('success')), slow.shift()), undefined, {
			sign: 20,
			first: 1500,
			longest: 15_000,
		});
		const ends: string[] = [];
		for (let n = 0; n < 5; n++) ends.push((await handed.handOver()).how);
		// What took so long once may take so long again, until one was quick.
		expect(ends).toEqual(['ended', 'silent', 'ended', 'ended', 'silent']);
	});

	test('invariant 6: not before the workflow remembers its number, so that an older ledger is noticed', async () => {
		const handed = handing((done) => done.resolve(run('success')));
		await handed.handOver();
		expect(handed.emitted).toEqual([{ waits: true, remembered: 7 }]);
	});

	test('unheard, once the trigger is switched off', async () => {
		const stop = new AbortController();
		const stopped = handing(() => stop.abort(), stop);
		expect(await stopped.handOver()).toEqual({ how: 'silent' });
	});
});

test('destinations are the enabled ones of this package behind the trigger, by the ids that a rename keeps, with the mappings on the way', () => {
	const behind = [
		{ name: 'Mapping', type: 'n8n-nodes-one-way-sync.sourceWinsMapping', disabled: false },
		{ name: 'Target', type: 'n8n-nodes-one-way-sync.syncToDatabase', disabled: false },
		{ name: 'Off', type: 'n8n-nodes-one-way-sync.syncToDatabase', disabled: true },
		{ name: 'Other', type: 'n8n-nodes-base.postgres', disabled: false },
		{ name: 'Foreign', type: 'n8n-nodes-other.syncToDatabase', disabled: false },
	];
	const context = {
		getNode: () => ({ name: 'Source', type: 'n8n-nodes-one-way-sync.syncFromDatabaseTrigger' }),
		getChildNodes: (name: string) => (name === 'Source' ? behind : behind.filter((node) => node.name === 'Target')),
	};
	const seen = {
		name: 'Target',
		mappings: [expect.any(String)],
		way: expect.any(String),
		settings: expect.any(String),
	};
	const withIds = { ...context, workflow: { nodes: { Target: { id: 'abc' } } } };
	expect(destinationsBehind(withIds as unknown as ITriggerFunctions)).toEqual([{ ...seen, node: 'abc' }]);
	expect(destinationsBehind(context as unknown as ITriggerFunctions)).toEqual([{ ...seen, node: 'Target' }]);
});

test('what stands between the trigger and a destination has a fingerprint: of what decides where items go, and nothing else', () => {
	const way = (change: {
		condition?: string;
		output?: number;
		disabled?: boolean;
		aside?: string;
		name?: string;
	}): string => {
		const { condition = 'a', output = 0, disabled = false, aside = 'x', name = 'IF' } = change;
		const nodes = [
			{ name, type: 'n8n-nodes-base.if', disabled, parameters: { condition } },
			{ name: 'Aside', type: 'n8n-nodes-base.set', disabled: false, parameters: { aside } },
			{ name: 'Target', type: 'n8n-nodes-one-way-sync.syncToDatabase', disabled: false },
		];
		const context = {
			getNode: () => ({ name: 'Source', type: 'n8n-nodes-one-way-sync.syncFromDatabaseTrigger' }),
			getChildNodes: (from: string) =>
				from === 'Source' ? nodes : from === name ? nodes.filter((node) => node.name !== name) : [],
			workflow: {
				nodes: { Source: { id: '1' }, [name]: { id: '2' }, Aside: { id: '3' }, Target: { id: '4' } },
				connectionsBySourceNode: {
					Source: { main: [[{ node: name, type: 'main', index: 0 }]] },
					[name]: {
						main: [0, 1].map((n) => [{ node: n === output ? 'Target' : 'Aside', type: 'main', index: 0 }]),
					},
				},
			},
		};
		const [seen] = destinationsBehind(context as unknown as ITriggerFunctions);
		return seen!.way!;
	};
	for (const other of [{ condition: 'b' }, { output: 1 }, { disabled: true }]) expect(way(other)).not.toBe(way({}));
	for (const same of [{}, { aside: 'y' }, { name: 'Only Sales' }]) expect(way(same)).toBe(way({}));
});

test('how a destination is set up has a fingerprint: its parameters, and which credential it takes', () => {
	const settings = (table: string, credential: string, position = [0, 0]): string => {
		const context = {
			getNode: () => ({ name: 'Source', type: 'n8n-nodes-one-way-sync.syncFromDatabaseTrigger' }),
			getChildNodes: (from: string) =>
				from === 'Source'
					? [
							{
								name: 'Target',
								type: 'n8n-nodes-one-way-sync.syncToDatabase',
								disabled: false,
								parameters: { table },
							},
						]
					: [],
			workflow: {
				nodes: { Target: { id: '4', position, credentials: { postgres: { id: credential, name: 'x' } } } },
			},
		};
		const [seen] = destinationsBehind(context as unknown as ITriggerFunctions);
		return seen!.settings!;
	};
	expect(settings('a', '1', [5, 5])).toBe(settings('a', '1'));
	expect(settings('b', '1')).not.toBe(settings('a', '1'));
	expect(settings('a', '2')).not.toBe(settings('a', '1'));
});
