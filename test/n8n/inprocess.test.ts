import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';

import { giving, runInProcess } from './inprocess';

/** Two outputs, a hint, a parameter and a credential: what the harness must carry through. */
class Probe {
	description = {
		displayName: 'Probe',
		name: 'probe',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Probe' },
		inputs: ['main'],
		outputs: ['main', 'main'],
		credentials: [{ name: 'postgres', required: true }],
		properties: [{ displayName: 'Greeting', name: 'greeting', type: 'string', default: '' }],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { host } = await this.getCredentials('postgres');
		const first = this.getInputData().map((_, item) => ({
			json: { said: this.getNodeParameter('greeting', item), host, mode: this.getMode() },
			pairedItem: { item },
		}));
		this.addExecutionHints({ message: `${first.length} greeted` });
		return [first, [{ json: { instance: this.getInstanceId().length > 0 }, pairedItem: { item: 0 } }]];
	}
}

describe('a run inside this process', () => {
	jest.setTimeout(60_000);

	test('resolves expressions and credentials, and tells outputs and hints', async () => {
		const finished = await runInProcess({
			nodes: [
				{ name: 'Source', type: giving([{ name: 'Ann' }, { name: 'Bea' }]) },
				{
					name: 'Probe',
					type: new Probe() as unknown as INodeType,
					parameters: { greeting: '=Hello {{ $json.name.toUpperCase() }}' },
					credentials: { postgres: { id: '7', name: 'HR' } },
				},
				{ name: 'Split', type: 'n8n-nodes-base.noOp' },
			],
			credentials: { 7: { host: 'db' } },
			mode: 'trigger',
		});
		expect(finished.error()).toBeUndefined();
		expect(finished.json('Probe')).toEqual([
			{ said: 'Hello ANN', host: 'db', mode: 'trigger' },
			{ said: 'Hello BEA', host: 'db', mode: 'trigger' },
		]);
		expect(finished.json('Probe', 1)).toEqual([{ instance: true }]);
		expect(finished.hints('Probe')).toEqual(['2 greeted']);
		expect(finished.json('Split')).toHaveLength(2);
	});

	test('a node that fails is part of the result', async () => {
		const finished = await runInProcess({
			nodes: [
				{ name: 'Source', type: giving([{}]) },
				{
					name: 'Probe',
					type: new Probe() as unknown as INodeType,
					credentials: { postgres: { id: '8', name: 'gone' } },
				},
			],
		});
		expect(finished.error('Probe')?.message).toContain('no credential 8');
	});
});
