/**
 * A whole company, with managers and groups, from a table into SCIM and into LDAP by the nodes themselves: joiners, movers,
 * leavers, returners and new logins, while the server loses its power on the way. 300 people beside all other tests;
 * `CROWD=5000 npm test -- crowd` for as many as one wants.
 */
import { Attribute, Change } from 'ldapts';
import type { IDataObject } from 'n8n-workflow';

import { keyOf } from '../../connectors/ldap/dn';
import { SyncToDirectory } from '../../nodes/SyncToDirectory/SyncToDirectory.node';
import { n8nIsHere } from '../n8n/inprocess';
import { BASE, GROUPS, PEOPLE } from '../servers/directory';
import { available as scimIs, startScim } from '../servers/scim';
import type { Availability, Mortal } from '../servers/server';
import { available as slapdIs, startSlapd } from '../servers/slapd';
import { ENTERPRISE } from '../connectors/scim/place';
import { World, type Given } from './world';

const COUNT = Number(process.env['CROWD'] ?? 300);

interface Person {
	id: string;
	login: string;
	active: boolean;
	/** The number of the manager. */
	boss: string | undefined;
	sales: boolean;
}

interface Crowd {
	server: Mortal & { stop(): Promise<void> };
	parameters: IDataObject;
	credential: IDataObject;
	rows: Record<string, string>;
	match: string;
	/** Everybody who stands there, by number. */
	standing(): Promise<Map<string, Person>>;
	/** Enables an account behind the sync's back. */
	enable(number: string): Promise<void>;
}

const NUMBER = '=E{{ $json.id }}';
const BOSS = "={{ $json.boss === null ? null : 'E' + $json.boss }}";
const SALES = "={{ $json.team === 'Sales' }}";

async function overScim(): Promise<Crowd> {
	const server = await startScim({ operations: 100 });
	const users = async () =>
		new Map((await server.stored('users')).map((user) => [String(user['externalId']), user] as const));
	return {
		server,
		parameters: { protocol: 'scim', options: { createGroups: true } },
		credential: { baseUrl: server.url, sign: 'bearer', token: 'secret' },
		match: 'externalId',
		rows: {
			userName: '={{ $json.login }}',
			externalId: NUMBER,
			displayName: '={{ $json.name }}',
			active: '={{ true }}',
			[`${ENTERPRISE}:manager[externalId]`]: BOSS,
			'groups[sales]': SALES,
		},
		standing: async () => {
			const all = await users();
			const [group] = await server.stored('groups');
			const sales = new Set(((group?.['members'] ?? []) as { value: string }[]).map(({ value }) => value));
			const numbers = new Map([...all].map(([number, { id }]) => [String(id), number]));
			return new Map(
				[...all].map(([number, user]) => {
					const { manager } = (user[ENTERPRISE] ?? {}) as { manager?: { value: string } };
					const id = String(user['id']);
					return [
						number,
						{
							id,
							login: String(user['userName']),
							active: user['active'] === true,
							boss: manager && numbers.get(manager.value),
							sales: sales.has(id),
						},
					];
				}),
			);
		},
		enable: async (number) => await server.store('users', [{ ...(await users()).get(number)!, active: true }]),
	};
}

async function overLdap(): Promise<Crowd> {
	const server = await startSlapd();
	const search = async (filter: string, attributes: string[]) => {
		const client = await server.client();
		try {
			return (await client.search(BASE, { filter, attributes, paged: true })).searchEntries;
		} finally {
			await client.unbind();
		}
	};
	const one = (value: unknown) => (typeof value === 'string' ? value : undefined);
	return {
		server,
		parameters: {
			protocol: 'ldap',
			baseDn: BASE,
			container: PEOPLE,
			options: { createGroups: true, groupBase: GROUPS },
		},
		credential: {
			hostname: '127.0.0.1',
			port: String(server.port),
			bindDN: server.user,
			bindPassword: server.password,
			connectionSecurity: 'none',
		},
		match: 'employeeNumber',
		rows: {
			uid: '={{ $json.login }}',
			cn: '={{ $json.name }}',
			sn: '={{ $json.name }}',
			employeeNumber: NUMBER,
			active: '={{ true }}',
			'manager[employeeNumber]': BOSS,
			'groups[sales]': SALES,
		},
		standing: async () => {
			const attributes = ['uid', 'employeeNumber', 'manager', 'pwdAccountLockedTime', 'entryUUID'];
			const entries = await search('(objectClass=inetOrgPerson)', attributes);
			const [group] = await search('(cn=sales)', ['member']);
			const sales = new Set([(group?.['member'] ?? []) as string | string[]].flat().map(keyOf));
			const numbers = new Map(entries.map((entry) => [keyOf(entry.dn), String(entry['employeeNumber'])]));
			return new Map(
				entries.map((entry) => {
					const manager = one(entry['manager']);
					return [
						String(entry['employeeNumber']),
						{
							id: String(entry['entryUUID']),
							login: String(entry['uid']),
							active: one(entry['pwdAccountLockedTime']) === undefined,
							boss: manager === undefined ? undefined : numbers.get(keyOf(manager)),
							sales: sales.has(keyOf(entry.dn)),
						},
					];
				}),
			);
		},
		enable: async (number) => {
			const [entry] = await search(`(employeeNumber=${number})`, ['uid']);
			const client = await server.client();
			const modification = new Attribute({ type: 'pwdAccountLockedTime', values: [] });
			await client.modify(entry!.dn, new Change({ operation: 'replace', modification }));
			await client.unbind();
		},
	};
}

const crowds: [string, Availability, () => Promise<Crowd>][] = [
	['SCIM', scimIs(), overScim],
	['LDAP', slapdIs(), overLdap],
];

for (const [name, there, start] of crowds) {
	(there.ok && n8nIsHere ? describe : describe.skip)(`a crowd of ${COUNT} into ${name}`, () => {
		jest.setTimeout(900_000);
		let crowd: Crowd;
		let world: World;
		let given: Given;
		beforeAll(async () => {
			crowd = await start();
			world = new World(0);
			world.source.exec('ALTER TABLE people ADD COLUMN login TEXT; ALTER TABLE people ADD COLUMN boss INTEGER');
			const hire = world.source.prepare('INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)');
			world.source.exec('BEGIN');
			for (let n = 1; n <= COUNT; n++) {
				const boss = n === 1 ? null : Math.ceil(n / 10);
				hire.run(n, `p${n}@x.org`, `Person ${n}`, n % 3 === 0 ? 'Sales' : 'Law', `person${n}`, boss);
			}
			world.source.exec('COMMIT');
			const { parameters, credential, rows, match } = crowd;
			const type = parameters['protocol'] === 'scim' ? 'oneWaySyncScimApi' : 'ldap';
			given = {
				target: {
					name: 'Target',
					type: new SyncToDirectory(),
					parameters,
					credentials: { [type]: { id: 'c', name: 'C' } },
				},
				credentials: { c: credential },
				mapping: {
					rows: { row: Object.entries(rows).map(([field, value]) => ({ field, value })) },
					match: [match],
					removal: 'delete',
					removalRows: {},
				},
			};
		}, 60_000);
		afterAll(async () => {
			await world?.remove();
			await crowd?.server.stop();
		});

		const tick = async () => {
			const published = await world.publish(given);
			await published.tick();
			await published.close();
		};
		/** Ticks, an hour apart, until it is so. */
		const until = async (holds: (standing: Map<string, Person>) => boolean) => {
			for (let round = 0; round < 40; round++) {
				await tick();
				const standing = await crowd.standing().catch(() => undefined);
				if (standing && holds(standing)) return standing;
				await world.anHourLater();
			}
			throw new Error(`It is not so after 40 rounds: ${world.told.at(-1) ?? 'nothing was said'}`);
		};
		const leavers = () => Array.from({ length: Math.floor(COUNT / 50) }, (_, i) => `E${(i + 1) * 50}`);

		test('everybody arrives once, with manager and groups, though the server dies on the way', async () => {
			const pause = async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms));
			let dying: Promise<void> | undefined;
			world.beforeRun = () => {
				dying ??= pause(400)
					.then(async () => await crowd.server.kill())
					.then(async () => await pause(300))
					.then(async () => await crowd.server.start());
			};
			const standing = await until((all) => {
				const managed = [...all.values()].filter(({ boss }) => boss !== undefined);
				const sales = [...all.values()].filter((one) => one.sales);
				return all.size === COUNT && managed.length === COUNT - 1 && sales.length === Math.floor(COUNT / 3);
			});
			await dying;
			world.beforeRun = () => undefined;
			for (const [number, { login, active, boss, sales }] of standing) {
				const n = Number(number.slice(1));
				expect({ login, active, boss, sales }).toEqual({
					login: `person${n}`,
					active: true,
					boss: n === 1 ? undefined : `E${Math.ceil(n / 10)}`,
					sales: n % 3 === 0,
				});
			}
		});

		test('movers change groups, leavers are disabled, a new login is the same account; nobody else is touched', async () => {
			const before = await crowd.standing();
			world.source.exec(`DELETE FROM people WHERE id % 50 = 0;
				UPDATE people SET team = 'Sales' WHERE id % 50 = 1;
				UPDATE people SET login = 'ada' WHERE id = 2`);
			const after = await until(
				(all) =>
					leavers().every((number) => !all.get(number)!.active) &&
					all.get('E2')!.login === 'ada' &&
					all.get('E1')!.sales,
			);
			for (const [number, one] of after) {
				const n = Number(number.slice(1));
				expect(one).toEqual({
					...before.get(number)!,
					...(n % 50 === 0 && { active: false, sales: one.sales }),
					...(n % 50 === 1 && { sales: true }),
					...(n === 2 && { login: 'ada' }),
				});
			}
		});

		test('an account that somebody enables by hand is disabled again', async () => {
			await crowd.enable('E50');
			expect((await crowd.standing()).get('E50')!.active).toBe(true);
			await world.anHourLater();
			await until((all) => !all.get('E50')!.active);
		});

		test('a roster that lost half of its people disables nobody', async () => {
			world.source.exec(
				'CREATE TABLE kept AS SELECT * FROM people; DELETE FROM people WHERE id > 1 AND id % 2 = 0',
			);
			await tick();
			await tick();
			const standing = await crowd.standing();
			expect([...standing.values()].filter(({ active }) => !active)).toHaveLength(leavers().length);
			const held = world.runs.flatMap((run) => run.json('Target', 1));
			expect(held.at(-1)).toMatchObject({ outcome: 'held', kind: 'removals' });
			world.source.exec('DELETE FROM people; INSERT INTO people SELECT * FROM kept');
			await tick();
		});

		test('returners are the same accounts again', async () => {
			const before = await crowd.standing();
			for (const number of leavers()) {
				const n = Number(number.slice(1));
				world.source
					.prepare('INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)')
					.run(n, `p${n}@x.org`, `Person ${n}`, 'Law', `person${n}`, Math.ceil(n / 10));
			}
			const after = await until((all) => leavers().every((number) => all.get(number)!.active));
			expect(after.size).toBe(COUNT);
			for (const number of leavers()) expect(after.get(number)!.id).toBe(before.get(number)!.id);
		});
	});
}
