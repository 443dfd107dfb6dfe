/** Chromium without a window, and n8n's editor in it, signed in as the owner: what pictures and stories drive. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { chromium, selectors, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';

import type { N8n } from './harness';

/** So long may a page take that n8n serves while other things run on the machine. */
const PATIENCE = 120_000;

/** Starts the browser that Debian, or whoever, has put somewhere. */
export async function launch(): Promise<Browser> {
	return await chromium.launch({
		executablePath: chromiumPath(),
		args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
	});
}

function chromiumPath(): string {
	const found = (process.env['PATH'] ?? '')
		.split(delimiter)
		.flatMap((path) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(path, name)))
		.find((path) => existsSync(path));
	if (found === undefined) throw new Error('no Chromium is installed');
	return found;
}

/** A window of the browser in which n8n's owner is signed in. */
export async function signedIn(
	browser: Browser,
	n8n: Pick<N8n, 'url' | 'api'>,
	{ deviceScaleFactor = 1.5 } = {},
): Promise<BrowserContext> {
	selectors.setTestIdAttribute('data-test-id');
	const context = await browser.newContext({
		viewport: { width: 1360, height: 840 },
		deviceScaleFactor,
		colorScheme: 'light',
		reducedMotion: 'reduce',
	});
	context.setDefaultTimeout(PATIENCE);
	// n8n's hints for newcomers would lie over the tables.
	await context.addInitScript(() => {
		const { localStorage } = globalThis as unknown as {
			localStorage: { setItem(name: string, value: string): void };
		};
		for (const place of ['NDV', 'CANVAS']) localStorage.setItem(`N8N_PIN_DATA_DISCOVERY_${place}`, 'true');
	});
	await context.addCookies([{ ...n8n.api.session, url: n8n.url }]);
	return context;
}

/** A node on the canvas. */
export const nodeOf = (page: Page, name: string): Locator =>
	page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);

/** The form of the node that is open. */
export const formOf = (page: Page): Locator => page.getByTestId('ndv');

/** A node in the list that the editor's search shows, by its whole name. */
export function listed(page: Page, name: string): Locator {
	const called = page.getByTestId('node-creator-item-name').getByText(name, { exact: true });
	return page.getByTestId('node-creator-node-item').filter({ has: called }).first();
}

/** A field of the input panel, to be dragged. */
export function inputField(page: Page, name: string): Locator {
	const field = formOf(page).getByTestId('run-data-schema-node-name');
	return field.filter({ has: page.getByText(name, { exact: true }) }).first();
}

/** A saved workflow in the editor. */
export async function openWorkflow(page: Page, address: string, node: string): Promise<void> {
	await page.goto(address);
	await nodeOf(page, node).waitFor();
	await delay(1500);
}

/** Opens a node's form. */
export async function openForm(page: Page, name: string): Promise<void> {
	await nodeOf(page, name).dblclick();
	await formOf(page).waitFor();
	await delay(3000);
}

/** A test run of the whole workflow, to its end. */
export async function testRun(page: Page, trigger: string): Promise<void> {
	await page
		.getByTestId(`execute-workflow-button-${trigger}`)
		.or(page.getByTestId('execute-workflow-button'))
		.last()
		.click();
	await page.getByText('Workflow executed successfully').first().waitFor();
	await delay(500);
}

/** Presses the mouse on one thing and releases it over another, in steps as a hand makes them. */
export async function drag(page: Page, from: Locator, to: Locator): Promise<void> {
	await to.scrollIntoViewIfNeeded();
	const [start, end] = [(await from.boundingBox())!, (await to.boundingBox())!];
	await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
	await page.mouse.down();
	await page.mouse.move(start.x + start.width / 2 + 20, start.y + start.height / 2 + 5, { steps: 3 });
	await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 12 });
	// The editor looks at where the mouse is once in a while.
	await delay(300);
	await page.mouse.up();
}
