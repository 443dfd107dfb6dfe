/** A system's definition at a stand-in: without its pace, so that tests need not wait for it. */
import { RestDestination } from '../../connectors/rest/destination';
import { http, type Http, type HttpRequest, type HttpResponse } from '../../connectors/rest/net/http';
import { RestSource } from '../../connectors/rest/source';
import type { CredentialType, SystemDefinition } from '../../connectors/rest/definition';
import type { Fields } from '../../sync/types';
import type { Sent } from './contract/check';

export interface Stand {
	system: SystemDefinition;
	type: CredentialType;
	credential: Fields;
	settings?: Record<string, string>;
	url: string;
}

const given = ({ system, type, credential, settings = {}, url }: Stand, by: Http = http) => ({
	system: { ...system, limits: { ...system.limits, windows: [], penalty: 1 } },
	type,
	credential,
	settings,
	base: url,
	// n8n signs what it has to renew; a stand-in looks at no signature.
	signed: by,
});

export const destinationAt = (stand: Stand, object: string, by?: Http): RestDestination =>
	new RestDestination({ ...given(stand, by), object, ...(by && { http: by }) });

/** Sends, and keeps what was sent as a contract judges it: under the path of the vendor's own base URL. */
export function recorder(
	stand: Pick<Stand, 'url'>,
	base: string,
	/** Answers by itself what the stand-in does not know. */
	instead: (request: HttpRequest) => HttpResponse | undefined = () => undefined,
): { http: Http; sent: Sent[] } {
	const sent: Sent[] = [];
	return {
		sent,
		http: async (request) => {
			const { headers, method, body = '' } = request;
			sent.push({ method, url: base + request.url.slice(stand.url.length), headers, body });
			return instead(request) ?? (await http(request));
		},
	};
}

export const sourceAt = (stand: Stand, object: string, follow = false, by?: Http): RestSource =>
	new RestSource({ ...given(stand, by), object, follow, ...(by && { http: by }) });
