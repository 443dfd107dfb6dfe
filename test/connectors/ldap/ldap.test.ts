/** What is particular to directories, over OpenLDAP; and what only it has here. Others: `npm run e2e -- directory`. */
import { Attribute, Change } from 'ldapts';

import { dnText, isBelow, parseDn, sameDn } from '../../../connectors/ldap/dn';
import { flavours } from '../../../connectors/ldap/flavours';
import type { Fields } from '../../../sync/types';
import { create, ok, prepared, update } from '../../conformance/destination';
import { PEOPLE } from '../../servers/directory';
import { found, ldap, openldap, overSlapd, person } from './place';
import { directorySuite, odd } from './suite';

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

overSlapd('OpenLDAP', (place) => {
	directorySuite(openldap, place);

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
				expect((await found(place(), '(uid=person1)', [attribute]))[0]![attribute]).toEqual(value);
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
		expect((await found(place(), '(uid=person1)', ['lastDay', 'mayPark']))[0]).toMatchObject({
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
});
