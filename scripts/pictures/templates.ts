/** A picture of every template, as the editor shows it once it is imported. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Browser } from 'playwright-core';

import type { NewWorkflow } from '../../test/n8n/api';
import { openWorkflow, signedIn } from '../../test/n8n/browser';
import type { N8n } from '../../test/n8n/harness';

// This file runs as .build/scripts/pictures/templates.js.
const root = join(__dirname, '..', '..', '..');
const templates = join(root, 'templates');
const pictures = join(root, 'docs', 'pictures', 'templates');
const MARGIN = 16;

/** Takes them all: small ones, for a page that shows them beside each other. */
export async function takeTemplates(browser: Browser, n8n: N8n): Promise<void> {
	mkdirSync(pictures, { recursive: true });
	const context = await signedIn(browser, n8n, { deviceScaleFactor: 1 });
	for (const file of readdirSync(templates).filter((name) => name.endsWith('.json'))) {
		const name = file.replace(/\.json$/u, '');
		process.stderr.write(`· templates/${name}.png\n`);
		const template = JSON.parse(readFileSync(join(templates, file), 'utf8')) as NewWorkflow;
		const { id } = await n8n.api.createWorkflow(template);
		const page = await context.newPage();
		const last = template.nodes.findLast(({ type }) => !type.endsWith('.stickyNote'))!;
		await openWorkflow(page, `${n8n.url}/workflow/${id}`, last.name);
		// The editor's own buttons would lie over what stands at the bottom.
		await page.addStyleTag({
			content: '[class*=executionButtons], [data-test-id=canvas-controls] { display: none; }',
		});
		await page.keyboard.press('1'); // fits the whole workflow into the window
		await delay(1000);
		const parts = await page.locator('[data-test-id="canvas-node"], [data-test-id="sticky"]').all();
		const boxes = (await Promise.all(parts.map((part) => part.boundingBox()))).filter((box) => box !== null);
		const x = Math.min(...boxes.map((box) => box.x)) - MARGIN;
		const y = Math.min(...boxes.map((box) => box.y)) - MARGIN;
		// The name of a node stands below it, and is wider.
		const width = Math.max(...boxes.map((box) => box.x + box.width)) + 2 * MARGIN - x;
		const height = Math.max(...boxes.map((box) => box.y + box.height)) + 2 * MARGIN - y;
		const path = join(pictures, `${name}.png`);
		await page.screenshot({ path, clip: { x, y, width, height }, animations: 'disabled' });
		await page.close();
	}
	await context.close();
}
