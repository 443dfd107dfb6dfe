/** Chromium without a window, signed in by HTTP basic authentication. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { chromium, type Page } from 'playwright-core';

export interface Visitor {
	page: Page;
	close(): Promise<void>;
}

export async function openBrowser(who: { user: string; password: string }): Promise<Visitor> {
	const browser = await chromium.launch({
		executablePath: chromiumPath(),
		args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
	});
	const context = await browser.newContext({
		httpCredentials: { username: who.user, password: who.password },
		viewport: { width: 1280, height: 900 },
		deviceScaleFactor: 1.5,
		colorScheme: 'light',
	});
	context.setDefaultTimeout(30_000);
	return { page: await context.newPage(), close: async () => await browser.close() };
}

/** Where Debian, or whoever, has put it. */
export function chromiumPath(): string {
	const found = (process.env['PATH'] ?? '')
		.split(delimiter)
		.flatMap((path) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(path, name)))
		.find((path) => existsSync(path));
	if (found === undefined) throw new Error('no Chromium is installed');
	return found;
}
