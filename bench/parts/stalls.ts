/** Whose code ran while n8n's event loop answered nothing, by a CPU profile of its main thread. */
import { readFileSync } from 'node:fs';

import type { Stall } from '../../test/n8n/harness';

interface Profile {
	nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number }; children?: number[] }[];
	/** Microseconds of the system's steady clock. */
	startTime: number;
	samples: number[];
	timeDeltas: number[];
}

export interface Blamed extends Stall {
	/** Milliseconds of each party, and the functions that took most. */
	by: string;
	oursMs: number;
}

const OURS = /n8n-nodes-one-way-sync/u;

/** Each sample counts for the innermost function that belongs to a package: ours (its drivers too) or n8n's. */
export function blame(file: string, stalls: Stall[]): Blamed[] {
	const profile = JSON.parse(readFileSync(file, 'utf8')) as Profile;
	const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
	const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
	/** A sample's party, and where it stands in that party's code. */
	const party = (id: number): [string, string] => {
		const innermost = nodes.get(id)!.callFrame;
		if (innermost.functionName === '(garbage collector)') return ['garbage collector', ''];
		if (innermost.functionName === '(idle)') return ['idle', ''];
		for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
			const { url, functionName, lineNumber } = nodes.get(at)!.callFrame;
			if (!/node_modules|\/dist\//u.test(url)) continue;
			const path = url.replace(/^.*\/node_modules\//u, '');
			return [OURS.test(url) ? 'ours' : 'n8n', `${functionName || 'anonymous'} (${path}:${lineNumber + 1})`];
		}
		return ['node', innermost.functionName];
	};
	return stalls.map((stall) => {
		const [from, to] = [stall.at * 1000, (stall.at + stall.ms) * 1000 + 10_000];
		const parties = new Map<string, number>();
		const places = new Map<string, number>();
		let at = profile.startTime;
		profile.samples.forEach((id, n) => {
			const took = profile.timeDeltas[n]!;
			at += took;
			if (at < from || at > to) return;
			const [who, where] = party(id);
			parties.set(who, (parties.get(who) ?? 0) + took / 1000);
			if (where) places.set(`${who} ${where}`, (places.get(`${who} ${where}`) ?? 0) + took / 1000);
		});
		const list = (of: Map<string, number>, most: number) =>
			[...of]
				.sort(([, a], [, b]) => b - a)
				.slice(0, most)
				.map(([name, ms]) => `${name} ${Math.round(ms)}`)
				.join(', ');
		return { ...stall, oursMs: parties.get('ours') ?? 0, by: `${list(parties, 5)}; ${list(places, 6)}` };
	});
}
