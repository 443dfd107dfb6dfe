/** Every workflow in `templates/` is taken by a real n8n: no node is unknown, and no parameter is refused. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { NodeHelpers, type INode, type INodeParameters, type INodeTypeDescription } from 'n8n-workflow';

import { startN8n, type N8n, type NewWorkflow } from './harness';

const folder = join(__dirname, '..', '..', '..', 'templates');
const templates = readdirSync(folder).filter((name) => name.endsWith('.json'));
/** What only the user can choose may be missing; anything else may not. */
const TO_CHOOSE = /is required/u;

describe('the templates', () => {
	jest.setTimeout(180_000);
	let n8n: N8n;
	let types: INodeTypeDescription[];
	beforeAll(async () => {
		n8n = await startN8n();
		const answer = await fetch(`${n8n.url}/types/nodes.json`, {
			headers: { cookie: `n8n-auth=${n8n.api.session.value}` },
		});
		types = (await answer.json()) as INodeTypeDescription[];
	});
	afterAll(async () => await n8n?.remove());

	/** A node's type, in the version that the template has. */
	const typeOf = ({ type, typeVersion }: INode): INodeTypeDescription | undefined =>
		types.find(({ name, version }) => name === type && [version].flat().includes(typeVersion));

	test.each(templates)('%s is imported, and n8n knows all that stands in it', async (file) => {
		const workflow = JSON.parse(readFileSync(join(folder, file), 'utf8')) as NewWorkflow & { nodes: INode[] };
		const created = await n8n.api.createWorkflow(workflow);
		expect(created.nodes).toHaveLength(workflow.nodes.length);
		const wrong: string[] = [];
		for (const node of created.nodes) {
			const type = typeOf(node);
			if (!type) {
				wrong.push(`${node.name}: no node ${node.type} in version ${node.typeVersion}`);
				continue;
			}
			const known = new Set(type.properties.map(({ name }) => name));
			for (const name of Object.keys(node.parameters))
				if (!known.has(name)) wrong.push(`${node.name}: no parameter ${name}`);
			const filled = NodeHelpers.getNodeParameters(type.properties, node.parameters, true, false, node, type);
			const lost = lostIn(node.parameters, filled ?? {});
			if (lost.length > 0) wrong.push(`${node.name}: n8n drops ${lost.join(', ')}`);
			const issues = NodeHelpers.getNodeParametersIssues(
				type.properties,
				{ ...node, parameters: filled ?? {} },
				type,
			);
			for (const said of Object.values(issues?.parameters ?? {}).flat())
				if (!TO_CHOOSE.test(said)) wrong.push(`${node.name}: ${said}`);
		}
		expect(wrong).toEqual([]);
		const codes = workflow.nodes.filter(({ type }) => /\.(code|function|functionItem)$/u.test(type));
		expect(codes).toEqual([]);
		expect(workflow.nodes.some(({ type }) => type.endsWith('.stickyNote'))).toBe(true);
	});
});

/** Parameters that n8n throws away, because they are not shown beside the others. */
function lostIn(given: INodeParameters, kept: INodeParameters): string[] {
	return Object.keys(given).filter((name) => !(name in kept));
}
