/** The source that the node's settings describe. */
import type { ITriggerFunctions } from 'n8n-workflow';

import { RestSource } from '../../connectors/rest/source';
import type { Source } from '../../sync/types';
import { givenBy } from '../shared/app/access';

/** Throws {@link SyncError}. */
export async function openSource(context: ITriggerFunctions, { follow }: { follow: boolean }): Promise<Source> {
	return new RestSource({ ...(await givenBy(context)), follow });
}
