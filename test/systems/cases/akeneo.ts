/** Akeneo for the suites: products. */
import { akeneo } from '../../../systems/akeneo';
import type { SourceOf } from '../cases';
import { fakeAkeneo } from '../fakes/akeneo';
import type { Stand } from '../open';

export const stand: Omit<Stand, 'url'> = {
	system: akeneo,
	type: 'httpBearerAuth',
	credential: { token: 'token-very-secret' },
	settings: { url: 'https://x.cloud.akeneo.com', channel: 'ecommerce', locale: 'en_US' },
};

export const sources: SourceOf[] = [
	{
		name: 'Akeneo products',
		object: 'product',
		table: 'products',
		start: fakeAkeneo,
		stand,
		row: (id, text, at) => ({
			uuid: id,
			enabled: true,
			family: text,
			categories: ['summer', 'sale'],
			groups: [],
			parent: null,
			values: {
				sku: [{ data: `SKU-${id}`, locale: null, scope: null }],
				name: [
					{ data: 'Haut', locale: 'fr_FR', scope: 'ecommerce' },
					{ data: 'Top', locale: 'en_US', scope: 'print' },
					{ data: 'Summer top', locale: 'en_US', scope: 'ecommerce' },
				],
				note: [{ data: 'Réservé', locale: 'fr_FR', scope: null }],
			},
			associations: {},
			updated: at.replace('.000Z', '+00:00'),
		}),
		fields: (id, text) => ({
			uuid: id,
			enabled: true,
			family: text,
			categories: ['sale', 'summer'],
			groups: [],
			values: { sku: `SKU-${id}`, name: 'Summer top' },
			associations: {},
		}),
		gone: () => undefined,
		page: 100,
	},
];
