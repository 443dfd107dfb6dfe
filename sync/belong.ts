/**
 * Records that belong together, in a destination's pass: the IDs that a record needs of others are found, or it waits for
 * them; and a record to which others still refer is not deleted under them.
 *
 * What a reference leads to within the destination itself (an employee's manager), or in a circle over several, need not
 * be there first: the record is written without it, and has it set as soon as it is there.
 */
import type { ApplyContext } from './context';
import { set } from './canonical';
import type { DesiredItem } from './items';
import { linkName } from './key';
import type { Ledger, Link } from './ledger';
import { lookUp, type Finding } from './look-up';
import { ITSELF, type Need, type Reference, type Referred, type Referrers, type Resolved } from './needs';
import { SyncError, type Value } from './types';

type Belonging = Pick<ApplyContext, 'destination' | 'where'> &
	Finding & {
		/** Left out in a test run of a sync of which nothing is known. */
		ledger: Partial<Pick<Ledger, 'referred' | 'referrers'>>;
		row: { id: number };
	};

interface Claimed {
	item: DesiredItem;
	link: Link;
}

/** What became of one item's needs. */
export type Belongs =
	| { how: 'ready'; item: DesiredItem }
	/** It waits: for whom, in words; and how long at most, from its first wait on. */
	| { how: 'waits'; text: string; patience: number; refs: Reference[] }
	| { how: 'fails'; error: SyncError; lasting?: true };

/** How long a removal waits for those that refer to its record. */
const PATIENCE = 24 * 60 * 60 * 1000;

/** Finds what these items need, in as few questions as there can be; answers for each, in their order. */
export async function belong(claimed: Claimed[], context: Belonging): Promise<Belongs[]> {
	const needy = claimed.flatMap(({ item, link }) => (item.stamp.action === 'write' ? needsOf(item, link) : []));
	const referred = await askLedger(needy, context);
	const found = await lookUp(
		needy.flatMap(({ need }) => (need.kind === 'look up' ? [need] : [])),
		context,
	);
	const required = needy.some(({ need }) => need.kind === 'reference')
		? await requiredFields(context)
		: new Set<string>();
	const pointing = await askWhoPoints(claimed, context);
	return claimed.map(({ item, link }): Belongs => {
		if (item.stamp.action === 'remove') return removable(item, link, pointing.get(linkName(link)));
		const { needs } = item.stamp;
		if (item.stamp.action === 'fail' || needs === undefined) return { how: 'ready', item };
		const one = new Resolving(item, link, required);
		for (const need of needs) {
			const answer = need.kind === 'reference' ? one.refer(need, referred) : found(need);
			if (answer instanceof SyncError)
				return { how: 'fails', error: answer, ...(need.kind === 'reference' && { lasting: true }) };
			if (answer !== undefined) one.put(need.field, answer);
		}
		return one.done();
	});
}

interface Needy {
	link: Link;
	need: Need;
}

function needsOf(item: DesiredItem, link: Link): Needy[] {
	return (item.stamp.needs ?? []).map((need) => ({ link, need }));
}

/** What the ledger knows, by `to` and key. */
async function askLedger(needy: Needy[], { ledger, row }: Belonging): Promise<Map<string, Referred>> {
	const wanted = needy.flatMap(({ link, need }) =>
		need.kind === 'reference'
			? need.keys.map((key, at) => ({ to: need.to, key, part: need.parts?.[at] ?? '', by: link }))
			: [],
	);
	if (wanted.length === 0) return new Map();
	if (row.id === 0 || !ledger.referred) {
		const why = 'nothing is known of it before the sync has run';
		return new Map(
			wanted.map(({ to, key, part }) => [
				named({ to, key, part }),
				{ to, key, part, target: 0, where: to, why, waitsFor: [] },
			]),
		);
	}
	return new Map((await ledger.referred(row.id, wanted)).map((one) => [named(one), one]));
}

function named({ to, key, part }: { to: string; key: string; part: string }): string {
	return `${to}\u0000${linkName({ key, part })}`;
}

async function requiredFields({ destination }: Belonging): Promise<Set<string>> {
	return new Set((await destination.describe()).filter(({ required }) => required).map(({ name }) => name));
}

/** Who points at the records that are about to be deleted or deactivated. */
async function askWhoPoints(claimed: Claimed[], { ledger, row }: Belonging): Promise<Map<string, Referrers>> {
	const links = claimed.flatMap(({ item, link }) => {
		const { action, removal } = item.stamp;
		const going = action === 'remove' && link.removal === 'released' && link.counterpart !== null;
		return going && removal.kind !== 'detach' ? [{ key: link.key, part: link.part }] : [];
	});
	if (links.length === 0 || !ledger.referrers) return new Map();
	return new Map((await ledger.referrers(row.id, links)).map((one) => [linkName(one), one]));
}

/** A record is deleted only when nothing refers to it any more: children first. What is only deactivated stays for them. */
function removable(item: DesiredItem, link: Link, pointing: Referrers | undefined): Belongs {
	if (pointing === undefined || link.removal !== 'released') return { how: 'ready', item };
	const { count, names } = pointing;
	const more = count > names.length ? `, and ${count - names.length} more` : '';
	const text = `${count === 1 ? '1 record still points' : `${count} records still point`} at it: ${names.join(', ')}${more}`;
	if (item.stamp.removal.kind !== 'delete')
		return { how: 'ready', item: { ...item, stamp: { ...item.stamp, pointed: text } } };
	return { how: 'waits', text, patience: PATIENCE, refs: [] };
}

/** One item on the way to what it needs. */
class Resolving {
	private readonly fields;
	private readonly refs: Reference[] = [];
	private readonly absent: string[] = [];
	/** Fields that are left for later. */
	private readonly later = new Set<string>();
	private blocked = false;
	private patience = Infinity;

	constructor(
		private readonly item: DesiredItem,
		private readonly link: Link,
		private readonly required: ReadonlySet<string>,
	) {
		this.fields = { ...item.fields };
	}

	put(field: string, value: Value): void {
		set(this.fields, field, value);
	}

	/** The counterparts' IDs; undefined where one is not there yet. */
	refer(need: Extract<Need, { kind: 'reference' }>, known: Map<string, Referred>): Value | SyncError | undefined {
		const ids: string[] = [];
		let missing = false;
		for (const [at, key] of need.keys.entries()) {
			const part = need.parts?.[at] ?? '';
			const one = known.get(named({ to: need.to, key, part }));
			if (one?.target === undefined) {
				return new SyncError(
					'retry',
					`“${need.field}” refers to ${need.to}, which is no destination that is known, or more than one`,
					{
						field: need.field,
						todo: 'Let that workflow run once, or choose another one in Refers To of the mapping.',
					},
				);
			}
			const { target, counterpart } = one;
			this.refs.push({ field: need.field, target, key, part, waits: counterpart === undefined });
			if (counterpart !== undefined) {
				ids.push(counterpart);
				continue;
			}
			missing = true;
			const breaks = need.to === ITSELF || one.waitsFor.includes(linkName(this.link));
			if (!breaks || this.required.has(need.field)) this.blocked = true;
			this.later.add(need.field);
			this.patience = Math.min(this.patience, need.patience);
			const which = part === '' ? `key ${key}` : `key ${key}, part ${part}`;
			const name = one.name === undefined || one.name === key ? which : `${one.name} (${which})`;
			this.absent.push(`${name} in ${one.where}, which is not there: ${one.why}`);
		}
		if (missing) return undefined;
		return need.many ? ids : ids[0]!;
	}

	done(): Belongs {
		const { item, refs, later, patience } = this;
		const { stamp } = item;
		const text = `“${[...later].join('”, “')}” refers to ${this.absent.slice(0, 3).join('; to ')}`;
		if (this.blocked) return { how: 'waits', text, patience, refs };
		const kept = (names: string[]) => (later.size === 0 ? names : names.filter((name) => !later.has(name)));
		const resolved: Resolved = { refs, ...(later.size > 0 && { partial: { text, patience } }) };
		return {
			how: 'ready',
			item: {
				...item,
				fields: this.fields,
				stamp: {
					...stamp,
					owned: kept(stamp.owned),
					once: kept(stamp.once),
					...(stamp.fill && { fill: kept(stamp.fill) }),
					...resolved,
				},
			},
		};
	}
}
