/** What every kind of directory must do, beside being a destination: names, renames, moves, groups, pages, bytes, certificates. */
import { Attribute, Change, Client } from 'ldapts';

import type { LdapServer } from '../../../connectors/ldap/connection';
import { keyOf } from '../../../connectors/ldap/dn';
import type { Fields } from '../../../sync/types';
import { create, ok, prepared, remove, update } from '../../conformance/destination';
import { BASE, GROUPS, LEFT, PEOPLE, type Directory } from '../../servers/directory';
import { found, ldap, standing, type Kind } from './place';

/** What a name of an entry is made of that must not end it, and what a filter must not read. */
export const odd = [
	'Lovelace, Ada',
	'"quoted"',
	'a+b=c',
	'#leading',
	'back\\slash\\',
	'semi;colon <angle>',
	'Žofie Müller \u{1F600}',
	'*)(uid=*',
	'x)(|(uid=*',
	'\\2a',
	'line\nbreak',
];

export function directorySuite(kind: Kind, place: () => Directory): void {
	const { flavour, login, rdn, person } = kind;
	const open: typeof ldap = (server, more) => ldap(server, { flavour, ...more });
	/** An entry's name, in the spelling that any of them compares equal to. */
	const named = (value: string, container = PEOPLE) => keyOf(`${rdn}=${value},${container}`);
	const nameOf = (number: number) => String(person(number)[rdn]);

	beforeEach(async () => await place().empty(), 180_000);

	const made = async (...all: Fields[]) => {
		const destination = open(place());
		const results = await destination.write(
			await Promise.all(all.map(async (fields, i) => create(i, await prepared(destination, fields)))),
		);
		return { destination, ids: results.map((result) => ok(result).id) };
	};
	const at = async (filter: string, attributes: string[]) => await found(place(), filter, attributes);
	const edit = async (dn: string, type: string, values: string[]) => {
		const client = await place().client();
		const modification = new Attribute({ type, values });
		await client.modify(dn, new Change({ operation: 'replace', modification }));
		await client.unbind();
	};
	const membersOf = async (group: string): Promise<string[]> => {
		const [entry] = await at(`(cn=${group})`, ['member']);
		const members = entry!['member'] as string | string[];
		return [members].flat().map(keyOf).sort();
	};

	test('names that attack name entries, and find only themselves', async () => {
		const { destination, ids } = await made(
			...odd.map((value, n) => ({ ...person(n), [rdn]: value, description: value })),
			person(50),
		);
		for (const [n, value] of odd.entries()) {
			const fields = { [rdn]: value, description: value };
			for (const match of [
				{ [rdn]: value },
				{ [rdn]: value, sn: `No. ${n}` },
				{ description: value },
			] as Fields[])
				expect(await destination.read([{ ref: 0, match }], Object.keys(fields))).toEqual([
					{ ref: 0, id: ids[n], fields },
				]);
			const renamed = { [rdn]: `${value}!` };
			expect(ok((await destination.write([update(0, ids[n]!, renamed)]))[0]!).actual).toEqual(renamed);
		}
		expect(await destination.read([{ ref: 0, match: { [rdn]: '*' } }], [])).toEqual([]);
		await destination.close();
	});

	test('a value with NUL in it is a plain value, or is refused by itself', async () => {
		const destination = open(place());
		const value = 'nul\u0000inside';
		const bad = await prepared(destination, { ...person(1), [rdn]: value });
		const results = await destination.write([create(0, bad), create(1, await prepared(destination, person(2)))]);
		expect(results[1]).toMatchObject({ ok: true });
		expect(results[0]).toMatchObject(
			results[0]!.ok ? { actual: { [rdn]: value } } : { error: { kind: 'refused' } },
		);
		await destination.close();
	});

	test('whoever is looked for in other letters is found', async () => {
		const { destination, ids } = await made(person(1), person(2));
		const match = { [login]: 'PERSON2' };
		expect(await destination.read([{ ref: 0, match }], [])).toEqual([{ ref: 0, id: ids[1], fields: {} }]);
		await destination.close();
	});

	test('an update sends only what differs; what others wrote stays', async () => {
		const { destination, ids } = await made(person(1));
		await edit(`${rdn}=${nameOf(1)},${PEOPLE}`, 'description', ['mine']);
		await destination.write([update(0, ids[0]!, { displayName: 'Ada', employeeNumber: null })]);
		const [entry] = await at(`(${login}=person1)`, ['displayName', 'employeeNumber', 'sn', 'description']);
		expect(entry).toMatchObject({ displayName: 'Ada', employeeNumber: [], sn: 'No. 1', description: 'mine' });
		await destination.close();
	});

	test('a login is renamed in place', async () => {
		const { destination, ids } = await made(person(1));
		const renamed = { [login]: 'ada' };
		const [result] = await destination.write([update(0, ids[0]!, renamed)]);
		expect(ok(result!)).toMatchObject({ id: ids[0], actual: renamed });
		expect(await at(`(${login}=ada)`, ['sn'])).toMatchObject([{ sn: 'No. 1' }]);
		expect(await at(`(${login}=person1)`, ['sn'])).toEqual([]);
		await destination.close();
	});

	test('an entry is renamed, and its memberships go with it', async () => {
		const { destination, ids } = await made(person(1), person(2));
		const groups = open(place(), { createGroups: true });
		const joined = await groups.write(ids.map((id, i) => update(i, id, { 'groups[sales]': true })));
		expect(joined.map((result) => ok(result).actual)).toEqual(ids.map(() => ({ 'groups[sales]': true })));
		const [result] = await destination.write([update(0, ids[0]!, { [rdn]: 'ada' }, [rdn, 'groups[sales]'])]);
		expect(ok(result!)).toMatchObject({ id: ids[0], actual: { [rdn]: 'ada', 'groups[sales]': true } });
		expect(await membersOf('sales')).toEqual([named('ada'), named(nameOf(2))].sort());
		await destination.close();
		await groups.close();
	});

	test('an entry moves to another container and keeps its id', async () => {
		const { destination, ids } = await made(person(1));
		const moved = update(0, ids[0]!, { container: LEFT, [rdn]: 'ada' }, ['container', rdn, 'sn']);
		expect(ok((await destination.write([moved]))[0]!)).toMatchObject({
			id: ids[0],
			actual: { container: LEFT, [rdn]: 'ada', sn: 'No. 1' },
		});
		expect((await at(`(${rdn}=ada)`, ['sn'])).map(({ dn }) => keyOf(dn))).toEqual([named('ada', LEFT)]);
		await destination.close();
	});

	test('disabled means that nobody can log in; enabled, that they can again', async () => {
		const { host, tlsPort, ca, user, password } = place();
		// Active Directory takes passwords over TLS only.
		const destination = open(place(), { server: { host, port: tlsPort, security: 'tls', ca, user, password } });
		const set = await prepared(destination, { ...person(1), [kind.password]: 'Pass.word-1' });
		const { id } = ok((await destination.write([create(0, set)]))[0]!);
		const logsIn = async () => {
			const client = new Client({ url: `ldaps://${host}:${tlsPort}`, timeout: 30_000, tlsOptions: { host, ca } });
			try {
				await client.bind(`${rdn}=${nameOf(1)},${PEOPLE}`, 'Pass.word-1');
				return true;
			} catch {
				return false;
			} finally {
				await client.unbind();
			}
		};
		const activate = async (active: boolean) =>
			ok((await destination.write([update(0, id, { active })]))[0]!).actual!['active'];
		expect(await logsIn()).toBe(true);
		expect([await activate(false), await logsIn()]).toEqual([false, false]);
		expect([await activate(true), await logsIn()]).toEqual([true, true]);
		const disabled = await prepared(destination, { ...person(2), active: false });
		const born = ok((await destination.write([create(0, disabled)]))[0]!);
		expect(await destination.read([{ ref: 0, id: born.id }], ['active'])).toMatchObject([
			{ fields: { active: false } },
		]);
		await destination.close();
	});

	test('what disables is the directory’s own attribute, of which nothing else changes', async () => {
		const { attribute, before, off, on } = kind.disabling;
		const { destination, ids } = await made(person(1));
		if (before.length > 0) await edit(`${rdn}=${nameOf(1)},${PEOPLE}`, attribute, before);
		for (const [active, value] of [
			[false, off],
			[true, on],
		] as const) {
			expect(ok((await destination.write([update(0, ids[0]!, { active })]))[0]!).actual).toEqual({ active });
			expect((await at(`(${login}=person1)`, [attribute]))[0]![attribute]).toEqual(value);
		}
		await destination.close();
	});

	test('groups as records are created, renamed and deleted', async () => {
		const { ids } = await made(person(1));
		const groups = open(place(), { records: 'groups', irreversible: true });
		const sales = await prepared(groups, { cn: 'sales', description: 'Those who sell' });
		const { id } = ok((await groups.write([create(0, sales)]))[0]!);
		expect(await groups.read([{ ref: 0, match: { cn: 'Sales' } }], ['description'])).toEqual([
			{ ref: 0, id, fields: { description: 'Those who sell' } },
		]);
		const people = open(place());
		const joined = await people.write([update(0, ids[0]!, { 'groups[sales]': true })]);
		expect(ok(joined[0]!).actual).toEqual({ 'groups[sales]': true });
		expect(ok((await groups.write([update(0, id, { cn: 'field sales' })]))[0]!)).toMatchObject({
			id,
			actual: { cn: 'field sales' },
		});
		expect(await people.read([{ ref: 0, id: ids[0]! }], ['groups[field sales]'])).toMatchObject([
			{ fields: { 'groups[field sales]': true } },
		]);
		expect((await groups.describe()).map(({ name }) => name)).not.toContain('active');
		const careful = open(place(), { records: 'groups' });
		expect(await careful.write([remove(0, id)])).toMatchObject([{ ok: false, error: { kind: 'refused' } }]);
		expect(ok((await groups.write([remove(0, id)]))[0]!).actual).toBeNull();
		expect(await at('(cn=field sales)', ['cn'])).toEqual([]);
		for (const one of [groups, people, careful]) await one.close();
	});

	test('disabled by a move to another container, and back', async () => {
		const destination = open(place(), { inactiveContainer: LEFT });
		const [one] = await destination.write([create(0, await prepared(destination, person(1)))]);
		const { id } = ok(one!);
		expect(ok((await destination.write([update(0, id, { active: false })]))[0]!).actual).toEqual({ active: false });
		const where = async () => (await at(`(${login}=person1)`, ['sn'])).map(({ dn }) => keyOf(dn));
		expect(await where()).toEqual([named(nameOf(1), LEFT)]);
		const back = { active: true, container: PEOPLE };
		expect(ok((await destination.write([update(0, id, back)]))[0]!).actual).toEqual(back);
		expect(await where()).toEqual([named(nameOf(1))]);
		await destination.close();
	});

	test('bytes and several values keep their value', async () => {
		const destination = open(place());
		const photo = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1, 2, 0xc3, 0x28]).toString('base64');
		const set = await prepared(destination, {
			...person(1),
			[kind.bytes]: photo,
			[kind.several]: ['b@example.org', 'a@example.org', 'b@example.org'],
		});
		expect(set).toMatchObject({ [kind.bytes]: photo, [kind.several]: ['a@example.org', 'b@example.org'] });
		const { id, actual } = ok((await destination.write([create(0, set)]))[0]!);
		expect(actual).toEqual(set);
		const none = { [kind.bytes]: null, [kind.several]: 'a@example.org' };
		expect(ok((await destination.write([update(0, id, none)]))[0]!).actual).toEqual(none);
		expect(await destination.prepare({ [kind.bytes]: 'no base64!' })).toMatchObject({
			ok: false,
			error: { kind: 'refused' },
		});
		await destination.close();
	});

	test('a manager is told by another attribute; one who is not there yet holds up that field alone', async () => {
		const manager = 'manager[employeeNumber]';
		const { destination } = await made(person(1));
		const [late, plain] = await destination.write([
			create(0, await prepared(destination, { ...person(2), [manager]: 'E3' })),
			create(1, await prepared(destination, { ...person(4), [manager]: 'E1' })),
		]);
		expect(ok(plain!).actual![manager]).toBe('E1');
		expect(late).toMatchObject({ ok: false, error: { kind: 'retry', detail: { field: manager } } });
		const { destination: other } = await made(person(3));
		const [there] = await destination.read([{ ref: 0, match: { [login]: 'person2' } }], [manager]);
		const again = update(0, there!.id, { [manager]: 'E3' });
		expect(ok((await destination.write([again]))[0]!).actual).toEqual({ [manager]: 'E3' });
		const [entry] = await at(`(${login}=person2)`, ['manager']);
		expect(keyOf(entry!['manager'] as string)).toBe(named(nameOf(3)));
		await destination.close();
		await other.close();
	});

	test('whoever refers to an entry that is renamed still does', async () => {
		const manager = 'manager[employeeNumber]';
		const { destination, ids } = await made(person(1));
		const report = await prepared(destination, { ...person(2), [manager]: 'E1' });
		const { id } = ok((await destination.write([create(0, report)]))[0]!);
		const renamed = update(0, ids[0]!, { [rdn]: 'ada' }, [rdn, manager]);
		expect(ok((await destination.write([renamed]))[0]!).actual).toEqual({ [rdn]: 'ada', [manager]: null });
		expect(await destination.read([{ ref: 0, id }], [manager])).toMatchObject([{ fields: { [manager]: 'E1' } }]);
		const [entry] = await at(`(${login}=person2)`, ['manager']);
		expect([entry!['manager']].flat().map((dn) => keyOf(String(dn)))).toEqual([named('ada')]);
		await destination.close();
	});

	test('memberships: only those of the people who are meant change, and no group is left empty', async () => {
		const { destination, ids } = await made(person(1), person(2), person(3));
		const [second, foreign] = [2, 3].map((n) => `${rdn}=${nameOf(n)},${PEOPLE}`);
		const client = await place().client();
		const objectClass = [kind.groupClass];
		await client.add(`cn=sales,${GROUPS}`, { objectClass, cn: ['sales'], member: [second!, foreign!] });
		await client.add(`cn=law,${GROUPS}`, { objectClass, cn: ['law'], member: [second!] });
		await client.unbind();
		const results = await destination.write([
			update(0, ids[0]!, { 'groups[sales]': true }),
			update(1, ids[1]!, { 'groups[sales]': false, 'groups[law]': false }),
			update(2, ids[1]!, { 'groups[absent]': true }),
		]);
		expect(results.slice(0, 1).map((result) => ok(result).actual)).toEqual([{ 'groups[sales]': true }]);
		expect(results[2]).toMatchObject({
			ok: false,
			error: { kind: 'refused', detail: { field: 'groups[absent]' } },
		});
		expect(await membersOf('sales')).toEqual([named(nameOf(1)), keyOf(foreign!)].sort());
		// A class of groups that may not be empty keeps the group itself.
		expect(await membersOf('law')).toEqual(kind.flavour === 'openldap' ? [keyOf(`cn=law,${GROUPS}`)] : []);
		expect(await destination.read([{ ref: 0, id: ids[1]! }], ['groups[law]', 'groups[sales]'])).toMatchObject([
			{ fields: { 'groups[law]': false, 'groups[sales]': false } },
		]);
		await destination.close();
	});

	test('more entries than the limit of one answer are read in pages', async () => {
		const client = await place().client();
		const entry = { objectClass: kind.personClass, sn: 'x', description: 'same' };
		for (let n = 0; n < 600; n++)
			await client.add(`${rdn}=p${n},${PEOPLE}`, { cn: 'x', ...entry, [rdn]: `p${n}`, [login]: `p${n}` });
		await client.unbind();
		const { misnamed: host, port, user, password } = place();
		const account = kind.limited ?? { user, password };
		const destination = open(place(), { server: { host, port, security: 'none', ...account } });
		expect(await destination.read([{ ref: 0, match: { description: 'same' } }], [])).toHaveLength(600);
		expect(await destination.isEmpty()).toBe(false);
		await destination.close();
	}, 120_000);

	test('what cannot be undone is refused until a person allows it', async () => {
		const { destination, ids } = await made(person(1));
		expect(await destination.write([remove(0, ids[0]!)])).toMatchObject([
			{ ok: false, error: { kind: 'refused', detail: { final: true } } },
		]);
		expect(await standing(place(), kind, [login])).toEqual([{ [login]: 'person1' }]);
		await destination.close();
	});

	const outcome = async (given: Partial<LdapServer>): Promise<{ kind: string; todo?: string; message?: string }> => {
		const { host, port, user, password } = place();
		const destination = open(place(), { server: { host, port, user, password, security: 'none', ...given } });
		try {
			await destination.isEmpty();
			return { kind: 'in' };
		} catch (error) {
			const { kind: why, message, detail } = error as { kind: string; message: string; detail: { todo: string } };
			return { kind: why, message, todo: detail.todo };
		} finally {
			await destination.close();
		}
	};

	test.each(['tls', 'startTls'] as const)('%s, with the certificate checked', async (security) => {
		const how = { security, port: security === 'tls' ? place().tlsPort : place().port };
		expect(await outcome({ ...how, ca: place().ca })).toEqual({ kind: 'in' });
		const refused = { kind: 'unreachable', todo: expect.stringContaining('certificate') as string };
		// Another authority’s, none, and another name than the certificate is for.
		expect(await outcome({ ...how, ca: place().otherCa })).toMatchObject(refused);
		expect(await outcome(how)).toMatchObject(refused);
		expect(await outcome({ ...how, ca: place().ca, host: place().misnamed })).toMatchObject(refused);
		expect(await outcome({ ...how, insecure: true })).toEqual({ kind: 'in' });
	});

	test('a wrong password, a wrong base, a wrong class and nobody there are said in plain words', async () => {
		const denied = await outcome({ password: 'hunter2' });
		expect(denied.kind).toBe('denied');
		expect(denied.message).not.toContain('hunter2');
		expect(await outcome({ port: 9 })).toMatchObject({ kind: 'unreachable' });
		const elsewhere = open(place(), { base: `ou=nowhere,${BASE}` });
		await expect(elsewhere.isEmpty()).rejects.toMatchObject({ kind: 'setup' });
		await elsewhere.close();
		const nobody = open(place(), { classes: ['nobody'] });
		await expect(nobody.describe()).rejects.toMatchObject({ kind: 'setup' });
		await nobody.close();
		expect(() => open(place(), { base: 'nothing' })).toThrow(/no name of an entry/u);
	});

	test('after a restart of the directory the next request works again', async () => {
		const { destination, ids } = await made(person(1));
		await place().kill();
		const read = async () => await destination.read([{ ref: 0, id: ids[0]! }], [login]);
		await expect(read()).rejects.toMatchObject({ kind: 'unreachable' });
		await place().start();
		expect(await read()).toMatchObject([{ fields: { [login]: 'person1' } }]);
		await destination.close();
	}, 120_000);
}
