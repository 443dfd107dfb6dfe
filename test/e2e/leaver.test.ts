/**
 * Who leaves is off everywhere: an HR roster in Postgres; a SCIM server, an LDAP directory, Slack (the SCIM server behind
 * what Slack documents), a table of time tracking and, alone, project management in a real Redmine. One destination is down
 * at first, another refuses a field; days that were entered in advance come by themselves.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { sql } from 'kysely';
import type { IDataObject } from 'n8n-workflow';

import { open } from '../../sql/open';
import type { Database } from '../../sql/types';
import { outputOf, startN8n, until, type N8n } from '../n8n/harness';
import { startPostgres } from '../servers/postgres';
import * as redmines from '../servers/redmine';
import { startScim, type ScimServer } from '../servers/scim';
import type { Server } from '../servers/server';
import { ADMIN, BASE, GROUPS, PEOPLE, startSlapd, type Slapd } from '../servers/slapd';
import { leaverWorkflow, lookWorkflow } from './leaver/workflow';

const EVERY = 10;
/** One interval plus a minute. */
const PROMISED = (EVERY + 60) * 1000;
const COUNT = 24;

/** Redmine takes its time: it takes part where the story is played alone. */
const PROJECTS = process.env['STORY_ALONE'] === 'yes' && redmines.available().ok;
const PLACES = ['scim', 'ldap', 'slack', 'time', ...(PROJECTS ? (['projects'] as const) : [])] as const;

type Standing = Partial<Record<(typeof PLACES)[number] | 'projects', boolean | undefined>>;
const all = (on: boolean | undefined): Standing => Object.fromEntries(PLACES.map((place) => [place, on]));
const ON = all(true);
const OFF = all(false);

/** A zone in which another day is today than in UTC. */
const ZONE = new Date().getUTCHours() < 11 ? 'Etc/GMT+12' : 'Pacific/Kiritimati';
/** A day there, so many days from today. */
const dayThere = (from: number) =>
	new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(Date.now() + from * 86_400_000);

describe('who leaves', () => {
	jest.setTimeout(600_000);
	let n8n: N8n;
	let postgres: Server;
	let hr: Database;
	let scim: ScimServer;
	let slack: ScimServer;
	let slapd: Slapd;
	let redmine: redmines.Redmine | undefined;
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
	const inSlack = async (id: number) =>
		(await slack.stored('users')).find((user) => user['externalId'] === `E${id}`)?.['active'] as
			boolean | undefined;
	/** A list of Redmine leaves the status out. */
	const inProjects = async (id: number): Promise<boolean | undefined> => {
		if (!redmine) return undefined;
		const asked = `/users.json?status=&limit=100&name=${encodeURIComponent(`No. ${id}`)}`;
		const { users } = await redmine.ask<{ users: { id: number; lastname: string }[] }>('GET', asked);
		const found = users.find(({ lastname }) => lastname === `No. ${id}`);
		if (!found) return undefined;
		const { user } = await redmine.ask<{ user: { status: number } }>('GET', `/users/${found.id}.json`);
		return user.status === 1;
	};
	/** Whether each destination lets the person in; undefined where there is no account. */
	const standing = async (id: number): Promise<Standing> => {
		const user = await account(id);
		const row = time.prepare('SELECT active FROM person WHERE number = ?').get(`E${id}`);
		const entry = await entries(['pwdAccountLockedTime'])
			.then((found) => found.find((one) => one['employeeNumber'] === `E${id}`))
			.catch(() => undefined);
		return {
			scim: user && user['active'] === true,
			ldap: entry && String(entry['pwdAccountLockedTime']) !== '000001010000Z',
			slack: await inSlack(id),
			time: row && row['active'] === 'yes',
			...(PROJECTS && { projects: await inProjects(id) }),
		};
	};
	/** One look at the ledger. */
	const look = async (id: number): Promise<IDataObject> => {
		const { id: looking } = await n8n.api.createWorkflow(lookWorkflow(String(id)));
		const execution = await n8n.api.runToEnd(looking, { from: 'Start' });
		return outputOf(execution, 'Look')[0]!.json;
	};
	const comes = async (id: number, wanted: Partial<Standing>, timeout = PROMISED) =>
		await until(
			async () => {
				const found = await standing(id);
				return (Object.keys(wanted) as (keyof Standing)[]).every((where) => found[where] === wanted[where]);
			},
			{ timeout, what: `E${id} to be ${JSON.stringify(wanted)}` },
		);
	beforeAll(async () => {
		[postgres, scim, slack, slapd, redmine] = await Promise.all([
			startPostgres(),
			startScim({ etag: true }),
			startScim({ dialect: 'slack' }),
			startSlapd(),
			PROJECTS ? redmines.startRedmine() : undefined,
		]);
		const { host, port, user, password, database } = postgres;
		const server = { host, port, user, password, database };
		hr = await open({ dialect: 'postgres', ...server }, { readOnly: false, values: 'plain' });
		await hr.run(sql`CREATE TABLE people (id integer PRIMARY KEY, login text NOT NULL, given text, family text,
			title text, department text, boss text, start_at timestamptz, last_day timestamptz, last_date text)`);
		await hr.run(sql`INSERT INTO people SELECT n, 'person' || n, 'Person', 'No. ' || n, 'Clerk',
			CASE WHEN n % 2 = 0 THEN 'Sales' ELSE 'Research' END, CASE WHEN n > 1 THEN 'E1' END, '2020-01-01', NULL, NULL
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
				zone: ZONE,
				...(redmine && { redmine: redmine.url }),
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
					slack: await api.createCredential('Slack', 'oneWaySyncScimApi', {
						baseUrl: slack.url,
						sign: 'bearer',
						token: 'secret',
					}),
					...(redmine && {
						redmine: await api.createCredential('Redmine', 'httpHeaderAuth', {
							name: 'X-Redmine-API-Key',
							value: redmine.key,
						}),
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
		await Promise.all([postgres?.stop(), scim?.stop(), slack?.stop(), slapd?.stop(), redmine?.stop()]);
	});

	test('the credential’s Test button says whether it signs in, however it does', async () => {
		const tokenUrl = scim.url.replace('/scim/v2', '/token');
		const client = { sign: 'client', tokenUrl, clientId: 'client', scope: 'scim' };
		const press = async (given: IDataObject) => {
			const data = { baseUrl: `${scim.url}/`, allowUnauthorizedCerts: false, ...given };
			const type = 'oneWaySyncScimApi';
			const { id, name } = await n8n.api.createCredential(
				`Test ${JSON.stringify(given)}`.slice(0, 100),
				type,
				data,
			);
			const asked = { credentials: { id, name, type, data } };
			return await n8n.api.request<{ status: string; message: string }>('POST', '/rest/credentials/test', asked);
		};
		for (const right of [
			{ sign: 'bearer', token: 'secret' },
			{ sign: 'basic', user: 'sync', password: 's3cret' },
			{ ...client, clientSecret: 's3cret', sentIn: 'header' },
			{ ...client, clientSecret: 's3cret', sentIn: 'body' },
		])
			expect([right, (await press(right)).status]).toEqual([right, 'OK']);
		for (const wrong of [
			{ sign: 'bearer', token: 'wrong' },
			{ sign: 'basic', user: 'sync', password: 'wrong' },
			{ ...client, clientSecret: 'wrong', sentIn: 'header' },
		]) {
			const { status, message } = await press(wrong);
			expect([wrong, status]).toEqual([wrong, 'Error']);
			expect(message).not.toContain('s3cret');
		}
	});

	test('the form lists the fields that each server says it has', async () => {
		const { nodes } = await n8n.api.workflow(workflow);
		const listed = async (name: string): Promise<unknown[]> => {
			const { type, parameters, credentials } = nodes.find((node) => node.name === name)!;
			const query = { type, method: 'getFieldsOrNone', path: 'parameters.options.editor', parameters };
			const known = credentials as Record<string, { id: string; name: string }>;
			return (await n8n.api.options({ ...query, credentials: known })).map(({ value }) => value);
		};
		expect(await listed('SCIM')).toEqual(
			expect.arrayContaining(['userName', 'urn:ietf:params:scim:schemas:extension:badge:2.0:User:color']),
		);
		expect(await listed('LDAP')).toEqual(expect.arrayContaining(['uid', 'jpegPhoto', 'modifiersName']));
	});

	test('everybody arrives, with manager and groups', async () => {
		await until(
			async () =>
				(await scim.stored('users')).length === COUNT &&
				(await entries([])).length === COUNT &&
				(await slack.stored('users')).length === COUNT &&
				(!PROJECTS || (await inProjects(COUNT)) === true) &&
				time.prepare('SELECT count(*) AS n FROM person').get()!['n'] === COUNT,
			{ timeout: 240_000, what: 'everybody in all destinations' },
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
		await comes(3, { ...OFF, ldap: undefined });
		expect(performance.now() - began).toBeLessThan(PROMISED);
		expect(await look(3)).toMatchObject({ offEverywhere: false, text: expect.stringContaining('LDAP') as string });
		await slapd.start();
		const back = performance.now();
		await comes(3, OFF);
		expect(performance.now() - back).toBeLessThan(PROMISED);
		// One look at the ledger says so, too: every destination has been read back.
		const looked = await until(
			async () => {
				const found = await look(3);
				return found['offEverywhere'] === true && found;
			},
			{ timeout: PROMISED, what: 'the ledger to say it' },
		);
		expect(looked['destinations']).toHaveLength(PLACES.length);
		expect(looked['text']).toMatch(/^person3 is off everywhere: /u);
		expect(await standing(5)).toMatchObject({ scim: true, slack: true, time: true });
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
			sql`INSERT INTO people VALUES (99, 'person99', 'New', 'No. 99', 'Clerk', 'Sales', 'E1', now() + interval '20 seconds', NULL, NULL)`,
		);
		await new Promise((resolve) => setTimeout(resolve, 5000));
		expect(await standing(4)).toEqual(ON);
		expect(await standing(99)).toEqual(all(undefined));
		await comes(4, OFF, 20_000 + PROMISED);
		await comes(99, ON, PROMISED);
	});

	test('a last day ends in the zone that the user has set for the workflow', async () => {
		await hr.run(sql`UPDATE people SET last_date = ${dayThere(0)} WHERE id = 8`);
		await hr.run(sql`UPDATE people SET last_date = ${dayThere(-1)} WHERE id = 9`);
		await comes(9, OFF);
		expect(await standing(8)).toEqual(ON);
		expect((await look(8))['offEverywhere']).toBe(false);
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
				return held === PLACES.length;
			},
			{ timeout: 120_000, what: 'a hold in each destination' },
		);
		for (const id of [13, 20, 24]) expect(await standing(id)).toEqual(ON);
	});
});
