/** Clockify for the suites: projects and clients. */
import { clockify } from '../../../systems/clockify';
import type { DestinationOf } from '../cases';
import { fakeClockify } from '../fakes/clockify';
import type { Stand } from '../open';

export const stand: Omit<Stand, 'url'> = {
	system: clockify,
	type: 'clockifyApi',
	credential: { apiKey: 'clockify-secret' },
	settings: { workspace: 'W1' },
};

const common = {
	start: fakeClockify,
	stand,
	set: (row, field, value) => void (row[field] = value),
	match: 'name',
	text: 'note',
	absentId: '000000000000000000000000',
	bad: { name: 'x' },
} satisfies Partial<DestinationOf>;

export const destinations: DestinationOf[] = [
	{
		...common,
		name: 'Clockify projects',
		object: 'project',
		of: ({ kind }) => kind === 'projects',
		fields: (n) => ({ name: `Project ${n}`, note: `About ${n}`, isPublic: true, billable: false }),
		foreign: 'clientId',
	},
	{
		...common,
		name: 'Clockify clients',
		object: 'client',
		of: ({ kind }) => kind === 'clients',
		fields: (n) => ({ name: `Client ${n}`, note: `About ${n}`, address: `Street ${n}` }),
		foreign: 'email',
	},
];
