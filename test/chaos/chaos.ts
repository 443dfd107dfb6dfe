/**
 * Faults while syncing. A driver edits both sides, a tormentor kills and cuts; when it has had enough, both sides are
 * given time to become equal, and are compared.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { Driver } from './driver';
import { Instances } from './instances';
import { clean, Judge, type Verdict } from './judge';
import { Published } from './published';
import { Random } from './random';
import { Strangers } from './strangers';
import { Torment } from './torment';
import { sub, type Wiring } from './workflows';
import { startDestination, startSource, type Place } from './world';

const PEOPLE = 300;
/** After the last fault: leases of two minutes, retries after half a minute and more, a killed worker's run after 90 s. */
const PATIENCE = 12 * 60_000;
/** Equal once is not enough: it has to last longer than the leases do, whatever was still on its way. */
const QUIET = 130_000;

interface Asked {
	seed: number;
	rounds: number;
	queue: boolean;
	keep: boolean;
}

function read(rest: string[]): Asked {
	const number = (name: string, otherwise: number) => {
		const at = rest.indexOf(name);
		const given = at < 0 ? otherwise : Number(rest[at + 1]);
		if (!Number.isInteger(given) || given < 0) throw new Error(`${name} wants a whole number`);
		return given;
	};
	return {
		seed: number('--seed', 1),
		rounds: number('--rounds', 20),
		queue: rest.includes('--queue'),
		keep: rest.includes('--keep'),
	};
}

const say = (text: string) => void process.stderr.write(`${text}\n`);

export async function run(rest: string[]): Promise<{ result: object; held: boolean }> {
	const asked = read(rest);
	const began = Date.now();
	const opened: Place[] = [];
	const n8n = new Instances(asked.queue);
	try {
		say(`· seed ${asked.seed}, ${asked.rounds} rounds${asked.queue ? ', queue mode' : ''}: starting …`);
		const [source, destination] = await Promise.all([startSource(), startDestination()]);
		opened.push(source, destination);
		await n8n.start();
		const driver = new Driver(new Random(asked.seed), source, destination);
		await driver.fill(PEOPLE);
		const random = new Random(asked.seed + 1_000_003);
		const published = new Published(random, n8n, await wire(n8n, source, destination));
		await published.start();
		const strangers = new Strangers(source, destination);
		const torment = new Torment(random, n8n, source, destination, published, driver, strangers, asked.rounds, say);
		const judge = new Judge(source, destination, driver, strangers);

		say('· tormenting …');
		driver.start();
		await torment.run();
		await driver.stop();

		say('· waiting for both sides to become equal …');
		const look = async () => {
			const released = await published.release();
			if (released) say(`  ${released}`);
			return await judge.look((table) => published.loud(table));
		};
		const { verdict, seconds } = await settled(look, judge);
		if (!clean(verdict)) {
			for (const finding of judge.findings.slice(0, 40)) say(`  ${finding}`);
			const keys = judge.findings.flatMap((finding) => /person (\d+)/u.exec(finding)?.[1] ?? []);
			for (const link of await n8n.ledger.about([...new Set(keys)].slice(0, 12)))
				say(`  ${JSON.stringify(link)}`);
			if (asked.keep) say(`  kept: ${[n8n.main, ...n8n.workers].map(({ folder }) => folder).join(' ')}`);
		}
		const canceled = await n8n.main.api.executions({ status: 'canceled' });
		const result = {
			seed: asked.seed,
			queue: asked.queue,
			kills: torment.kills,
			edits: driver.edits,
			seconds: Math.round((Date.now() - began) / 1000),
			...verdict,
			convergedAfterSeconds: seconds,
			rowsWrittenMeanwhile: torment.written,
			killed: torment.killed,
			cuts: torment.cuts,
			doubled: torment.doubled,
			runs: {
				stopped: torment.stopped,
				timedOut: Math.max(0, canceled.length - torment.stopped),
				putAway: torment.parked.size,
			},
			publishedAnew: published.edited,
			strangers: strangers.count,
			holdsReleased: published.released,
		};
		return { result, held: clean(verdict) };
	} finally {
		await n8n.stop({ keep: asked.keep });
		for (const place of opened) await place.close();
	}
}

/** Waits until all is well and stays so. What will not mend itself (a twin, a write to the source) ends the wait early. */
async function settled(look: () => Promise<Verdict>, judge: Judge): Promise<{ verdict: Verdict; seconds: number }> {
	const began = performance.now();
	let well: number | undefined;
	let told = 0;
	for (;;) {
		const verdict = await look();
		const at = performance.now();
		const open = verdict.lost + verdict.notConverged;
		if (open > 0) well = undefined;
		else well ??= at;
		const seconds = Math.round(((well ?? at) - began) / 1000);
		if (well !== undefined && at - well > QUIET) return { verdict, seconds };
		if (well === undefined && at - began > PATIENCE) return { verdict, seconds };
		if (at - told > 20_000) {
			say(
				open > 0
					? `  ${open} still differ, such as: ${judge.findings[0]}`
					: '  equal; looking whether it stays so …',
			);
			told = at;
		}
		await sleep(1000);
	}
}

async function wire({ main: { api } }: Instances, source: Place, destination: Place): Promise<Wiring> {
	const credential = async ({ name, proxy, database }: Place) => ({
		postgres: await api.createCredential(name, 'postgres', {
			host: proxy.host,
			port: proxy.port,
			database,
			user: 'sync',
			password: 'none needed',
			ssl: 'disable',
			sshTunnel: false,
			allowUnauthorizedCerts: false,
			maxConnections: 5,
		}),
	});
	const between = await api.createWorkflow(sub);
	await api.activate(between.id);
	return { source: await credential(source), destination: await credential(destination), sub: between.id };
}
