/** What is particular to directories: names, renames and moves, deactivation by flavour, certificates, pages, bytes, groups. */
import { Attribute, Change, Client } from 'ldapts';

import type { LdapServer } from '../../../connectors/ldap/connection';
import { dnText, isBelow, parseDn, sameDn } from '../../../connectors/ldap/dn';
import { flavours } from '../../../connectors/ldap/flavours';
import type { Fields } from '../../../sync/types';
import { create, ok, prepared, remove, update } from '../../conformance/destination';
import { ADMIN, BASE, GROUPS, LEFT, PEOPLE } from '../../servers/slapd';
import { ldap, overSlapd, person, standing } from './place';

/** What a name of an entry is made of that must not end it, and what a filter must not read. */
const odd = [
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

describe('names of entries', () => {
	test.each([...odd, ' space at both ends ', 'nul\u0000inside'])('%j is read as it was written', (value) => {
		const dn = [[{ type: 'cn', value }], [{ type: 'ou', value: 'people' }]];
		expect(parseDn(dnText(dn))).toEqual(dn);
		expect(dnText(dn)).not.toMatch(/["+;<>]|\n|\\[^0-9a-f]/u);
	});

	test('however it is spelt, a name is the same', () => {
		expect(sameDn('CN=Ada\\, L.,OU=People', 'cn=ada\\2c l. , ou=people')).toBe(true);
		expect(sameDn('cn="Ada, L.",ou=people', 'cn=Ada\\, L.;ou=people')).toBe(true);
		expect(sameDn('cn=a+uid=b,ou=x', 'uid=b+cn=a,ou=x')).toBe(true);
		expect(sameDn('cn=a,ou=x', 'cn=a')).toBe(false);
		expect(isBelow('cn=a,ou=x,dc=y', 'ou=X,dc=y')).toBe(true);
		expect(isBelow('cn=a,ou=xx,dc=y', 'ou=x,dc=y')).toBe(false);
		for (const text of ['no name', 'cn=a,', 'cn="a', '=a', 'cn=a\\']) expect(parseDn(text)).toBeUndefined();
	});
});

overSlapd('LDAP', (place) => {
	beforeEach(async () => await place().empty());

	const made = async (...all: Fields[]) => {
		const destination = ldap(place());
		const results = await destination.write(
			await Promise.all(all.map(async (fields, i) => create(i, await prepared(destination, fields)))),
		);
		return { destination, ids: results.map((result) => ok(result).id) };
	};
	const found = async (filter: string, attributes: string[]) => {
		const client = await place().client();
		const { searchEntries } = await client.search(BASE, { filter, attributes });
		await client.unbind();
		return searchEntries;
	};

	test('names that attack name entries, and find only themselves', async () => {
		const { destination, ids } = await made(
			...odd.map((value, n) => ({ ...person(n), uid: value, cn: value, displayName: value, description: value })),
			person(50),
		);
		for (const [at, value] of odd.entries()) {
			const fields = { uid: value, cn: value, displayName: value, description: value };
			for (const match of [{ uid: value }, { cn: value, uid: value }, { description: value }] as Fields[])
				expect(await destination.read([{ ref: 0, match }], Object.keys(fields))).toEqual([
					{ ref: 0, id: ids[at], fields },
				]);
			const renamed = { uid: `${value}!` };
			expect(ok((await destination.write([update(0, ids[at]!, renamed)]))[0]!).actual).toEqual(renamed);
		}
		expect(await destination.read([{ ref: 0, match: { uid: '*' } }], [])).toEqual([]);
		await destination.close();
	});

	test('a value with NUL in it is a plain value, or is refused by itself', async () => {
		const destination = ldap(place());
		const bad = await prepared(destination, { ...person(1), uid: 'nul\u0000inside' });
		const results = await destination.write([create(0, bad), create(1, await prepared(destination, person(2)))]);
		expect(results[1]).toMatchObject({ ok: true });
		expect(results[0]).toMatchObject(
			results[0]!.ok ? { actual: { uid: 'nul\u0000inside' } } : { error: { kind: 'refused' } },
		);
		await destination.close();
	});

	test('an update sends only what differs; what others wrote stays', async () => {
		const { destination, ids } = await made(person(1));
		const client = await place().client();
		const modification = new Attribute({ type: 'description', values: ['mine'] });
		await client.modify(`uid=person1,${PEOPLE}`, new Change({ operation: 'add', modification }));
		await client.unbind();
		await destination.write([update(0, ids[0]!, { displayName: 'Ada', employeeNumber: null })]);
		expect((await found('(uid=person1)', ['displayName', 'employeeNumber', 'sn', 'description']))[0]).toMatchObject(
			{
				displayName: 'Ada',
				employeeNumber: [],
				sn: 'No. 1',
				description: 'mine',
			},
		);
		await destination.close();
	});

	test('a login is renamed, and its memberships go with it', async () => {
		const { destination, ids } = await made(person(1), person(2));
		const groups = ldap(place(), { createGroups: true });
		await groups.write(ids.map((id, i) => update(i, id, { 'groups[sales]': true })));
		const [result] = await destination.write([update(0, ids[0]!, { uid: 'ada' }, ['uid', 'groups[sales]'])]);
		expect(ok(result!)).toMatchObject({ id: ids[0], actual: { uid: 'ada', 'groups[sales]': true } });
		const [group] = await found('(cn=sales)', ['member']);
		expect([...(group!['member'] as string[])].sort()).toEqual([`uid=ada,${PEOPLE}`, `uid=person2,${PEOPLE}`]);
		await destination.close();
		await groups.close();
	});

	test('an entry moves to another container and keeps its id', async () => {
		const { destination, ids } = await made(person(1));
		const moved = update(0, ids[0]!, { container: LEFT, uid: 'ada' }, ['container', 'uid', 'sn']);
		expect(ok((await destination.write([moved]))[0]!)).toMatchObject({
			id: ids[0],
			actual: { container: LEFT, uid: 'ada', sn: 'No. 1' },
		});
		expect(await found('(uid=ada)', ['dn'])).toMatchObject([{ dn: `uid=ada,${LEFT}` }]);
		await destination.close();
	});

	test('OpenLDAP: disabled means that nobody can log in; enabled, that they can again', async () => {
		const { destination, ids } = await made({ ...person(1), userPassword: 'pw' });
		const logsIn = async () => {
			const client = new Client({ url: `ldap://127.0.0.1:${place().port}`, timeout: 30_000 });
			const answer = await client.bind(`uid=person1,${PEOPLE}`, 'pw').then(
				() => true,
				() => false,
			);
			await client.unbind();
			return answer;
		};
		const set = async (active: boolean) =>
			ok((await destination.write([update(0, ids[0]!, { active })]))[0]!).actual!['active'];
		expect(await logsIn()).toBe(true);
		expect([await set(false), await logsIn()]).toEqual([false, false]);
		expect([await set(true), await logsIn()]).toEqual([true, true]);
		const { destination: other, ids: born } = await made({ ...person(2), active: false });
		expect(await destination.read([{ ref: 0, id: born[0]! }], ['active'])).toMatchObject([
			{ fields: { active: false } },
		]);
		await destination.close();
		await other.close();
	});

	test('disabled by a move to another container, and back', async () => {
		const destination = ldap(place(), { inactiveContainer: LEFT });
		const [one] = await destination.write([create(0, await prepared(destination, person(1)))]);
		const { id } = ok(one!);
		expect(ok((await destination.write([update(0, id, { active: false })]))[0]!).actual).toEqual({ active: false });
		expect(await found('(uid=person1)', ['dn'])).toMatchObject([{ dn: `uid=person1,${LEFT}` }]);
		const back = { active: true, container: PEOPLE };
		expect(ok((await destination.write([update(0, id, back)]))[0]!).actual).toEqual(back);
		await destination.close();
	});

	test('the flavours of 389 Directory Server and Active Directory disable in their own way, and touch nothing else', async () => {
		// The attributes are there; the ids and groups are OpenLDAP’s own.
		const own = {
			id: 'entryUUID',
			idForm: 'text',
			rdn: 'uid',
			classes: ['user'],
			group: flavours.openldap.group,
		} as const;
		for (const [flavour, standingValue, off, on] of [
			['ds389', [], 'true', []],
			['ad', ['66048'], '66050', '66048'],
		] as const) {
			await place().empty();
			const destination = ldap(place(), { flavour: { ...flavours[flavour], ...own } });
			const { attribute } = flavours[flavour].disable;
			const [one] = await destination.write([create(0, await prepared(destination, person(1)))]);
			const { id } = ok(one!);
			const client = await place().client();
			const modification = new Attribute({ type: attribute, values: [...standingValue] });
			await client.modify(`uid=person1,${PEOPLE}`, new Change({ operation: 'replace', modification }));
			await client.unbind();
			for (const [active, value] of [
				[false, off],
				[true, on],
			] as const) {
				expect(ok((await destination.write([update(0, id, { active })]))[0]!).actual).toEqual({ active });
				expect((await found('(uid=person1)', [attribute]))[0]![attribute]).toEqual(value);
			}
			await destination.close();
		}
	});

	test('booleans, times and bytes keep their value', async () => {
		const destination = ldap(place(), { classes: ['user'] });
		const photo = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1, 2, 0xc3, 0x28]).toString('base64');
		const set = await prepared(destination, {
			...person(1),
			mayPark: 'true',
			lastDay: '2026-12-31T17:00:00+01:00',
			jpegPhoto: photo,
			manager: `UID=Boss, ${PEOPLE}`,
		});
		expect(set).toMatchObject({
			mayPark: true,
			lastDay: '2026-12-31T16:00:00.000Z',
			jpegPhoto: photo,
			manager: `uid=Boss,${PEOPLE}`,
		});
		expect(ok((await destination.write([create(0, set)]))[0]!).actual).toEqual(set);
		expect((await found('(uid=person1)', ['lastDay', 'mayPark']))[0]).toMatchObject({
			lastDay: '20261231160000Z',
			mayPark: 'TRUE',
		});
		for (const bad of [
			{ jpegPhoto: 'no base64!' },
			{ mayPark: 'perhaps' },
			{ lastDay: 'soon' },
			{ manager: 'Boss' },
		] as Fields[])
			expect(await destination.prepare(bad)).toMatchObject({ ok: false, error: { kind: 'refused' } });
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
		const [there] = await destination.read([{ ref: 0, match: { uid: 'person2' } }], [manager]);
		const again = update(0, there!.id, { [manager]: 'E3' });
		expect(ok((await destination.write([again]))[0]!).actual).toEqual({ [manager]: 'E3' });
		expect((await found('(uid=person2)', ['manager']))[0]!['manager']).toBe(`uid=person3,${PEOPLE}`);
		await destination.close();
		await other.close();
	});

	test('memberships: only those of the people who are meant change, and no group is left empty', async () => {
		const { destination, ids } = await made(person(1), person(2));
		const client = await place().client();
		const member = [`uid=person2,${PEOPLE}`, `cn=somebody,${BASE}`];
		await client.add(`cn=sales,${GROUPS}`, { objectClass: ['groupOfNames'], cn: ['sales'], member });
		await client.add(`cn=law,${GROUPS}`, { objectClass: ['groupOfNames'], cn: ['law'], member: [member[0]!] });
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
		const groups = await found('(objectClass=groupOfNames)', ['cn', 'member']);
		expect(Object.fromEntries(groups.map((one) => [one['cn'], one['member']]))).toEqual({
			sales: [`cn=somebody,${BASE}`, `uid=person1,${PEOPLE}`],
			law: `cn=law,${GROUPS}`,
		});
		expect(await destination.read([{ ref: 0, id: ids[1]! }], ['groups[law]', 'groups[sales]'])).toMatchObject([
			{ fields: { 'groups[law]': false, 'groups[sales]': false } },
		]);
		await destination.close();
	});

	test('more entries than the limit of one answer are read in pages', async () => {
		const client = await place().client();
		const entry = { objectClass: 'inetOrgPerson', cn: 'x', sn: 'x', description: 'same' };
		for (let n = 0; n < 600; n++) await client.add(`uid=p${n},${PEOPLE}`, { ...entry, uid: `p${n}` });
		await client.unbind();
		const account = { user: `cn=sync,${BASE}`, password: 'secret' };
		const server = { host: '127.0.0.1', port: place().port, security: 'none', ...account } as const;
		const destination = ldap(place(), { server });
		expect(await destination.read([{ ref: 0, match: { description: 'same' } }], [])).toHaveLength(600);
		expect(await destination.isEmpty()).toBe(false);
		await destination.close();
	});

	test('what cannot be undone is refused until a person allows it', async () => {
		const { destination, ids } = await made(person(1));
		expect(await destination.write([remove(0, ids[0]!)])).toMatchObject([
			{ ok: false, error: { kind: 'refused', detail: { final: true } } },
		]);
		expect(await standing(place(), ['uid'])).toEqual([{ uid: 'person1' }]);
		await destination.close();
	});

	const outcome = async (given: Partial<LdapServer>): Promise<{ kind: string; todo?: string; message?: string }> => {
		const server = { host: 'localhost', port: place().port, user: ADMIN, password: 'secret' };
		const destination = ldap(place(), { server: { ...server, security: 'none', ...given } });
		try {
			await destination.isEmpty();
			return { kind: 'in' };
		} catch (error) {
			const { kind, message, detail } = error as { kind: string; message: string; detail: { todo: string } };
			return { kind, message, todo: detail.todo };
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
		expect(await outcome({ ...how, ca: place().ca, host: '127.0.0.1' })).toMatchObject(refused);
		expect(await outcome({ ...how, insecure: true })).toEqual({ kind: 'in' });
	});

	test('a wrong password, a wrong base, a wrong class and nobody there are said in plain words', async () => {
		const denied = await outcome({ password: 'hunter2' });
		expect(denied.kind).toBe('denied');
		expect(denied.message).not.toContain('hunter2');
		expect(await outcome({ port: 9 })).toMatchObject({ kind: 'unreachable' });
		const elsewhere = ldap(place(), { base: 'dc=elsewhere' });
		await expect(elsewhere.isEmpty()).rejects.toMatchObject({ kind: 'setup' });
		await elsewhere.close();
		const nobody = ldap(place(), { classes: ['nobody'] });
		await expect(nobody.describe()).rejects.toMatchObject({ kind: 'setup' });
		await nobody.close();
		expect(() => ldap(place(), { base: 'nothing' })).toThrow(/no name of an entry/u);
	});

	test('after a restart of the directory the next request works again', async () => {
		const { destination, ids } = await made(person(1));
		await place().kill();
		const read = async () => await destination.read([{ ref: 0, id: ids[0]! }], ['uid']);
		await expect(read()).rejects.toMatchObject({ kind: 'unreachable' });
		await place().start();
		expect(await read()).toMatchObject([{ fields: { uid: 'person1' } }]);
		await destination.close();
	});
});
