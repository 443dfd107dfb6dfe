/** What was done over time, as bars. */
import type { Stretch } from '../sync/look';
import { html, type Html } from './html';
import { number, whole, type Moment } from './words';

const WIDTH = 380;
const HEIGHT = 130;
const LEFT = 40;
const TOP = 26;
const BOTTOM = 20;

const SERIES = [
	{ of: 'changes', title: 'Changes written', colour: 'var(--bar)' },
	{ of: 'heals', title: 'Edits written back (healed)', colour: 'var(--heal)' },
	{ of: 'failures', title: 'Failures', colour: 'var(--bad)' },
] as const;

/** Three charts: changes, heals and failures. */
export function charts(stretches: Stretch[], moment: Moment): Html {
	return html`<div class="charts">
		${SERIES.map(
			({ of, title, colour }) =>
				html`<div class="card">
					${bars(
						stretches.map((one) => ({ at: one.at, count: one[of] })),
						title,
						colour,
						moment,
					)}
				</div>`,
		)}
	</div>`;
}

function bars(values: { at: number; count: number }[], title: string, colour: string, moment: Moment): Html {
	const total = values.reduce((sum, { count }) => sum + count, 0);
	const most = Math.max(1, ...values.map(({ count }) => count));
	const step = (WIDTH - LEFT) / Math.max(1, values.length);
	const height = HEIGHT - TOP - BOTTOM;
	const [first, last] = [values[0], values.at(-1)];
	return html`<svg
		viewBox="0 0 ${WIDTH} ${HEIGHT}"
		width="100%"
		role="img"
		aria-label="${title}: ${number(total)} in all"
	>
		<text class="t" x="0" y="13">${title}: ${number(total)}</text>
		<text x="${LEFT - 6}" y="${TOP + 9}" text-anchor="end">${number(most)}</text>
		<text x="${LEFT - 6}" y="${HEIGHT - BOTTOM}" text-anchor="end">0</text>
		<line x1="${LEFT}" x2="${WIDTH}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM}" stroke="var(--line)" />
		${values.map(({ at, count }, n) => {
			// What happened at all can be seen.
			const tall = count === 0 ? 0 : Math.max(2, (count / most) * height);
			return (
				count > 0 &&
				html`<rect
					x="${(LEFT + n * step + 0.5).toFixed(1)}"
					y="${(HEIGHT - BOTTOM - tall).toFixed(1)}"
					width="${Math.max(1, step - 1).toFixed(1)}"
					height="${tall.toFixed(1)}"
					rx="1.5"
					fill="${colour}"
					><title>${whole(at, moment)}: ${number(count)}</title></rect
				>`
			);
		})}${first && html`<text x="${LEFT}" y="${HEIGHT - 5}">${day(first.at, moment)}</text>`}${last && html`<text x="${WIDTH}" y="${HEIGHT - 5}" text-anchor="end">${day(last.at, moment)}</text>`}
	</svg>`;
}

function day(at: number, moment: Moment): string {
	return whole(at, moment).replace(/:\d\d$/u, '');
}
