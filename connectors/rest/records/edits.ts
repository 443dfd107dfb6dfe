/** What was changed in a system that is written to, as its list of changes gives it. */
import type { Changes, Fields } from '../../../sync/types';
import type { ChangedSince, ObjectDefinition } from '../definition';
import type { Asked } from '../net/client';
import type { ChangeList } from './changes';
import { idOf } from './pages';
import type { Shape } from './shape';
import { isObject } from './values';

export function editsOf({
	list,
	how: { then },
	object,
	shape: shaped,
	asked,
}: {
	list: ChangeList;
	how: ChangedSince;
	object: ObjectDefinition;
	shape: () => Promise<Shape>;
	asked: Asked;
}): Changes {
	return {
		now: async () => ({ at: await list.now(asked) }),
		async *since(cursor) {
			const from = isObject(cursor) && typeof cursor['at'] === 'number' ? cursor['at'] : 0;
			const shape = await shaped();
			for await (const { records, at } of list.since(from, asked)) {
				const known = new Map<string, Fields>();
				for (const record of records) {
					const id = idOf(record, object.id);
					if (id !== undefined) known.set(id, record);
				}
				yield {
					ids: [...known.keys()],
					// Ids alone, or records of which the list leaves out what is wanted, are looked up.
					survey: (fields) =>
						then === 'get' || fields.some((field) => (object.read.listLacks ?? []).includes(field))
							? undefined
							: {
									read: async (ids) =>
										new Map(
											ids.flatMap((id) => {
												const record = known.get(id);
												return record ? [[id, shape.read(record, fields)] as const] : [];
											}),
										),
								},
					cursor: { at },
				};
			}
		},
	};
}
