/** Desired records in, plans out: what to create, update and remove. Written ahead in the ledger; Confirm tells the end. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { checkMatch } from '../../sync/check';
import { ExternalDestination, type Errand } from '../../sync/external';
import type { DesiredItem } from '../../sync/items';
import { linkName } from '../../sync/key';
import type { Ledger } from '../../sync/ledger';
import { preview, type Previewed } from '../../sync/preview';
import { planForReview } from '../../sync/review';
import { SyncError } from '../../sync/types';
import { runFrame } from '../shared/destination/frame';
import { asNodeError, asSyncError } from '../shared/errors';
import type { LiveItem } from '../shared/incoming';
import { ledgerIfAny } from '../shared/ledger';
import { runLive } from '../shared/live';
import { hint, liveHints, testHints } from '../shared/summary';
import { chosen } from '../shared/test-run';
import { PlanOutput } from './output';
import { readSettings, type Settings } from './settings';
import { believe, readStanding } from './standing';

/** How long a plan waits for a person. */
const APPROVAL = 7 * 24 * 60 * 60 * 1000;

/** Runs the node. Throws only for settings that cannot be meant, and in a test run. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	try {
		const settings = readSettings(context);
		const output = new PlanOutput(settings);
		await runFrame(context, {
			told: output.told,
			mode: settings.mode,
			unapplied: 'no Plan node that takes approved plans stands behind this one',
			deed: 'planned',
			test: async (items) => await test(context, items, settings, output),
			live: async (items, using) => await live(context, items, settings, output, using),
		});
		return output.items;
	} catch (error) {
		throw asNodeError(context.getNode(), error);
	}
}

async function test(
	context: IExecuteFunctions,
	items: DesiredItem[],
	settings: Settings,
	output: PlanOutput,
): Promise<void> {
	const { id, name } = context.getNode();
	const external = await openExternal(context, settings);
	const where = external.target.text;
	const { stamp } = items[0]!;
	const ledger = await ledgerIfAny();
	const looked =
		ledger &&
		(await ledger.look(
			stamp.id,
			stamp.for.includes(id) ? id : name,
			external.target.id,
			items.map((item) => item.stamp.key),
		));
	const destination = looked?.destination ?? 0;
	const problem = checkMatch(items, where);
	if (problem) throw problem;
	const previewed = await preview(items, {
		destination: external,
		external,
		links: new Map(looked?.links.map((link) => [linkName(link), link])),
		ledger: looked?.destination !== undefined ? ledger! : { sharers: async () => [] },
		row: { id: destination },
		secret: ledger ? await ledger.secret() : '',
		where,
	});
	const writing = new Set(chosen(previewed, settings.testWrites));
	checkTestWrites(writing, external, destination);
	// What would be done comes first; a page of records in sync would hide it.
	const idle = ({ outcome }: Previewed) => Number(outcome.action === 'none');
	for (const one of [...previewed].sort((a, b) => idle(a) - idle(b))) {
		const { item, outcome, planned } = one;
		if (!writing.has(one)) output.told.preview(outcome, item.stamp);
		else output.errand(item.item, testErrand(planned!, destination));
	}
	context.addExecutionHints(
		...testHints(
			previewed.map(({ outcome }) => outcome),
			where,
		),
		...(writing.size > 0
			? [hint(`${writing.size} left by Create or Update, as Write in Test Runs says.`, 'warning')]
			: []),
	);
}

/** What a test creates must be found again by the real run. */
function checkTestWrites(writing: Set<Previewed>, { seen }: ExternalDestination, destination: number): void {
	const creates = [...writing].some(({ planned }) => planned?.plan.action === 'create');
	if (creates && !seen && destination === 0)
		throw new SyncError('setup', 'A record that this test creates would be created again by the first real run.', {
			todo: 'Connect what stands in the destination to the second input, or let the published workflow run once before.',
		});
}

function testErrand({ one, plan }: NonNullable<Previewed['planned']>, destination: number): Errand {
	const { item, link, actual } = one;
	const { key, part, version, attempts, told, counterpart } = link;
	return {
		destination,
		run: 0,
		revision: 0,
		stamp: item.stamp,
		desired: item.fields,
		link: { key, part, version, attempts, told, counterpart },
		plan: plan as Errand['plan'],
		before: actual[0]?.fields ?? {},
		test: true,
	};
}

async function live(
	context: IExecuteFunctions,
	items: LiveItem[],
	settings: Settings,
	output: PlanOutput,
	{ ledger, applier, passed }: { ledger: Ledger; applier: string | undefined; passed: number },
): Promise<void> {
	const { mode } = settings;
	const external = await openExternal(context, settings, { ledger, group: items }).catch(asSyncError);
	const rest =
		mode === 'plan' && external instanceof ExternalDestination
			? await showPlans(context, ledger, items, external, output)
			: items;
	if (rest.length === 0) return;
	const how = {
		...(mode !== 'write' && { reviewed: true }),
		...(mode === 'plan' && applier !== undefined && { as: applier }),
		attempts: settings.attempts,
		writeTtl: settings.confirmTtl,
		...(external instanceof ExternalDestination && { external }),
	};
	const { applied, swept, unrouted, where, stamp } = await runLive(context, ledger, rest, external, how);
	const stamps = new Map(items.map((one) => [one.item, one.stamp]));
	for (const outcome of applied.outcomes) output.told.outcome(outcome, stamps.get(outcome.item ?? -1) ?? stamp);
	for (const held of applied.held) output.told.hold(held, where, stamp);
	if (external instanceof ExternalDestination)
		for (const { item, errand } of external.errands) output.errand(item ?? items[0]!.item, errand);
	context.addExecutionHints(planned(output), ...liveHints(applied, swept, where, { passed, unrouted }));
}

/** Puts out what a person has to approve, and keeps it for so long; answers with what needs no write. */
async function showPlans(
	context: IExecuteFunctions,
	ledger: Ledger,
	items: LiveItem[],
	external: ExternalDestination,
	output: PlanOutput,
): Promise<LiveItem[]> {
	const { node, stamp } = items[0]!;
	const keys = items.map((item) => item.stamp.key);
	const looked = await ledger.look(stamp.id, node, external.target.id, keys);
	const { planned: waiting, rest } = await planForReview(items, {
		destination: external,
		external,
		links: new Map(looked.links.map((link) => [linkName(link), link])),
		ledger: looked.destination === undefined ? { sharers: async () => [] } : ledger,
		row: { id: looked.destination ?? 0 },
		secret: await ledger.secret(),
		where: external.target.text,
	});
	for (const { item, outcome, plan } of waiting) output.plan(outcome, item.stamp, plan);
	if (waiting.length === 0) return rest;
	for (const run of new Set(waiting.flatMap(({ item }) => item.stamp.run ?? [])))
		await ledger.renewRun(run, APPROVAL);
	context.addExecutionHints(hint(`${waiting.length} plans wait for approval; nothing was written.`, 'info'));
	return rest;
}

/** Throws {@link SyncError} where what stands there cannot be told. */
async function openExternal(
	context: IExecuteFunctions,
	{ destination: name, standing: where, again }: Settings,
	sync?: { ledger: Ledger; group: LiveItem[] },
): Promise<ExternalDestination> {
	const standing = where && (await readStanding(context, where));
	const external = new ExternalDestination({ name, again, ...(standing && { standing }) });
	if (standing && sync) {
		const { stamp, node } = sync.group[0]!;
		const { destination } = await sync.ledger.look(stamp.id, node, external.target.id, []);
		if (destination !== undefined) await believe(sync.ledger, destination, standing);
	}
	return external;
}

function planned(output: PlanOutput) {
	const { create, update, remove } = output.counts;
	return hint(`${create} to create, ${update} to update, ${remove} to remove.`, 'info');
}
