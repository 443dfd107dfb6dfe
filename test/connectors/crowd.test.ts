/**
 * A whole company, with managers and groups, into SCIM and into LDAP, while the server loses its power in between. 300
 * people beside all other tests; `CROWD=5000 npm test -- crowd` for as many as one wants.
 */
import type { Destination, Fields, Value } from '../../sync/types';
import { create, prepared, update } from '../conformance/destination';
import { available as scimIs, startScim } from '../servers/scim';
import type { Mortal } from '../servers/server';
import { available as slapdIs, PEOPLE, startSlapd } from '../servers/slapd';
import { ldap } from './ldap/place';
import { ENTERPRISE, scim } from './scim/place';

const COUNT = Number(process.env['CROWD'] ?? 300);
const numbers = Array.from({ length: COUNT }, (_, i) => i + 1);

interface Crowd {
	server: Mortal & { stop(): Promise<void> };
	destination: Destination;
	person(n: number): Fields;
	match: string;
	manager: string;
}

const bossOf = (n: number) => (n === 1 ? null : `E${Math.ceil(n / 10)}`);

/** Looks everybody up, creates who is missing, and writes what differs, as a sync does; answers with what is to be done again. */
async function bring({ destination, match }: Crowd, people: Fields[]): Promise<Fields[]> {
	const again: Fields[] = [];
	for (let from = 0; from < people.length; from += destination.batchSize) {
		const batch = people.slice(from, from + destination.batchSize);
		try {
			const wanted = await Promise.all(batch.map(async (fields) => await prepared(destination, fields)));
			const lookups = wanted.map((fields, ref) => ({ ref, match: { [match]: fields[match]! } }));
			const found = await destination.read(lookups, Object.keys(wanted[0]!));
			const standing = new Map(found.map((one) => [one.ref, one]));
			if (standing.size !== found.length) throw new Error('twins');
			const writes = wanted.flatMap((fields, ref) => {
				const there = standing.get(ref);
				if (!there) return create(ref, fields);
				const differs = Object.entries(fields).filter(
					([name, value]) => JSON.stringify(there.fields[name]) !== JSON.stringify(value),
				);
				return differs.length > 0 ? update(ref, there.id, Object.fromEntries(differs)) : [];
			});
			for (const result of await destination.write(writes)) if (!result.ok) again.push(batch[result.ref]!);
		} catch (error) {
			if ((error as { kind?: string }).kind !== 'unreachable') throw error;
			again.push(...batch);
		}
	}
	return again;
}

const crowds: [string, { ok: boolean }, () => Promise<Crowd>][] = [
	[
		'SCIM',
		scimIs(),
		async () => {
			const server = await startScim({ operations: 100 });
			return {
				server,
				destination: scim(server, { createGroups: true }),
				match: 'externalId',
				manager: `${ENTERPRISE}:manager[externalId]`,
				person: (n) => ({
					userName: `person${n}`,
					externalId: `E${n}`,
					displayName: `Person ${n}`,
					active: true,
					[`${ENTERPRISE}:manager[externalId]`]: bossOf(n),
					'groups[sales]': n % 3 === 0,
				}),
			};
		},
	],
	[
		'LDAP',
		slapdIs(),
		async () => {
			const server = await startSlapd();
			return {
				server,
				destination: ldap(server, { createGroups: true }),
				match: 'employeeNumber',
				manager: 'manager[employeeNumber]',
				person: (n) => ({
					uid: `person${n}`,
					cn: `Person ${n}`,
					sn: `No. ${n}`,
					employeeNumber: `E${n}`,
					active: true,
					container: PEOPLE,
					'manager[employeeNumber]': bossOf(n),
					'groups[sales]': n % 3 === 0,
				}),
			};
		},
	],
];

for (const [name, there, start] of crowds) {
	(there.ok ? describe : describe.skip)(`a crowd into ${name}`, () => {
		jest.setTimeout(600_000);
		let crowd: Crowd;
		beforeAll(async () => {
			crowd = await start();
		}, 60_000);
		afterAll(async () => {
			await crowd.destination.close();
			await crowd.server.stop();
		});

		const bringAll = async (people: Fields[]): Promise<number> => {
			let rest = people;
			let rounds = 0;
			for (; rest.length > 0; rounds++) {
				if (rounds > 0) await new Promise((resolve) => setTimeout(resolve, 500));
				if (rounds > 60) throw new Error(`${rest.length} are not there after ${rounds} rounds`);
				rest = await bring(crowd, rest);
			}
			return rounds;
		};
		const read = async (fields: string[]): Promise<Record<string, Value>[]> => {
			const lookups = numbers.map((n, ref) => ({ ref, match: { [crowd.match]: `E${n}` } }));
			const found = [];
			for (let from = 0; from < lookups.length; from += 500)
				found.push(...(await crowd.destination.read(lookups.slice(from, from + 500), fields)));
			return found.sort((a, b) => a.ref - b.ref).map((one) => one.fields);
		};

		test('everybody arrives once, though the server dies on the way', async () => {
			const people = numbers.map((n) => crowd.person(n));
			const bringing = bringAll(people);
			const dying = new Promise((resolve) => setTimeout(resolve, 300))
				.then(async () => await crowd.server.kill())
				.then(async () => await crowd.server.start());
			await Promise.all([bringing, dying]);
			const standing = await read([crowd.manager, 'groups[sales]', 'active']);
			expect(standing).toHaveLength(COUNT);
			for (const [at, fields] of standing.entries()) {
				const { [crowd.manager]: manager, 'groups[sales]': sales, active } = crowd.person(at + 1);
				expect(fields).toEqual({ [crowd.manager]: manager, 'groups[sales]': sales, active });
			}
		});

		test('nothing has to be written a second time; movers and leavers are, and nobody else', async () => {
			const people = numbers.map((n) => ({
				...crowd.person(n),
				...(n % 50 === 0 && { active: false, 'groups[sales]': false }),
				...(n % 50 === 1 && { 'groups[sales]': true }),
			}));
			await bringAll(people);
			const standing = await read(['active', 'groups[sales]']);
			expect(standing).toEqual(
				people.map((one) => ({ active: one['active'], 'groups[sales]': one['groups[sales]'] })),
			);
		});
	});
}
