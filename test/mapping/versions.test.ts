/** A workflow keeps the defaults of the version that its mapping was saved with, whatever a new mapping begins with. */
import { SourceWinsMapping } from '../../nodes/SourceWinsMapping/SourceWinsMapping.node';
import { giving, runInProcess } from '../n8n/inprocess';

const _sync = { name: 'HR', key: '1', version: 1, change: 'created', reason: 'changed', for: [] };
const item = { id: 1, login: 'ada', title: 'Editor', _sync };
/** As n8n saves it: what stands at its default is not in it. */
const parameters = { rows: { row: [{ field: 'user', value: '={{ $json.login }}' }] }, match: ['user'] };

/** The fields that such a mapping puts out. */
async function fieldsOf(saved: object, typeVersion: number): Promise<string[]> {
	const finished = await runInProcess({
		nodes: [
			{ name: 'Source', type: giving([item]) },
			{ name: 'Mapping', type: new SourceWinsMapping(), typeVersion, parameters: { ...parameters, ...saved } },
		],
	});
	expect(finished.error()).toBeUndefined();
	const [mapped] = finished.json('Mapping');
	return Object.keys(mapped!).filter((name) => name !== '_sync');
}

describe('a mapping that was saved with version', () => {
	test('1 maps only its rows', async () => {
		expect(await fieldsOf({}, 1)).toEqual(['user']);
	});

	test('1.1, which a new one has, maps all fields of the same name beside them', async () => {
		expect(new SourceWinsMapping().description.defaultVersion).toBe(1.1);
		expect((await fieldsOf({}, 1.1)).sort()).toEqual(['id', 'login', 'title', 'user']);
	});

	test.each([1, 1.1])('%s does as it was told, where it was', async (version) => {
		expect(await fieldsOf({ mapAll: false }, version)).toEqual(['user']);
		expect((await fieldsOf({ mapAll: true }, version)).sort()).toEqual(['id', 'login', 'title', 'user']);
	});
});
