/** A system's definition at a stand-in: without its pace, so that tests need not wait for it. */
import { RestDestination } from '../../connectors/rest/destination';
import { RestSource } from '../../connectors/rest/source';
import type { CredentialType, SystemDefinition } from '../../connectors/rest/definition';
import type { Fields } from '../../sync/types';

export interface Stand {
	system: SystemDefinition;
	type: CredentialType;
	credential: Fields;
	settings?: Record<string, string>;
	url: string;
}

const given = ({ system, type, credential, settings = {}, url }: Stand) => ({
	system: { ...system, limits: { ...system.limits, windows: [], penalty: 1 } },
	type,
	credential,
	settings,
	base: url,
});

export const destinationAt = (stand: Stand, object: string): RestDestination =>
	new RestDestination({ ...given(stand), object });

export const sourceAt = (stand: Stand, object: string, follow = false): RestSource =>
	new RestSource({ ...given(stand), object, follow });
