/** Items in, one desired record out for each; what the user hears of it. The mapping itself is in `sync/mapping.ts`. */
import { setImmediate } from 'node:timers/promises';

import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import type { Stamp } from '../../sync/items';
import {
	compileMapping,
	mapEach,
	readsOutside,
	type Ask,
	type Desired,
	type Mapping,
	type MappingSettings,
	type Zones,
} from '../../sync/mapping';
import type { Evaluate, ValueSource } from '../../sync/mapping/value';
import { SyncError, type Fields } from '../../sync/types';
import { Report } from './report';
import { compileScope, type Scope } from './scope';
import { readSettings, zonesOf } from './settings';
import { findDropped, isBlankItem, readStamp, refusal } from './stamp';

/** n8n's event loop is let go at least this often, in milliseconds: real expressions are slow. */
const BREATH = 25;

/** Runs the node. Throws NodeOperationError where a setting is wrong or no item belongs to a sync. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = context
		.getInputData()
		.map((item, index) => ({ item, index }))
		.filter(({ item }) => !isBlankItem(item));
	if (items.length === 0) return [[]];
	const { settings, mapping, scope, zones } = compile(context);
	const report = new Report(settings);
	const stampOf = stamps(context, items, report);
	const daily = (scope?.outside ?? false) || sourcesOf(settings).some(readsOutside);
	const timeOf = (index: number, fields: Fields) => {
		const clock = { now: Date.now(), zone: zones.own };
		const flipsAt = scope?.flipsAt(fields, (at) => context.getNodeParameter(at, index), clock);
		return { ...(flipsAt !== undefined && { flipsAt }), ...(daily && { daily }) };
	};

	const output: INodeExecutionData[] = [];
	let breathed = performance.now();
	for (const { item, index } of items) {
		const { _sync: given, ...fields } = item.json as Fields;
		const stamp = stampOf(given, index);
		if (stamp === undefined) report.refused++;
		else {
			const seen: Seen = (view, ask) => (view === fields ? ask() : seenAs(item, view, stamp, ask));
			for (const { desired, fields: of } of mapOne(
				context,
				{ mapping, scope, settings },
				fields,
				stamp,
				seen,
				index,
			)) {
				report.add(stamp, of, desired);
				const time = seen(of, () => timeOf(index, of));
				output.push({
					json: { ...desired.fields, _sync: { ...stamp, ...desired.mapped, ...time } },
					pairedItem: { item: index },
				});
			}
		}
		if (performance.now() - breathed > BREATH) {
			await setImmediate();
			breathed = performance.now();
		}
	}
	context.addExecutionHints(...report.hints());
	return [output];
}

/** Everything in the settings that is asked of each record. */
function sourcesOf({ rows, removal, existing, elements }: MappingSettings): ValueSource[] {
	return [
		...(elements ? [elements.key] : []),
		...rows.map(({ value }) => value),
		...removal.rows.flatMap(({ set, onReturn }) => [set, onReturn]),
		...(existing.at === undefined ? [] : [existing.at]),
	];
}

interface Compiled {
	mapping: Mapping;
	scope: Scope | undefined;
	zones: Zones;
}

function compile(context: IExecuteFunctions): Compiled & { settings: MappingSettings } {
	const { parameters } = context.getNode();
	try {
		const settings = readSettings(parameters, context.getTimezone(), (at) => context.getNodeParameter(at, 0));
		const zones = zonesOf(parameters, context.getTimezone());
		return { settings, mapping: compileMapping(settings), scope: compileScope(parameters['scope'], zones), zones };
	} catch (error) {
		if (!(error instanceof SyncError)) throw error;
		throw new NodeOperationError(context.getNode(), error.message, { description: error.detail.todo });
	}
}

/** What a record becomes: one desired record, or one for each element of its list; each with the fields it was made from. */
function mapOne(
	context: IExecuteFunctions,
	{ mapping, scope, settings: { elements, removal } }: Omit<Compiled, 'zones'> & { settings: MappingSettings },
	fields: Fields,
	stamp: Stamp,
	seen: Seen,
	index: number,
): { desired: Desired; fields: Fields }[] {
	const sensitive = stamp.sensitive ?? [];
	const record = { fields, removed: stamp.change === 'removed', sensitive };
	const askOf = (view: Fields): Ask => {
		const evaluate: Evaluate = (at) => seen(view, () => context.getNodeParameter(at, index));
		return { evaluate, ...(scope !== undefined && { inScope: () => scope.decide(view, evaluate, sensitive) }) };
	};
	if (!elements) return [{ desired: mapping.map(record, askOf(fields)), fields }];
	return mapEach(mapping, { elements, deactivates: removal.kind === 'deactivate' }, record, askOf);
}

/** Asks while n8n's evaluator sees these fields of the record; the record itself it sees anyway. */
type Seen = <T>(view: Fields, ask: () => T) => T;

/** Lets n8n's evaluator see other fields in an item for as long as something is asked of it. */
function seenAs<T>(item: INodeExecutionData, fields: Fields, stamp: Stamp, ask: () => T): T {
	const { json } = item;
	item.json = { ...fields, _sync: stamp };
	try {
		return ask();
	} finally {
		item.json = json;
	}
}

/** Each item's own stamp; where a node before dropped it, the one of the item that n8n pairs it with. */
function stamps(context: IExecuteFunctions, items: { item: INodeExecutionData; index: number }[], report: Report) {
	const lost = items.find(({ item }) => readStamp(item.json['_sync']) === undefined);
	const dropped = lost === undefined ? undefined : findDropped(context, lost.index);
	if (dropped === undefined && items.every(({ item }) => readStamp(item.json['_sync']) === undefined)) {
		const { message, description } = refusal(context);
		throw new NodeOperationError(context.getNode(), message, { description });
	}
	report.droppedBy = dropped?.by;
	return (given: unknown, index: number): Stamp | undefined => {
		const stamp = readStamp(given) ?? dropped?.stampOf(index);
		if (stamp !== undefined && 'mapping' in stamp) {
			throw new NodeOperationError(context.getNode(), 'These items have been mapped already', {
				description: 'Use one Source-Wins Mapping between the trigger and each destination.',
				itemIndex: index,
			});
		}
		return stamp;
	};
}
