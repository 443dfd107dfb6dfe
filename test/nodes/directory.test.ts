/** The node Sync To Directory inside n8n-core's own executor, over a real SCIM server and a real directory. */
import type { IDataObject } from 'n8n-workflow';

import { SyncLedger } from '../../nodes/SyncLedger/SyncLedger.node';
import { SyncToDirectory } from '../../nodes/SyncToDirectory/SyncToDirectory.node';
import { ENTERPRISE } from '../connectors/scim/place';
import { available as scimIs, startScim, type ScimServer } from '../servers/scim';
import { ADMIN, available as slapdIs, BASE, PEOPLE, startSlapd, type Slapd } from '../servers/slapd';
import { giving, runInProcess } from '../n8n/inprocess';
import { World, type Given } from './world';

const there = scimIs().ok && slapdIs().ok;

(there ? describe : describe.skip)('Sync To Directory', () => {
	jest.setTimeout(60_000);
	let scim: ScimServer;
	let slapd: Slapd;
	let world: World;
	beforeAll(async () => {
		[scim, slapd] = await Promise.all([startScim(), startSlapd()]);
	}, 60_000);
	afterAll(async () => await Promise.all([scim.stop(), slapd.stop()]));
	beforeEach(async () => {
		world = new World(3);
		await Promise.all([scim.empty(), slapd.empty()]);
	});
	afterEach(async () => await world.remove());

	const given = (
		parameters: IDataObject,
		rows: Record<string, string>,
		match: string,
		removal: IDataObject,
	): Given => ({
		without: true,
		between: [
			{
				name: 'Target',
				type: new SyncToDirectory(),
				parameters: { options: {}, ...parameters },
				credentials: { oneWaySyncScimApi: { id: 'scim', name: 'SCIM' }, ldap: { id: 'ldap', name: 'LDAP' } },
			},
		],
		mapping: {
			rows: { row: Object.entries(rows).map(([field, value]) => ({ field, value })) },
			match: [match],
			...removal,
		},
		credentials: {
			scim: { baseUrl: scim.url, sign: 'bearer', token: 'secret' },
			ldap: {
				hostname: 'localhost',
				port: String(slapd.port),
				bindDN: ADMIN,
				bindPassword: 'secret',
				connectionSecurity: 'startTls',
				caCertificate: slapd.ca,
			},
		},
	});
	const toScim = (removal: IDataObject = { removal: 'delete' }) =>
		given(
			{ protocol: 'scim' },
			{
				userName: '={{ $json.email }}',
				externalId: '={{ $json.id }}',
				active: '={{ true }}',
				[`${ENTERPRISE}:department`]: '={{ $json.team }}',
				'groups[sales]': "={{ $json.team === 'Sales' }}",
			},
			'externalId',
			removal,
		);

	/** What the ledger says of a record, by the node Sync Ledger. */
	const look = async (who: string) =>
		(
			await runInProcess({
				nodes: [
					{ name: 'Start', type: giving([{}]) },
					{ name: 'Look', type: new SyncLedger(), parameters: { action: 'find', syncOrAll: 0, who } },
				],
			})
		).json('Look');

	test('a test run shows what would be done, and does nothing', async () => {
		const done = await world.test(toScim());
		expect(done.error('Target')).toBeUndefined();
		expect(done.json('Target', 3).map(({ action, key }) => [action, key])).toEqual([
			['create', '1'],
			['create', '2'],
			['create', '3'],
		]);
		expect(await scim.stored('users')).toEqual([]);
	});

	test('SCIM: whoever joins is created and put in groups; a deletion disables, as can be undone', async () => {
		await scim.store('groups', [{ displayName: 'sales' }]);
		const published = await world.publish(toScim());
		await published.tick();
		expect(await scim.stored('users')).toMatchObject([{ active: true }, { active: true }, { active: true }]);
		expect((await scim.stored('groups'))[0]!['members']).toHaveLength(3);
		world.source.exec('DELETE FROM people WHERE id = 2');
		await published.tick();
		const active = async () => (await scim.stored('users')).map((user) => user['active']);
		expect(await active()).toEqual([true, false, true]);
		expect(await look('2')).toMatchObject([
			{
				key: '2',
				inSource: false,
				offEverywhere: true,
				text: '2 is off everywhere: Target.',
				destinations: [
					{ name: 'Target', standing: 'removed', off: true, confirmed: expect.any(String) as string },
				],
			},
		]);
		expect(await look('3')).toMatchObject([
			{ offEverywhere: false, text: 'Person 3 is not off everywhere: Target: in sync.' },
		]);
		expect(await look('nobody')).toEqual([]);
		world.hire(2);
		await published.tick();
		expect(await active()).toEqual([true, true, true]);
		await published.close();
	});

	test('LDAP: by n8n’s own credential, with StartTLS', async () => {
		const directory = { protocol: 'ldap', baseDn: BASE, container: PEOPLE };
		const rows = {
			uid: '={{ $json.id }}',
			cn: '={{ $json.name }}',
			sn: '={{ $json.name }}',
			mail: '={{ $json.email }}',
		};
		const published = await world.publish(given(directory, rows, 'uid', { removal: 'delete' }));
		await published.tick();
		world.source.exec('DELETE FROM people WHERE id = 2');
		await published.tick();
		const client = await slapd.client();
		const options = { filter: '(objectClass=inetOrgPerson)', attributes: ['uid', 'cn', 'pwdAccountLockedTime'] };
		const { searchEntries } = await client.search(BASE, options);
		await client.unbind();
		const found = searchEntries.map(({ uid, pwdAccountLockedTime: locked }) => [uid, locked]);
		expect(found.sort()).toEqual([
			['1', []],
			['2', '000001010000Z'],
			['3', []],
		]);
		await published.close();
	});
});
