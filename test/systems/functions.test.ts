/** The pure functions of the definitions: what data cannot say. */
import type { Value } from '../../sync/types';
import { attributesOf, patchesOf, valuesOf } from '../../systems/amazon/attributes';
import { addressInside } from '../../systems/brevo';
import { billingInfo } from '../../systems/chargebee';
import { only } from '../../systems/clockify';
import { idsOf, numberFromText, truthFromText } from '../../systems/hubspot';
import { documentOf, keyOf, labelOf, labelsOf, textOf } from '../../systems/jira/values';
import { lower, unmarked } from '../../systems/klaviyo';
import { namesOf } from '../../systems/mailchimp';
import { attributesById } from '../../systems/personio';
import { plainVariants, tagsOf, withOptions } from '../../systems/shopify/values';
import { channelName, enabledFrom } from '../../systems/slack';
import { formAddress, someList, wholeAddress } from '../../systems/stripe';
import { amountText, asIds, idsOnly, plainAmpersands } from '../../systems/woocommerce';

test('Stripe: an address is whole, and empty parts are empty texts in a form', () => {
	const whole = { city: 'Rome', country: null, line1: 'Via 1', line2: null, postal_code: null, state: null };
	expect(wholeAddress({ line1: 'Via 1', city: 'Rome', line2: '', unknown: 'x' })).toEqual(whole);
	expect(wholeAddress(whole)).toEqual(whole);
	expect([wholeAddress(''), wholeAddress(null), wholeAddress({ city: '' })]).toEqual([null, null, null]);
	expect(formAddress(whole)).toEqual({
		city: 'Rome',
		country: '',
		line1: 'Via 1',
		line2: '',
		postal_code: '',
		state: '',
	});
	expect(formAddress(null)).toBeNull();
	expect([someList([]), someList(['a'])]).toEqual([null, ['a']]);
});

test('Chargebee: VAT number and address are one value, of what may be written and says something', () => {
	const customer = {
		id: 'c1',
		vat_number: 'DE1',
		billing_address: { city: 'Berlin', line2: '', object: 'billing_address', validation_status: 'valid' },
	};
	const info = { vat_number: 'DE1', billing_address: { city: 'Berlin' } };
	expect([billingInfo(customer), billingInfo(info)]).toEqual([info, info]);
	expect(billingInfo({ billing_address: { zip: '1' } })).toEqual({ billing_address: { zip: '1' } });
	const nothing: Value[] = [{ id: 'c1' }, { vat_number: '', billing_address: { city: '' } }, null, 'x'];
	expect(nothing.map(billingInfo)).toEqual([null, null, null, null]);
});

test('Personio: custom attributes by their IDs', () => {
	const listed: Value[] = [{ id: 'dynamic_1', type: 'string', value: 'Red' }, { id: 'dynamic_2' }, 'x', { value: 1 }];
	const given: Value[] = [listed, [], null];
	expect(given.map(attributesById)).toEqual([{ dynamic_1: 'Red', dynamic_2: null }, null, null]);
});

test('HubSpot: texts become numbers, yes and no, and lists of ids', () => {
	expect(['12.50', '0', '', null, 'many'].map(numberFromText)).toEqual([12.5, 0, null, null, 'many']);
	expect(['true', 'false', null, 'perhaps'].map(truthFromText)).toEqual([true, false, null, 'perhaps']);
	const tied = [
		{ id: '7', type: 'deal_to_contact' },
		{ id: '7', type: 'deal_to_contact_unlabeled' },
		{ id: 8, type: 'x' },
	];
	expect([idsOf(tied), idsOf(null)]).toEqual([['7', '8'], []]);
});

test('Jira: plain text goes into a document and comes back', () => {
	for (const text of ['one', 'one\ntwo', 'one\n\nthree', ' spaced ', 'ünï – 漢'])
		expect(textOf(documentOf(text))).toBe(text);
	expect([documentOf(''), documentOf(null), textOf(null)]).toEqual([null, null, null]);
	const written: Value = {
		type: 'doc',
		version: 1,
		content: [
			{ type: 'heading', content: [{ type: 'text', text: 'Title' }] },
			{
				type: 'bulletList',
				content: [
					{
						type: 'listItem',
						content: [
							{
								type: 'paragraph',
								content: [
									{ type: 'text', text: 'a ' },
									{ type: 'text', text: 'b' },
								],
							},
						],
					},
				],
			},
			{
				type: 'paragraph',
				content: [{ type: 'text', text: 'x' }, { type: 'hardBreak' }, { type: 'text', text: 'y' }],
			},
		],
	};
	expect(textOf(written)).toBe('Title\na b\nx\ny');
});

test('Jira: the key is kept in a label, and shows among no other labels', () => {
	const label = labelOf('E 1/ä');
	expect(label).toEqual(['sync:E%201%2F%C3%A4']);
	expect(keyOf(label)).toBe('E 1/ä');
	expect(keyOf(['other', 'sync:7'])).toBe('7');
	expect([keyOf(['other']), keyOf(null), labelOf(null)]).toEqual([null, null, null]);
	expect(labelsOf(['a', 'sync:7', 'b'])).toEqual(['a', 'b']);
});

test('Shopify: variants are the same as they are read and as they are meant, and bring their options', () => {
	const meant = [
		{ sku: 'S', price: '10.00', compareAtPrice: 11, options: { Size: 'S' } },
		{ sku: 'L', price: 12.5, compareAtPrice: 15, options: { Size: 'L' } },
	];
	const read = [
		{
			sku: 'S',
			barcode: null,
			price: '10.00',
			compareAtPrice: '11.00',
			selectedOptions: [{ name: 'Size', value: 'S' }],
		},
		{
			sku: 'L',
			barcode: '',
			price: '12.50',
			compareAtPrice: '15.0',
			selectedOptions: [{ name: 'Size', value: 'L' }],
		},
	];
	expect(plainVariants(read)).toEqual(plainVariants(meant));
	expect(plainVariants(plainVariants(meant))).toEqual(plainVariants(meant));
	expect(plainVariants([{ sku: 7, options: { Size: 42 } }])).toEqual([{ sku: '7', options: { Size: '42' } }]);
	expect(plainVariants([{ sku: 'A', price: 1 }])).toEqual([
		{ sku: 'A', price: 1, options: { Title: 'Default Title' } },
	]);
	expect(withOptions({ title: 'x' })).toEqual({ title: 'x' });
	expect(withOptions({ variants: plainVariants(meant) })).toEqual({
		productOptions: [{ name: 'Size', position: 1, values: [{ name: 'S' }, { name: 'L' }] }],
		variants: [
			{ sku: 'S', price: '10', compareAtPrice: '11', optionValues: [{ optionName: 'Size', name: 'S' }] },
			{ sku: 'L', price: '12.5', compareAtPrice: '15', optionValues: [{ optionName: 'Size', name: 'L' }] },
		],
	});
	expect(tagsOf([' b', 'a', 'b', ''])).toEqual(['b', 'a']);
});

test('Amazon: attributes say where and in which language they are; what is empty is taken out', () => {
	const setting = { marketplace: 'A1', language: 'de_DE', currency: 'EUR' };
	const picture = [{ media_location: 'https://x.org/1.jpg' }];
	expect(attributesOf({ item_name: 'Stuhl', bullet_point: ['a', 'b'], main: picture }, setting)).toEqual({
		item_name: [{ value: 'Stuhl', language_tag: 'de_DE', marketplace_id: 'A1' }],
		bullet_point: [
			{ value: 'a', language_tag: 'de_DE', marketplace_id: 'A1' },
			{ value: 'b', language_tag: 'de_DE', marketplace_id: 'A1' },
		],
		main: [{ ...picture[0], marketplace_id: 'A1' }],
	});
	expect(
		patchesOf(
			{ brand: null, main: [{ media_location: null }], fulfillment_availability: [{ quantity: 3 }] },
			setting,
		),
	).toEqual([
		{ op: 'delete', path: '/attributes/brand', value: [{ marketplace_id: 'A1' }] },
		{ op: 'delete', path: '/attributes/main', value: [{ marketplace_id: 'A1' }] },
		{
			op: 'merge',
			path: '/attributes/fulfillment_availability',
			value: [{ quantity: 3, fulfillment_channel_code: 'DEFAULT' }],
		},
	]);
	const offer = { our_price: [{ schedule: [{ value_with_tax: 5 }] }] };
	expect(patchesOf({ purchasable_offer: [offer] }, setting)).toEqual([
		{
			op: 'merge',
			path: '/attributes/purchasable_offer',
			value: [{ ...offer, marketplace_id: 'A1', currency: 'EUR' }],
		},
	]);
	expect([valuesOf([{ value: 'a' }, { value: 'b' }]), valuesOf(null)]).toEqual([['a', 'b'], null]);
});

test('Brevo: an update takes the address among the attributes', () => {
	expect(addressInside({ email: 'a@x.org', attributes: { AGE: 1 }, ext_id: 'E' })).toEqual({
		attributes: { AGE: 1, EMAIL: 'a@x.org' },
		ext_id: 'E',
	});
	expect([addressInside({ email: 'a@x.org' }), addressInside({ ext_id: 'E' })]).toEqual([
		{ attributes: { EMAIL: 'a@x.org' } },
		{ ext_id: 'E' },
	]);
});

test('Clockify: an update takes what may be written, and nothing that is not there', () => {
	expect(only(['name', 'note', 'color'])({ id: '1', name: 'A', note: '', color: null })).toEqual({
		name: 'A',
		note: '',
	});
});

test('Klaviyo, Mailchimp, Slack: spellings', () => {
	expect([namesOf([{ id: 1, name: 'VIP' }, 'b']), namesOf(null)]).toEqual([['VIP', 'b'], null]);
	expect([lower(' Ada@X.org '), lower(null)]).toEqual(['ada@x.org', null]);
	const properties: Value[] = [
		{ managed_by: 'one-way sync', grade: 1 },
		{ managed_by: 'one-way sync' },
		{},
		{ managed_by: 'x' },
		'x',
	];
	expect(properties.map(unmarked)).toEqual([{ grade: 1 }, null, null, { managed_by: 'x' }, 'x']);
	const names = ['Sales Team', 'sales.team', 'a'.repeat(90), null].map(channelName);
	expect(names).toEqual(['sales-team', 'sales-team', 'a'.repeat(80), null]);
	expect(names.map(channelName)).toEqual(names);
	expect([enabledFrom(0), enabledFrom(1764300000), enabledFrom(null)]).toEqual([true, false, true]);
});

test('WooCommerce: ampersands, amounts as texts, terms by their ids', () => {
	const names = ['Salt & Pepper', 'Salt &amp; Pepper', 'A &amp;amp; B', '&copy;', null].map(plainAmpersands);
	expect(names).toEqual(['Salt & Pepper', 'Salt & Pepper', 'A & B', '&copy;', null]);
	expect(names.map(plainAmpersands)).toEqual(names);
	expect([12.5, 0, '7', ''].map(amountText)).toEqual(['12.5', '0', '7', '']);
	expect(idsOnly([{ id: 9, name: 'Chairs', slug: 'chairs' }, 10])).toEqual([9, 10]);
	expect(asIds([9, '10', { id: 11 }])).toEqual([{ id: 9 }, { id: 10 }, { id: 11 }]);
	expect([idsOnly(null), asIds(null)]).toEqual([null, null]);
});
