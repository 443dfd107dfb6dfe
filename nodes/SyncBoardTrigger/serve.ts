/** One request to the board: who is it, what is wanted, and the page for it. */
import type { ServerResponse } from 'node:http';
import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { html } from '../../report/html';
import { page } from '../../report/style';
import type { Ledger } from '../../sync/ledger';
import { whole } from '../shared/errors';
import { doubtLedger, ledgerIfAny } from '../shared/ledger';
import { number, reader, texts } from '../shared/parameters';
import { visitorOf } from './access';
import { done, pageFor, type Asked, type Shown } from './pages';

/** Nothing is loaded, nothing runs, nobody frames it; forms lead back here. A page that reloads itself counts as a script. */
const HEADERS = {
	'content-type': 'text/html; charset=utf-8',
	'cache-control': 'no-store',
	'content-security-policy':
		"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; sandbox allow-forms allow-scripts allow-top-navigation-by-user-activation",
	'x-frame-options': 'DENY',
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'no-referrer',
};

export async function serve(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const visitor = await visitorOf(context);
	if (!visitor.known) {
		return visitor.why === 'not set up'
			? answer(context, { status: 403, text: NOT_SET_UP })
			: answer(
					context,
					{ status: 401, text: STRANGER },
					visitor.basic ? { 'www-authenticate': 'Basic realm="Syncs", charset="UTF-8"' } : {},
				);
	}
	const read = reader(context);
	const options = read('options', {}) as Record<string, unknown>;
	const buttons = texts(read('buttons', ['retry', 'release', 'resync', 'done']));
	const asked: Asked = {
		query: context.getQueryData() as Record<string, unknown>,
		visitor: visitor.name,
		board: JSON.stringify([context.getWorkflow().id, context.getNode().id]),
		zone: context.getTimezone(),
		refresh: number(options['refresh'], 15, { most: 3600 }),
		allowed: {
			retry: buttons.includes('retry'),
			release: buttons.includes('release'),
			resync: buttons.includes('resync'),
			done: buttons.includes('done'),
		},
	};
	try {
		const ledger = await ledgerIfAny();
		if (!ledger)
			return answer(
				context,
				{ status: 200, text: page('Syncs', EMPTY, { refresh: asked.refresh || undefined }) },
				{},
				opened(context),
			);
		if (context.getWebhookName() === 'setup')
			return answer(context, await pageFor(ledger, asked), {}, opened(context));
		return await pressed(context, ledger, asked);
	} catch (error) {
		context.logger.error(`The board could not be shown: ${whole(error)}`);
		await doubtLedger().catch(() => undefined);
		return answer(context, {
			status: 503,
			text: page(
				'Syncs',
				html`<h1>Syncs</h1>
					<p class="card trouble">${whole(error)}</p>`,
				{ refresh: 15 },
			),
		});
	}
}

/** A button was pressed. What was done goes out as an item, and the browser back to a page that may be loaded again. */
async function pressed(context: IWebhookFunctions, ledger: Ledger, asked: Asked): Promise<IWebhookResponseData> {
	const { shown, item, back } = await done(ledger, asked, context.getBodyData());
	if (back === undefined) return answer(context, shown);
	return answer(context, { status: 303, text: '' }, { location: back }, item);
}

function answer(
	context: IWebhookFunctions,
	{ status, text }: Shown,
	more: Record<string, string> = {},
	item?: IDataObject,
): IWebhookResponseData {
	// Express' types are not at hand; its response is Node's own, and more.
	const response = context.getResponseObject() as unknown as ServerResponse;
	response.writeHead(status, { ...HEADERS, ...more }).end(text);
	return { noWebhookResponse: true, ...(item && { workflowData: [[{ json: item }]] }) };
}

/** A test run in the editor ends when the page was opened; a published board starts no execution for that. */
function opened(context: IWebhookFunctions): IDataObject | undefined {
	return context.getMode() === 'manual' ? { action: 'opened', text: 'The board was opened.' } : undefined;
}

const EMPTY = html`<h1>Syncs</h1>
	<p class="card">
		No sync has run on this n8n yet. Publish a workflow that starts with a Sync From … node; it shows here after its
		first run.
	</p>`;
const NOT_SET_UP = page(
	'Not set up',
	html`<h1>This board is not set up</h1>
		<p class="card">
			It shows records, so it opens for nobody without a credential. In n8n, open its node, Sync Board Trigger:
			choose or create a credential of the type Basic Auth (or Header Auth, if Who May Open It says so) with a
			password, and publish the workflow again.
		</p>`,
);
const STRANGER = page('Unauthorized', html`<h1>Unauthorized</h1>`);
