/**
 * Who leaves is off everywhere: an HR roster in Postgres, a SCIM server, an LDAP directory and a table of time tracking, in
 * a real n8n. One destination is down at first, another refuses a field; days that were entered in advance come by themselves.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { sql } from 'kysely';

import { open } from '../../sql/open';
import type { Database } from '../../sql/types';
import { startN8n, until, type N8n } from '../n8n/harness';
import { startPostgres } from '../servers/postgres';
import { startScim, type ScimServer } from '../servers/scim';
import type { Server } from '../servers/server';
import { ADMIN, BASE, GROUPS, PEOPLE, startSlapd, type Slapd } from '../servers/slapd';
import { leaverWorkflow } from './leaver/workflow';

const EVERY = 10;
/** One interval plus a minute. */
const PROMISED = (EVERY + 60) * 1000;
const COUNT = 24;

interface Standing {
	scim: boolean | undefined;
	ldap: boolean | undefined;
	time: boolean | undefined;
}
const ON: Standing = { scim: true, ldap: true, time: true };
const OFF: Standing = { scim: false, ldap: false, time: false };

describe('who leaves', () => {
	jest.setTimeout(300_000);
	let n8n: N8n;
	let postgres: Server;
	let hr: Database;
	let scim: ScimServer;
	let slapd: Slapd;
	let time: DatabaseSync;
	let workflow: string;

	const entries = async (attributes: string[]) => {
		const client = await slapd.client();
		try {
			const options = { filter: '(objectClass=inetOrgPerson)', attributes: ['employeeNumber', ...attributes] };
			return (await client.search(BASE, options)).searchEntries;
		} finally {
			await client.unbind();
		}
	};
	const account = async (id: number) => (await scim.stored('users')).find((user) => user['externalId'] === `E${id}`);
	/** Whether each destination lets the person in; undefined where there is no account. */
	const standing = async (id: number): Promise<Standing> => {
		const user = await account(id);
		const row = time.prepare('SELECT active FROM person WHERE number = ?').get(`E${id}`);
		const entry = await entries(['pwdAccountLockedTime'])
			.then((all) => all.find((one) => one['employeeNumber'] === `E${id}`))
			.catch(() => undefined);
		return {
			scim: user && user['active'] === true,
			ldap: entry && String(entry['pwdAccountLockedTime']) !== '000001010000Z',
			time: row && row['active'] === 'yes',
		};
	};
	const comes = async (id: number, wanted: Partial<Standing>, timeout = PROMISED) =>
		await until(
			async () => {
				const found = await standing(id);
				return (Object.keys(wanted) as (keyof Standing)[]).every((where) => found[where] === wanted[where]);
			},
			{ timeout, what: `E${id} to be ${JSON.stringify(wanted)}` },
		);
	/** What the ledger says of a person, in each destination. */
	const ledger = (id: number) => {
		const file = new DatabaseSync(join(n8n.folder, '.n8n', 'one-way-sync.sqlite'), { readOnly: true });
		const statement = 'SELECT removal, state FROM link WHERE key = ? ORDER BY destination';
		const rows = file.prepare(statement).all(String(id));
		file.close();
		return rows.map((row) => `${String(row['removal'])} ${String(row['state'])}`);
	};

	beforeAll(async () => {
		[postgres, scim, slapd] = await Promise.all([startPostgres(), startScim({ etag: true }), startSlapd()]);
		const { host, port, user, password, database } = postgres;
		const server = { host, port, user, password, database };
		hr = await open({ dialect: 'postgres', ...server }, { readOnly: false, values: 'plain' });
		await hr.run(sql`CREATE TABLE people (id integer PRIMARY KEY, login text NOT NULL, given text, family text,
			title text, department text, boss text, start_at timestamptz, last_day timestamptz)`);
		await hr.run(sql`INSERT INTO people SELECT n, 'person' || n, 'Person', 'No. ' || n, 'Clerk',
			CASE WHEN n % 2 = 0 THEN 'Sales' ELSE 'Research' END, CASE WHEN n > 1 THEN 'E1' END, '2020-01-01', NULL
			FROM generate_series(1, ${COUNT}::int) AS n`);
		n8n = await startN8n();
		const file = join(n8n.files, 'time.sqlite');
		time = new DatabaseSync(file);
		time.exec('CREATE TABLE person (id INTEGER PRIMARY KEY, number TEXT UNIQUE NOT NULL, name TEXT, active TEXT)');
		await scim.store('groups', [{ displayName: 'sales', members: [{ value: 'somebody' }] }]);
		const { api } = n8n;
		const created = await api.createWorkflow(
			leaverWorkflow({
				every: EVERY,
				file,
				ldap: { baseDn: BASE, container: PEOPLE, groupBase: GROUPS },
				credentials: {
					postgres: await api.createCredential('HR', 'postgres', {
						...server,
						ssl: 'disable',
						sshTunnel: false,
						allowUnauthorizedCerts: false,
						maxConnections: 5,
					}),
					scim: await api.createCredential('SCIM', 'oneWaySyncScimApi', {
						baseUrl: scim.url,
						sign: 'client',
						tokenUrl: scim.url.replace('/scim/v2', '/token'),
						clientId: 'client',
						clientSecret: 's3cret',
						scope: 'scim',
						sentIn: 'header',
					}),
					ldap: await api.createCredential('LDAP', 'ldap', {
						hostname: 'localhost',
						port: String(slapd.port),
						bindDN: ADMIN,
						bindPassword: 'secret',
						connectionSecurity: 'startTls',
						allowUnauthorizedCerts: false,
						caCertificate: slapd.ca,
						timeout: 60,
					}),
				},
			}),
		);
		workflow = created.id;
		await api.activate(workflow);
	}, 240_000);
	afterAll(async () => {
		await n8n?.remove();
		time?.close();
		await hr?.close();
		await Promise.all([postgres?.stop(), scim?.stop(), slapd?.stop()]);
	});

	test('everybody arrives, with manager and groups', async () => {
		await until(
			async () =>
				(await scim.stored('users')).length === COUNT &&
				(await entries([])).length === COUNT &&
				time.prepare('SELECT count(*) AS n FROM person').get()!['n'] === COUNT,
			{ timeout: 120_000, what: 'everybody in all destinations' },
		);
		const boss = (await account(1))!['id'];
		await until(async () => JSON.stringify(await account(7)).includes(String(boss)), {
			what: 'the manager in SCIM',
		});
		const managers = async () =>
			(await entries(['manager'])).filter(({ manager }) => manager === `uid=person1,${PEOPLE}`);
		await until(async () => (await managers()).length === COUNT - 1, {
			timeout: 120_000,
			what: 'managers in LDAP',
		});
		const [group] = await scim.stored('groups');
		const members = (group!['members'] as { value: string }[]).map(({ value }) => value);
		expect(members).toHaveLength(COUNT / 2 + 1);
		expect(members).toContain('somebody');
	});

	test('a leaver is off everywhere, though one destination is down at first and another refuses a field', async () => {
		await scim.refuse({ title: 'Spy' });
		await slapd.kill();
		const began = performance.now();
		await hr.run(sql`UPDATE people SET last_day = now() - interval '1 minute', title = 'Spy' WHERE id = 3`);
		await hr.run(sql`UPDATE people SET title = 'Spy' WHERE id = 5`);
		await comes(3, { scim: false, time: false });
		expect(performance.now() - began).toBeLessThan(PROMISED);
		await slapd.start();
		const back = performance.now();
		await comes(3, OFF);
		expect(performance.now() - back).toBeLessThan(PROMISED);
		// One look at the ledger says so, too.
		await until(() => ledger(3).length === 3 && ledger(3).every((link) => link.startsWith('sent ')), {
			what: 'the ledger to say it',
		});
		expect(await standing(5)).toMatchObject({ scim: true, time: true });
		await until(async () =>
			(await entries(['title'])).some((one) => one['employeeNumber'] === 'E5' && one['title'] === 'Spy'),
		);
		await scim.refuse({});
	});

	test('an account that somebody enables by hand is disabled again', async () => {
		const user = await account(3);
		await scim.store('users', [{ ...user, active: true }]);
		await comes(3, OFF, 120_000);
	});

	test('a last day that was entered in advance disables by itself, and a start date enables', async () => {
		await hr.run(sql`UPDATE people SET last_day = now() + interval '20 seconds' WHERE id = 4`);
		await hr.run(
			sql`INSERT INTO people VALUES (99, 'person99', 'New', 'Hire', 'Clerk', 'Sales', 'E1', now() + interval '20 seconds', NULL)`,
		);
		await new Promise((resolve) => setTimeout(resolve, 5000));
		expect(await standing(4)).toEqual(ON);
		expect(await standing(99)).toEqual({ scim: undefined, ldap: undefined, time: undefined });
		await comes(4, OFF, 20_000 + PROMISED);
		await comes(99, ON, PROMISED);
	});

	test('a returner is the same account again', async () => {
		const id = (await account(3))!['id'];
		await hr.run(sql`UPDATE people SET last_day = NULL, title = 'Clerk' WHERE id = 3`);
		await comes(3, ON);
		expect((await account(3))!['id']).toBe(id);
		expect((await scim.stored('users')).length).toBe(COUNT + 1);
	});

	test('a mover changes groups, and a login is renamed in place', async () => {
		const id = (await account(7))!['id'];
		await hr.run(sql`UPDATE people SET login = 'ada', department = 'Sales' WHERE id = 7`);
		await until(async () => (await account(7))!['userName'] === 'ada', { timeout: PROMISED });
		expect((await account(7))!['id']).toBe(id);
		await until(async () => JSON.stringify((await scim.stored('groups'))[0]).includes(String(id)), {
			timeout: PROMISED,
		});
		await until(async () => (await entries(['uid'])).some(({ dn }) => dn === `uid=ada,${PEOPLE}`), {
			timeout: PROMISED,
		});
	});

	test('an import that lost half of the people disables nobody', async () => {
		await hr.run(sql`UPDATE people SET last_day = now() - interval '1 day' WHERE id > 12 AND id < 99`);
		await until(
			() => {
				const file = new DatabaseSync(join(n8n.folder, '.n8n', 'one-way-sync.sqlite'), { readOnly: true });
				const held = file.prepare('SELECT count(*) AS n FROM hold').get()!['n'];
				file.close();
				return held === 3;
			},
			{ timeout: 120_000, what: 'a hold in each destination' },
		);
		for (const id of [13, 20, 24]) expect(await standing(id)).toEqual(ON);
	});
});
