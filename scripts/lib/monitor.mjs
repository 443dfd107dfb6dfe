/**
 * Loaded into an n8n under test (`node --import`): ends it when the process that started it is gone, and tells that
 * process on request how long the event loop stalled and how much memory n8n took since the last reset.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

if (process.send) {
	// Two milliseconds: the timer's own period is part of what it measures.
	const delay = monitorEventLoopDelay({ resolution: 2 });
	delay.enable();
	let cpu = process.cpuUsage();

	const reset = () => {
		delay.reset();
		cpu = process.cpuUsage();
		try {
			writeFileSync('/proc/self/clear_refs', '5');
		} catch {
			// Only Linux can forget a peak; elsewhere it counts from the start of the process.
		}
	};
	const peak = () => {
		try {
			return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
		} catch {
			return process.resourceUsage().maxRSS * 1024;
		}
	};
	const inMegabytes = (bytes) => Math.round(bytes / 104857.6) / 10;

	process.on('message', (request) => {
		if (request?.monitor === undefined) return;
		const { user, system } = process.cpuUsage(cpu);
		process.send({
			monitor: request.monitor,
			stallMs: Math.round(delay.max / 1e5) / 10,
			peakMB: inMegabytes(peak()),
			rssMB: inMegabytes(process.memoryUsage.rss()),
			cpuSeconds: (user + system) / 1e6,
		});
		if (request.reset) reset();
	});
	process.on('disconnect', () => {
		try {
			// It leads a process group of its own, its task runner is in it.
			process.kill(-process.pid, 'SIGKILL');
		} catch {
			process.kill(process.pid, 'SIGKILL');
		}
	});
	process.channel.unref();
}
