/** All systems that the App nodes offer, by their names on the list. */
import type { SystemDefinition } from '../connectors/rest/definition';
import { airtable } from './airtable';
import { akeneo } from './akeneo';
import { amazon } from './amazon';
import { asana } from './asana';
import { bamboohr } from './bamboohr';
import { brevo } from './brevo';
import { chargebee } from './chargebee';
import { clockify } from './clockify';
import { directus } from './directus';
import { ebay } from './ebay';
import { googlesheets } from './googlesheets';
import { hubspot } from './hubspot';
import { jira } from './jira';
import { klaviyo } from './klaviyo';
import { mailchimp } from './mailchimp';
import { personio } from './personio';
import { pipedrive } from './pipedrive';
import { redmine } from './redmine';
import { salesforce } from './salesforce';
import { shopify } from './shopify';
import { slack } from './slack';
import { stripe } from './stripe';
import { vendure } from './vendure';
import { woocommerce } from './woocommerce';

export const systems: readonly SystemDefinition[] = [
	airtable,
	akeneo,
	amazon,
	asana,
	bamboohr,
	brevo,
	chargebee,
	clockify,
	directus,
	ebay,
	googlesheets,
	hubspot,
	jira,
	klaviyo,
	mailchimp,
	personio,
	pipedrive,
	redmine,
	salesforce,
	shopify,
	slack,
	stripe,
	vendure,
	woocommerce,
];
