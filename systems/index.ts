/** All systems that the App nodes offer, by their names on the list. */
import type { SystemDefinition } from '../connectors/rest/definition';
import { bamboohr } from './bamboohr';
import { hubspot } from './hubspot';
import { pipedrive } from './pipedrive';
import { redmine } from './redmine';
import { vendure } from './vendure';

export const systems: readonly SystemDefinition[] = [bamboohr, hubspot, pipedrive, redmine, vendure];
