/** What a mapping leaves to the destination: fields that go by their own name, and what a record is recognised by. */
import { checkFields } from '../../sync/check';
import { fit } from '../../sync/fit';
import type { DesiredItem, MappedStamp } from '../../sync/items';
import type { FieldInfo, Fields } from '../../sync/types';
import { map } from './rows';

const column = (name: string, more: Partial<FieldInfo> = {}): FieldInfo => ({
	name,
	type: 'text',
	kind: 'text',
	required: false,
	identity: false,
	writable: true,
	...more,
});
const FIELDS = [
	column('id', { identity: true, unique: true, required: false }),
	column('made', { writable: false }),
	column('login', { unique: true }),
	column('email', { unique: true }),
	column('name'),
];

function item(fields: Fields, match: string[] = []): DesiredItem {
	const { fields: desired, mapped } = map({ byName: { except: [], ifEmpty: 'write' }, match: ['login'] }, fields);
	const stamp = { ...mapped, match, key: '1' } as unknown as MappedStamp;
	return { item: 0, fields: desired, stamp };
}

describe('a destination takes of a mapping what it has a place for', () => {
	it('leaves out what goes by a name that it does not have, or fills by itself', () => {
		const given = item({ id: 5, login: 'ada', name: 'Ada', salary: 1, made: 'x' }, ['login']);
		const { items, left } = fit([given, given], FIELDS);
		expect(left.sort()).toEqual(['id', 'made', 'salary']);
		expect(items[0]!.stamp.owned).toEqual(['login', 'name']);
		expect(items[1]!.stamp.owned).toBe(items[0]!.stamp.owned);
		expect(items[0]!.fields).toEqual({ login: 'ada', name: 'Ada' });
		expect(checkFields(items, FIELDS, 'the table')).toBeUndefined();
		expect(given.stamp.owned).toEqual(['id', 'login', 'name', 'salary', 'made']);
	});

	it('refuses a row of the mapping with such a name all the same', () => {
		const given = item({ login: 'ada' }, ['login']);
		const wrong = { ...given, stamp: { ...given.stamp, owned: ['login', 'salary'], byName: ['login'] } };
		const { items } = fit([wrong], FIELDS);
		expect(checkFields(items, FIELDS, 'the table')?.message).toBe('There is no field “salary” in the table.');
	});

	it('matches by the first mapped field that is unique there, where none is chosen', () => {
		expect(fit([item({ name: 'Ada', email: 'a@x.test', login: 'ada' })], FIELDS).matchedBy).toBe('login');
		expect(fit([item({ name: 'Ada', email: 'a@x.test' })], FIELDS).items[0]!.stamp.match).toEqual(['email']);
		const chosen = fit([item({ login: 'ada', name: 'Ada' }, ['name'])], FIELDS);
		expect([chosen.matchedBy, chosen.items[0]!.stamp.match]).toEqual([undefined, ['name']]);
	});

	it('says so where nothing that is mapped is unique', () => {
		const { items, matchedBy } = fit([item({ name: 'Ada' })], FIELDS);
		expect(matchedBy).toBeUndefined();
		expect(checkFields(items, FIELDS, 'the table')?.message).toBe(
			'No match field is chosen, and nothing that is mapped is unique in the table.',
		);
	});
});
