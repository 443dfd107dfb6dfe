/** Chromium without a window, signed in by HTTP basic authentication. */
import type { Page } from 'playwright-core';

import { launch } from '../../n8n/browser';

export interface Visitor {
	page: Page;
	close(): Promise<void>;
}

export async function openBrowser(who: { user: string; password: string }): Promise<Visitor> {
	const browser = await launch();
	const context = await browser.newContext({
		httpCredentials: { username: who.user, password: who.password },
		viewport: { width: 1280, height: 900 },
		deviceScaleFactor: 1.5,
		colorScheme: 'light',
	});
	context.setDefaultTimeout(30_000);
	return { page: await context.newPage(), close: async () => await browser.close() };
}
