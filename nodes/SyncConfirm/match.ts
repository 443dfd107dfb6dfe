/**
 * Ties by content, for nodes that do not say which of their input items an item was made from: by a field that the user
 * names, or by an item that holds all that one plan, and only that one, has put out.
 */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { canonical } from '../../sync/canonical';
import type { Fields, Value } from '../../sync/types';
import type { Tie } from '../shared/errand';
import { finder } from '../shared/field';
import { jsonFields } from '../shared/json';
import { text } from '../shared/parameters';
import { allTies } from './trace';

type Match = (json: Fields) => Tie[];

/** Asked only where pairing failed, so nothing is made before. */
export function matcher(context: IExecuteFunctions): Match {
	let matches: Match[] | undefined;
	return (json) => {
		matches ??= matchesOf(context);
		for (const match of matches) {
			const found = match(json);
			if (found.length === 1) return found;
		}
		return [];
	};
}

function matchesOf(context: IExecuteFunctions): Match[] {
	const planned = allTies(context);
	const { parameters } = context.getNode();
	const field = finder(parameters['matchField'], 'matchField', 'Match By');
	const named = field ? [byField(planned, field, text(parameters['matchField']).split('.').at(-1)!)] : [];
	return [...named, byAll(planned)];
}

type Planned = { tie: Tie; item: INodeExecutionData }[];

function byField(planned: Planned, find: NonNullable<ReturnType<typeof finder>>, name: string): Match {
	const ties = new Map<string, Tie[]>();
	for (const { tie, item } of planned) {
		const value = text(item.json[name] ?? desiredOf(tie)[name]);
		if (value !== '') add(ties, value, tie);
	}
	return (json) => ties.get(text(find(json, () => undefined))) ?? [];
}

/** By all fields that were put out together: plans with the same names are looked up at once. */
function byAll(planned: Planned): Match {
	const kinds = new Map<string, { names: string[]; ties: Map<string, Tie[]> }>();
	for (const { tie, item } of planned) {
		const fields = jsonFields(item.json);
		const names = Object.keys(fields).sort();
		const kind = kinds.get(canonical(names)) ?? { names, ties: new Map<string, Tie[]>() };
		kinds.set(canonical(names), kind);
		add(kind.ties, valuesOf(fields, names)!, tie);
	}
	return (json) => {
		const found = [...kinds.values()].flatMap(({ names, ties }) => ties.get(valuesOf(json, names) ?? '') ?? []);
		return [...new Set(found)];
	};
}

/** Undefined where a name is missing. A number and its text are alike. */
function valuesOf(fields: Fields, names: string[]): string | undefined {
	if (!names.every((name) => Object.hasOwn(fields, name))) return undefined;
	const plain = (value: Value) => (typeof value === 'object' ? value : String(value));
	return canonical(names.map((name) => plain(fields[name]!)));
}

function desiredOf({ errand }: Tie): Fields {
	return 'heal' in errand ? errand.heal.link.fields : errand.desired;
}

function add(ties: Map<string, Tie[]>, value: string, tie: Tie): void {
	const known = ties.get(value);
	if (known) known.push(tie);
	else ties.set(value, [tie]);
}
