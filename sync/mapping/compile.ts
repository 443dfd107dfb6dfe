/** Compiles a mapping's settings, once, into the function that maps one record. */
import { set } from '../canonical';
import { isEmpty } from '../convert';
import { isKeyed } from '../fingerprint';
import type { Ask, Desired, Existing, Incoming, Mapped, Mapping, MappingError, Removal, Unseen } from '../mapping';
import type { ListKind } from '../lists';
import type { Need } from '../needs';
import type { Fields, Value } from '../types';
import { needOf } from './find';
import { checkSettings, type MappingSettings, type Row } from './settings';
import { ofSeveral } from './several';
import { compileTarget, unreadable, type Target } from './target';
import { resolve, touches, type ValueSource } from './value';

/** Compiles settings. Throws SyncError `setup` for the first that is wrong, naming the row. */
export function compileMapping(settings: MappingSettings): Mapping {
	checkSettings(settings);
	const mapFields = compileFields(settings);
	const removalOf = compileRemoval(settings);
	const existingOf = compileExisting(settings);
	const lists = listsOf(settings);
	return {
		map(record: Incoming, ask: Ask): Desired {
			const mapped = mapFields(record, ask);
			const scope = record.removed ? true : (ask.inScope?.() ?? true);
			const why = record.removed ? 'removed' : scope === false ? 'out of scope' : undefined;
			const removal = removalOf(record, ask, why !== undefined, mapped);
			const existing = existingOf(record, ask);
			const error =
				why === undefined
					? (scopeError(scope) ?? mapped.error ?? existing.error ?? removal.error)
					: removal.error;
			return {
				fields: mapped.fields,
				mapped: {
					action: error !== undefined ? 'fail' : why !== undefined ? 'remove' : 'write',
					...(why !== undefined && { why }),
					owned: mapped.owned,
					...(mapped.byName.length > 0 && { byName: mapped.byName }),
					once: mapped.once,
					...(mapped.fill.length > 0 && { fill: mapped.fill }),
					match: settings.match,
					sensitive: mapped.sensitive,
					removal: removal.removal,
					may: settings.may,
					existing: existing.existing,
					mapping: settings.fingerprint,
					...(lists !== undefined && { lists }),
					...(mapped.needs !== undefined && why === undefined && { needs: mapped.needs }),
					...(error !== undefined && { error }),
				} satisfies Mapped,
				...(mapped.unseen !== undefined && { unseen: mapped.unseen }),
			};
		},
	};
}

/** The same object for every record. */
function listsOf({ rows }: MappingSettings): Mapped['lists'] {
	const kinds = rows.flatMap(({ field, list }): [string, ListKind][] =>
		list === undefined || list === 'ordered' ? [] : [[field, list]],
	);
	return kinds.length === 0 ? undefined : Object.fromEntries(kinds);
}

function scopeError(scope: boolean | MappingError): MappingError | undefined {
	return typeof scope === 'object' ? scope : undefined;
}

type MappedFields = Required<Pick<Mapped, 'owned' | 'byName' | 'once' | 'fill' | 'sensitive'>> &
	Pick<Mapped, 'error'> & { fields: Fields; unseen: Unseen[] | undefined; needs: Need[] | undefined };

/** The rows, then what goes by its own name. */
function compileFields({ rows, byName, removal }: MappingSettings): (record: Incoming, ask: Ask) => MappedFields {
	const targets = rows.map((row, index) => {
		const { field, several } = row;
		// A list of several is made of values, each converted by itself.
		const { list: _list, ...single } = row;
		const of = several === 'list' ? single : row;
		const target = compileTarget(field, row.value, row.conversion, `Field ${index + 1} (“${field}”)`, of);
		return { ...row, ...target, ...(several && { value: ofSeveral(target, several) }) };
	});
	const hiddenIn = hiddenFields(rows.map((row) => [row.field, row.value]));
	const hiddenInRemoval = hiddenFields(
		removal.rows.flatMap((row) => [[row.field, row.set] as const, [row.field, row.onReturn] as const]),
	);
	const excepted = new Set([...(byName?.except ?? []), ...rows.map((row) => row.field)]);
	const [shareOwned, shareNamed, shareOnce, shareFill, shareSensitive] = [
		sharing(),
		sharing(),
		sharing(),
		sharing(),
		sharing(),
	];

	return (record, ask) => {
		const hidden = hiddenIn(record.sensitive);
		const sensitive = new Set(hidden);
		for (const name of hiddenInRemoval(record.sensitive)) sensitive.add(name);
		const fields: Fields = {};
		const lists: Record<Row['owner'], string[]> = { source: [], once: [], 'if empty': [] };
		const named: string[] = [];
		let error: MappingError | undefined;
		let unseen: Unseen[] | undefined;
		let needs: Need[] | undefined;
		for (const row of targets) {
			const found = row.value(record.fields, ask.evaluate, hidden.has(row.field));
			if (found.unseen) for (const value of found.unseen) (unseen ??= []).push({ field: row.field, value });
			if (!found.ok) error ??= found.error;
			else if (found.left) continue;
			else if (row.finds && !isEmpty(found.value)) {
				const { finds, field } = row;
				const many = Array.isArray(found.value) && (finds.kind === 'look up' || row.list !== undefined);
				const part = finds.kind === 'reference' && finds.part ? partOf(finds.part, record, ask) : undefined;
				const need = hidden.has(field) ? unfindable(field) : needOf({ field, finds }, found.value, many, part);
				if ('reason' in need) error ??= need;
				else {
					(needs ??= []).push(need);
					lists[row.owner].push(field);
				}
			} else if (!isEmpty(found.value) || (row.ifEmpty === 'write' && row.owner !== 'if empty')) {
				set(fields, row.field, found.value);
				lists[row.owner].push(row.field);
			}
		}
		if (byName !== undefined) {
			for (const [name, value] of Object.entries(record.fields)) {
				if (excepted.has(name)) continue;
				if (record.sensitive.includes(name)) sensitive.add(name);
				if (isKeyed(value)) error ??= unreadable(name);
				else if (byName.ifEmpty === 'write' || !isEmpty(value)) {
					set(fields, name, value);
					lists.source.push(name);
					named.push(name);
				}
			}
		}
		return {
			fields,
			owned: shareOwned(lists.source),
			byName: shareNamed(named),
			once: shareOnce(lists.once),
			fill: shareFill(lists['if empty']),
			sensitive: shareSensitive([...sensitive]),
			error,
			unseen,
			needs,
		};
	};
}

type RemovalOf = (
	record: Incoming,
	ask: Ask,
	removing: boolean,
	mapped: MappedFields,
) => { removal: Removal; error?: MappingError };

/** What is set on removal is asked for only when it is needed; what is set on return, always. */
function compileRemoval({ removal: { kind, rows } }: MappingSettings): RemovalOf {
	if (kind !== 'deactivate') {
		const removal: Removal = { kind, set: {}, onReturn: {} };
		return () => ({ removal });
	}
	const onRemoval = rows.map((row) =>
		compileTarget(row.field, row.set, row.conversion, `Set on removal of “${row.field}”`),
	);
	const onReturn = rows.map((row) =>
		compileTarget(row.field, row.onReturn, row.conversion, `Set on return of “${row.field}”`),
	);

	return (record, ask, removing, mapped) => {
		const removal: Removal = { kind, set: {}, onReturn: {} };
		let error: MappingError | undefined;
		const put = (into: Fields, target: Target, fails: boolean) => {
			const found = target.value(record.fields, ask.evaluate, touches(target.source, record.sensitive));
			if (found.ok) set(into, target.field, found.value);
			else if (fails) error ??= found.error;
		};
		if (removing) for (const target of onRemoval) put(removal.set, target, true);
		for (const target of onReturn) {
			if (mapped.owned.includes(target.field)) {
				set(removal.onReturn, target.field, mapped.fields[target.field]!);
			} else put(removal.onReturn, target, !removing);
		}
		return { removal, error };
	};
}

type ExistingOf = (record: Incoming, ask: Ask) => { existing: Existing; error?: MappingError };

function compileExisting({ existing: { which, since, at }, zone }: MappingSettings): ExistingOf {
	if (which !== 'newer' || at === undefined || since === undefined) {
		const existing: Existing = { which };
		return () => ({ existing });
	}
	const conversion = { as: 'date and time', zone } as const;
	const limit = compileTarget('Newer Than', { kind: 'constant', value: since }, conversion, 'Newer Than').value(
		{},
		() => null,
		false,
	);
	const plain: Existing = { which, since: limit.ok && typeof limit.value === 'string' ? limit.value : since };
	const target = compileTarget('Date of the Record', at, conversion, 'Date of the Record');
	return (record, ask) => {
		const found = target.value(record.fields, ask.evaluate, touches(at, record.sensitive));
		if (!found.ok) return { existing: plain, error: found.error };
		return { existing: typeof found.value === 'string' ? { ...plain, at: found.value } : plain };
	};
}

/** Which part is referred to; what cannot be had is none. */
function partOf(part: ValueSource, { fields }: Incoming, { evaluate }: Ask): Value {
	try {
		return resolve(part, fields, evaluate) ?? null;
	} catch {
		return null;
	}
}

/** Keys of references stand in the ledger as they are. */
function unfindable(field: string): MappingError {
	return {
		field,
		reason: 'A sensitive value cannot name another record.',
		todo: 'Refer to it by another field, or take this one out of the sensitive fields.',
	};
}

/** The destination fields whose values touch sensitive ones; worked out once per list of sensitive fields. */
function hiddenFields(
	rows: (readonly [field: Row['field'], source: ValueSource])[],
): (sensitive: readonly string[]) => ReadonlySet<string> {
	let [known, hidden] = ['', new Set<string>()];
	return (sensitive) => {
		const asked = sensitive.join('\0');
		if (asked !== known) {
			known = asked;
			hidden = new Set(rows.filter(([, source]) => touches(source, sensitive)).map(([field]) => field));
		}
		return hidden;
	};
}

/** Equal lists become one and the same, so that a thousand items do not carry a thousand copies. */
function sharing(): (list: string[]) => string[] {
	const known = new Map<string, string[]>();
	let last: string[] = [];
	return (list) => {
		if (list.length === last.length && list.every((name, at) => name === last[at])) return last;
		last = find(list);
		return last;
	};

	function find(list: string[]): string[] {
		const text = `${list.length} ${list.join('\0')}`;
		const before = known.get(text);
		if (before !== undefined) return before;
		if (known.size >= 1000) known.clear();
		known.set(text, list);
		return list;
	}
}
