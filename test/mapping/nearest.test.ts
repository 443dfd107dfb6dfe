import { nearest } from '../../sync/nearest';

describe('the nearest name', () => {
	const names = ['email', 'first_name', 'last_name', 'id'];

	test.each([
		['E-Mail', 'email'],
		['emial', 'email'],
		['firstName', 'first_name'],
		['lastname', 'last_name'],
		['ID', 'id'],
	])('to %s is %s', (name, meant) => expect(nearest(name, names)).toBe(meant));

	test.each(['salary', 'x', ''])('to %j is none', (name) => expect(nearest(name, names)).toBeUndefined());
});
