/** Apps on either side, in a real n8n and against real servers. */
import * as directus from '../servers/directus';
import * as redmine from '../servers/redmine';
import * as rest from '../servers/rest';
import { fromApi } from './apps/from-api';
import { fromDirectus } from './apps/from-directus';
import { toRedmine } from './apps/to-redmine';

function withServer(name: string, there: { ok: true } | { ok: false; missing: string }, story: () => void): void {
	if (there.ok) describe(name, story);
	else describe.skip(`${name}: needs ${there.missing}`, story);
}

// Among all tests, the App nodes meet Redmine in test/nodes/app; the whole story takes minutes.
if (process.env['STORY_ALONE'] === 'yes') {
	withServer('people from a table to Redmine', redmine.available(), toRedmine);
	withServer('Directus', directus.available(), fromDirectus);
}
withServer('5,000 records of a REST API to a table', rest.available(), fromApi);
