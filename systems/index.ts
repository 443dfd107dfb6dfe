/** All systems that the App nodes offer, by their names on the list. */
import type { SystemDefinition } from '../connectors/rest/definition';
import { asana } from './asana';
import { bamboohr } from './bamboohr';
import { hubspot } from './hubspot';
import { jira } from './jira';
import { klaviyo } from './klaviyo';
import { pipedrive } from './pipedrive';
import { redmine } from './redmine';
import { slack } from './slack';
import { stripe } from './stripe';
import { vendure } from './vendure';

export const systems: readonly SystemDefinition[] = [
	asana,
	bamboohr,
	hubspot,
	jira,
	klaviyo,
	pipedrive,
	redmine,
	slack,
	stripe,
	vendure,
];
