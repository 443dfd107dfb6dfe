/** How long lists were when this process saw them last, so that the way that takes fewer requests is chosen. A hint. */
const known = new Map<string, number>();

export const lengths = {
	/** Records in the list of a place; undefined where nobody has looked. */
	get: (place: string): number | undefined => known.get(place),
	set: (place: string, records: number): void => void known.set(place, records),
	/** It was not read to its end. */
	atLeast: (place: string, records: number): void => void known.set(place, Math.max(records, known.get(place) ?? 0)),
	/** One was created. */
	grew(place: string): void {
		const before = known.get(place);
		if (before !== undefined) known.set(place, before + 1);
	},
};
