/**
 * A new user's hand: it presses the mouse, and types. Both are counted: a click, and a drag as one click more; a value that
 * is typed, as one. Keys that type nothing (Escape to close a form, an arrow and Enter to take what a search has found) are
 * pressed uncounted.
 */
import type { Locator, Page } from 'playwright-core';

import { drag } from '../../n8n/browser';

export class Hand {
	clicks = 0;
	typed = 0;

	constructor(private readonly page: Page) {}

	async click(what: Locator): Promise<void> {
		this.clicks++;
		await what.click();
	}

	async drag(from: Locator, to: Locator): Promise<void> {
		this.clicks++;
		await drag(this.page, from, to);
	}

	/** Into whatever has the focus: what was clicked, or what the editor has put it into. */
	async type(text: string): Promise<void> {
		this.typed++;
		await this.page.keyboard.type(text, { delay: 20 });
	}

	async press(key: 'Escape' | 'Enter' | 'ArrowDown'): Promise<void> {
		await this.page.keyboard.press(key);
	}
}
