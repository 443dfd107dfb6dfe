/** What other nodes made of a plan in, outcomes out. What follows from them is in `sync/answer.ts`. */
import { setImmediate } from 'node:timers/promises';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { answer, type Answer, type Said } from '../../sync/answer';
import type { Applied } from '../../sync/context';
import { ExternalDestination, type Errand } from '../../sync/external';
import type { Stamp } from '../../sync/items';
import { nameOf, outcome, sentence } from '../../sync/outcome';
import type { Fields } from '../../sync/types';
import type { Tie } from '../shared/errand';
import { asNodeError } from '../shared/errors';
import { failureOf } from '../shared/failed';
import { finder, type Finder } from '../shared/field';
import { jsonFields } from '../shared/json';
import { text } from '../shared/parameters';
import { doubtLedger, openLedger } from '../shared/ledger';
import { Output } from '../shared/output';
import { retryPolicy } from '../shared/retry';
import { hint, liveHints } from '../shared/summary';
import { isBlankItem } from '../SourceWinsMapping/stamp';
import { failed, idOf, shown } from './said';
import { matcher } from './match';
import { tracer } from './trace';
import { openEnded } from '../../sync/ends';

const BREATH = 25;

interface Answered {
	tie: Tie;
	item: number;
	said: Said;
}

/** Runs the node. Throws where nothing can be told the ledger: then what was planned is planned again. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const output = new Output({ includeUnchanged: false });
	try {
		const { answers, lost } = await gather(context);
		for (const { index, message, todo } of lost) output.trouble(message, todo, index);
		if (lost.length > 0)
			context.addExecutionHints(hint(`${lost.length} items: ${lost[0]!.message}. ${lost[0]!.todo}`, 'warning'));
		for (const [where, group] of byDestination(answers)) await settle(context, where, group, output);
	} catch (error) {
		await doubtLedger();
		throw asNodeError(context.getNode(), error);
	}
	const [synced, , gone] = output.items;
	return [synced!, gone!];
}

interface Reading {
	path: Finder | undefined;
	/** What only a write that went well puts out. */
	proof?: { name: string; find: Finder };
}

interface Lost {
	index: number;
	message: string;
	todo: string;
}

/** What each plan came to: the first answer counts, and a failure more than any other. */
async function gather(context: IExecuteFunctions): Promise<{ answers: Answered[]; lost: Lost[] }> {
	const { parameters } = context.getNode();
	const proof = text(parameters['proof']);
	const reading: Reading = {
		path: finder(parameters['newId'], 'newId', 'New ID'),
		...(proof !== '' && { proof: { name: proof, find: finder(proof, 'proof', 'Only If There Is')! } }),
	};
	const trace = tracer(context);
	const failure = failureOf(context);
	const byContent = matcher(context);
	const answers = new Map<Tie, Answered>();
	const lost: Lost[] = [];
	let breathed = performance.now();
	for (const [index, item] of context.getInputData().entries()) {
		const json = jsonFields(item.json);
		const reason = failure(item);
		const traced = trace(index);
		const ties = traced.ties.length > 0 ? traced.ties : byContent(json);
		if (ties.length === 0) lost.push(unpaired(index, traced.lostAt, reason));
		for (const tie of ties) {
			const said = saidOf(item, json, tie, reading, reason);
			const known = answers.get(tie);
			if (!known || (known.said.ok && !said.ok)) answers.set(tie, { tie, item: index, said });
		}
		if (performance.now() - breathed > BREATH) {
			await setImmediate();
			breathed = performance.now();
		}
	}
	return { answers: [...answers.values()], lost };
}

function saidOf(
	item: INodeExecutionData,
	json: Fields,
	{ errand }: Tie,
	{ path, proof }: Reading,
	reason: string | undefined,
): Said {
	if (reason !== undefined) return failed(item, reason);
	const deletes = 'plan' in errand && errand.plan.action === 'delete';
	if (isBlankItem(item) && !deletes)
		return failed(
			{ json: { error: { code: '404' } } },
			'the node behind the plan put nothing out for it, so that nothing was written',
		);
	if (proof && !deletes && (proof.find(json, () => undefined) ?? null) === null)
		return failed(item, `the node that should write it put out no “${proof.name}”, so that nothing was written`);
	return { ok: true, id: idOf(json, path), fields: shown(json) };
}

function unpaired(index: number, lostAt: string | undefined, reason: string | undefined): Lost {
	const failure = reason === undefined ? '' : `, which says: ${openEnded(reason)}`;
	return lostAt === undefined
		? {
				index,
				message: 'An item does not come from a Plan node',
				todo: 'Put this node behind the nodes that write what Sync To Any Node: Plan puts out.',
			}
		: {
				index,
				message: `The node “${lostAt}” does not say which of its input items an item was made from${failure}`,
				todo: 'Let it work item by item (in a database node: Query Batching, Independently), or name in Match By a field that it puts out. Until then, what it wrote is planned again after the time to confirm.',
			};
}

function byDestination(answers: Answered[]): Map<string, Answered[]> {
	const groups = new Map<string, Answered[]>();
	for (const one of answers) {
		const { errand, where } = one.tie;
		const name = JSON.stringify([errand.destination, where]);
		const group = groups.get(name);
		if (group) group.push(one);
		else groups.set(name, [one]);
	}
	return groups;
}

async function settle(context: IExecuteFunctions, _name: string, group: Answered[], output: Output): Promise<void> {
	const { errand, where, attempts } = group[0]!.tie;
	const ledger = await openLedger();
	const stamps = new Map<number, Stamp>();
	for (const { item, tie } of group) if ('stamp' in tie.errand) stamps.set(item, tie.errand.stamp);
	const isTest = (one: Answered) => 'test' in one.tie.errand && one.tie.errand.test === true;
	const inTest = context.getMode() === 'manual';
	const applied: Applied = { outcomes: [], held: [], waiting: 0, intended: 0 };
	const real = group.filter((one) => !isTest(one));
	if (real.length > 0 && !inTest) {
		const answers = real.map(({ item, tie, said }): Answer => ({ item, errand: tie.errand, said }));
		const done = await answer(answers, {
			ledger,
			destination: new ExternalDestination({ name: where }),
			row: { id: errand.destination, epoch: 0, firstWrite: 'passed' },
			secret: await ledger.secret(),
			where,
			retry: retryPolicy(attempts),
			leaseTtl: 0,
			writeTtl: 0,
			clock: () => performance.now(),
		});
		applied.outcomes.push(...done.outcomes);
	} else if (real.length > 0) {
		context.addExecutionHints(
			hint(`${real.length} answers to plans of a production run were left alone: this is a test.`, 'warning'),
		);
	}
	for (const one of group.filter(isTest)) {
		const { said, tie, item } = one;
		const { stamp, desired, link, plan, destination } = tie.errand as Errand;
		const record = { item, fields: desired, stamp };
		if (!said.ok)
			applied.outcomes.push(
				outcome(record, 'failed', where, sentence('failed', nameOf(record), where, [], said.error.message)),
			);
		else {
			const id = plan.action === 'create' ? said.id : plan.counterpart;
			if (id !== undefined && destination !== 0)
				await ledger.keepCounterpart(destination, link.key, link.part, id);
			applied.outcomes.push(
				outcome(record, plan.action === 'create' ? 'created' : 'updated', where, undefined, {
					changes: 'changes' in plan ? plan.changes : [],
					...(id !== undefined && { counterpart: id }),
				}),
			);
		}
	}
	for (const one of applied.outcomes) output.outcome(one, stamps.get(one.item ?? -1));
	context.addExecutionHints(...liveHints(applied, undefined, where, { passed: 0 }));
}
