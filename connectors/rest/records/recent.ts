/** What this process created a moment ago, for systems whose search shows it only later. A hint: what it names is read. */
import { canonical } from '../../../sync/canonical';
import type { Value } from '../../../sync/types';

const MOST = 20_000;
const known = new Map<string, { id: string; until: number }>();

const nameOf = (place: string, field: string, value: Value) => canonical([place, field, value]);

export const recent = {
	get(place: string, field: string, value: Value): string | undefined {
		const found = known.get(nameOf(place, field, value));
		return found && found.until > Date.now() ? found.id : undefined;
	},
	set(place: string, field: string, value: Value, id: string, seconds: number): void {
		const name = nameOf(place, field, value);
		known.delete(name);
		known.set(name, { id, until: Date.now() + seconds * 1000 });
		if (known.size > MOST) known.delete(known.keys().next().value!);
	},
};
