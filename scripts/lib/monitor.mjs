/**
 * Loaded into an n8n under test (`node --import`): ends it when the process that started it is gone, and tells that
 * process on request how long the event loop stalled and how much memory n8n took since the last reset. With `profile` in
 * the request it also samples whose code runs, from one request to the next.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Stalls longer than this are told one by one, in milliseconds; a timer of this beat sees them. */
const LONG = 100;
const BEAT = 10;

if (process.send) {
	// Two milliseconds: the timer's own period is part of what it measures.
	const delay = monitorEventLoopDelay({ resolution: 2 });
	delay.enable();
	let cpu = process.cpuUsage();

	let stalls = [];
	let last = look();
	setInterval(() => {
		const now = look();
		const ms = now.at - last.at - BEAT;
		// What its own thread computed meanwhile: less, where it only waited for a processor.
		if (ms > LONG) stalls.push({ at: last.at, ms, cpuMs: now.cpu - last.cpu });
		last = now;
	}, BEAT).unref();

	let session;
	const profile = async (file) => {
		if (session) {
			const { profile: samples } = await session.post('Profiler.stop');
			session.disconnect();
			session = undefined;
			writeFileSync(file, JSON.stringify(samples));
		} else {
			session = new Session();
			session.connect();
			await session.post('Profiler.enable');
			await session.post('Profiler.setSamplingInterval', { interval: 1000 });
			await session.post('Profiler.start');
		}
	};

	const reset = () => {
		delay.reset();
		stalls = [];
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

	process.on('message', async (request) => {
		if (request?.monitor === undefined) return;
		if (request.profile !== undefined) await profile(request.profile);
		const { user, system } = process.cpuUsage(cpu);
		process.send({
			monitor: request.monitor,
			stallMs: Math.round(delay.max / 1e5) / 10,
			peakMB: inMegabytes(peak()),
			rssMB: inMegabytes(process.memoryUsage.rss()),
			cpuSeconds: (user + system) / 1e6,
			stalls,
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

/** The moment on the clock that a profile's samples carry, and what this thread has computed so far; in milliseconds. */
function look() {
	const { user, system } = process.threadCpuUsage();
	return { at: Number(process.hrtime.bigint()) / 1e6, cpu: (user + system) / 1000 };
}
