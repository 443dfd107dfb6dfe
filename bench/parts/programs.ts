/** Command-line programs that benchmarks measure. */
import { spawn } from 'node:child_process';

/** Runs a program to its end; what it prints is read and thrown away, as fast as it comes. */
export async function ended(program: string, args: string[]): Promise<void> {
	const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	child.stdout.resume();
	child.stderr.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-2000)));
	const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
	if (code !== 0) throw new Error(`${program} ended with ${String(code)}: ${said}`);
}
