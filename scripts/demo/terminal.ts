/** How the demo looks in a terminal: plain ANSI, none of it where the output is no terminal or NO_COLOR is set. */

const isTerminal = process.stderr.isTTY === true && process.env['TERM'] !== 'dumb';
const colours = isTerminal && !process.env['NO_COLOR'];
const paint = (code: string) => (text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint('1');
export const dim = paint('2');
export const red = paint('31');
export const green = paint('32');
export const yellow = paint('33');
export const cyan = paint('36');

const WIDTH = 96;
const GUTTER = '     ';

export function say(text = ''): void {
	process.stderr.write(`${text}\n`);
}

/** `was → now` of one field. */
export function change(field: string, was: unknown, now: unknown): string {
	return `${field}: ${red(show(was))} ${dim('→')} ${green(show(now))}`;
}

function show(value: unknown): string {
	return value === null || value === undefined ? 'empty' : `“${String(value)}”`;
}

export function heading(number: number, title: string): void {
	say(`\n ${bold(cyan(String(number).padStart(2)))}  ${bold(title)}`);
}

/** A paragraph in the gutter's column. */
export function tell(text: string): void {
	for (const part of wrapped(text)) say(GUTTER + part);
}

export function did(where: string, text: string): void {
	say(`${GUTTER}${yellow('✎')} ${dim(`${where}:`)} ${text}`);
}

export function detail(text: string): void {
	for (const part of wrapped(text, WIDTH - 2)) say(`${GUTTER}  ${part}`);
}

/** Something that was to hold, and whether it does. */
export function verdict(holds: boolean, text: string, seconds?: number): void {
	const mark = holds ? green('✓') : red('✗');
	const time = seconds === undefined ? '' : dim(`  ${seconds.toFixed(1)} s`);
	say(`${GUTTER}${mark} ${holds ? text : red(text)}${time}`);
}

/** Shows that something is waited for, while it is; only in a terminal. */
export async function waiting<T>(text: string, work: Promise<T>): Promise<T> {
	if (!isTerminal) return await work;
	const start = performance.now();
	const draw = () => {
		const seconds = Math.floor((performance.now() - start) / 1000);
		process.stderr.write(`\r${GUTTER}${dim(`… ${text} ${seconds} s`)}\u001b[K`);
	};
	draw();
	const timer = setInterval(draw, 1000);
	try {
		return await work;
	} finally {
		clearInterval(timer);
		process.stderr.write('\r\u001b[K');
	}
}

/** Lines of at most that many characters; colours are not counted. */
function wrapped(text: string, width = WIDTH): string[] {
	const lines: string[] = [];
	for (const paragraph of text.split('\n')) {
		let current = '';
		let length = 0;
		for (const word of paragraph.split(' ')) {
			const visible = word.replace(/\u001b\[\d+m/gu, '').length;
			if (current !== '' && length + 1 + visible > width) {
				lines.push(current);
				current = '';
				length = 0;
			}
			current += current === '' ? word : ` ${word}`;
			length += visible + (length > 0 ? 1 : 0);
		}
		lines.push(current);
	}
	return lines;
}
