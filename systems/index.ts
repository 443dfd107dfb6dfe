/** All systems that the App nodes offer, by their names on the list. */
import type { SystemDefinition } from '../connectors/rest/definition';
import { redmine } from './redmine';

export const systems: readonly SystemDefinition[] = [redmine];
