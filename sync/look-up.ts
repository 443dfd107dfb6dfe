/**
 * Records of the destination's own, found by a value: a user by e-mail address, a price by its key, a project by name. Asked
 * for in batches, and once a run for every value.
 */
import { canonical } from './canonical';
import type { LookUpNeed } from './needs';
import { show } from './outcome';
import { SyncError, type Destination, type Value } from './types';

/** IDs by what is looked through and by value. */
export type Findings = Map<string, Map<string, string[]>>;

export interface Finding {
	destination: Destination;
	where: string;
	/** Kept for as long as the run lasts. */
	findings?: Findings;
}

/** Looks everything up that is not known yet; answers with what says a need's value, or why there is none. */
export async function lookUp(
	needs: LookUpNeed[],
	{ destination, where, findings = new Map() }: Finding,
): Promise<(need: LookUpNeed) => Value | SyncError> {
	for (const { object, by } of distinct(needs)) {
		const place = placeName({ object, by });
		const known = findings.get(place) ?? new Map<string, string[]>();
		findings.set(place, known);
		const values = new Map<string, Value>();
		for (const need of needs)
			if (placeName(need) === place)
				for (const value of need.values) if (!known.has(canonical(value))) values.set(canonical(value), value);
		const asked = [...values.values()];
		for (let from = 0; from < asked.length; from += destination.batchSize) {
			const batch = asked.slice(from, from + destination.batchSize);
			const ids = await find(destination, { object, by }, batch);
			for (const [at, value] of batch.entries()) known.set(canonical(value), ids[at]!);
		}
	}
	return ({ object, by, field, values, many }) => {
		const known = findings.get(placeName({ object, by }))!;
		const ids: string[] = [];
		for (const value of values) {
			const found = known.get(canonical(value))!;
			if (found.length === 1) {
				ids.push(found[0]!);
				continue;
			}
			const among = object ?? where;
			return new SyncError(
				'refused',
				found.length === 0
					? `“${field}”: nothing in ${among} has ${show(value)} in “${by}”`
					: `“${field}”: ${found.length === 2 ? 'two or more' : found.length} in ${among} have ${show(value)} in “${by}”`,
				{
					field,
					todo:
						found.length === 0
							? 'Create it there, or correct the value in the source.'
							: `Make the value unique there, or look up by another field.`,
				},
			);
		}
		return many ? ids : ids[0]!;
	};
}

async function find(
	destination: Destination,
	{ object, by }: Pick<LookUpNeed, 'object' | 'by'>,
	values: Value[],
): Promise<string[][]> {
	if (destination.findBy) return await destination.findBy({ ...(object !== undefined && { object }), by }, values);
	if (object !== undefined) {
		throw new SyncError('setup', `This destination cannot look through ${object}.`, {
			todo: 'Leave the object of the look-up empty, so that it looks through what is written to.',
		});
	}
	const ids = values.map((): string[] => []);
	const wanted = values.map((value, ref) => ({ ref, match: { [by]: value } }));
	for (const { ref, id } of await destination.read(wanted, [])) ids[ref]!.push(id);
	return ids;
}

function distinct(needs: LookUpNeed[]): Pick<LookUpNeed, 'object' | 'by'>[] {
	return [...new Map(needs.map(({ object, by }) => [placeName({ object, by }), { object, by }])).values()];
}

function placeName({ object = '', by }: Pick<LookUpNeed, 'object' | 'by'>): string {
	return `${object}\u0000${by}`;
}
