/** What the output pane says after a run: how many of what, the first failure, and fields that no record has. */
import type { NodeExecutionHint } from 'n8n-workflow';

import type { Stamp } from '../../sync/items';
import type { Desired, MappingError, MappingSettings } from '../../sync/mapping';
import { nearest } from '../../sync/nearest';
import { linkText } from '../../sync/parts';
import type { Fields } from '../../sync/types';

/** So many values without a translation are listed. */
const UNTRANSLATED = 20;

export class Report {
	refused = 0;
	/** The node that dropped `_sync`, where the items could be tied again. */
	droppedBy: string | undefined;
	private readonly count = { write: 0, remove: 0, fail: 0 };
	/** Of those to remove: no longer, or never, what the scope asks for. */
	private outside = 0;
	private firstFailure: string | undefined;
	/** Top-level fields that rows read and that no record has had yet, with the row that reads them. */
	private readonly unseen: Map<string, string>;
	private sample: string[] = [];
	/** Values without a translation, by destination field: how many records have each. */
	private readonly untranslated = new Map<string, Map<string, number>>();

	constructor({ rows }: MappingSettings) {
		this.unseen = new Map(
			rows.flatMap(({ value, field }) => (value.kind === 'path' ? [[value.path[0]!, field]] : [])),
		);
	}

	add(stamp: Stamp, fields: Fields, { mapped, unseen = [] }: Desired): void {
		this.count[mapped.action]++;
		if (mapped.action === 'remove' && mapped.why === 'out of scope') this.outside++;
		if (mapped.error !== undefined)
			this.firstFailure ??= failureText({ ...stamp, part: mapped.part }, mapped.error);
		for (const name of this.unseen.keys()) if (Object.hasOwn(fields, name)) this.unseen.delete(name);
		if (this.unseen.size > 0) this.sample = Object.keys(fields);
		for (const { field, value } of unseen) {
			const values = this.untranslated.get(field) ?? new Map<string, number>();
			const shown = mapped.sensitive.includes(field) ? '(sensitive)' : value;
			this.untranslated.set(field, values.set(shown, (values.get(shown) ?? 0) + 1));
		}
	}

	hints(): NodeExecutionHint[] {
		const { write, remove, fail } = this.count;
		const failure = this.firstFailure === undefined ? '' : ` First failure: ${this.firstFailure}`;
		const outside = this.outside > 0 ? `${this.outside} out of scope, ` : '';
		const hints = [
			hint(
				`${write} to write, ${outside}${remove - this.outside} to remove, ${fail} failed.${failure}`,
				fail > 0,
			),
		];
		for (const [name, field] of this.unseen) {
			const meant = nearest(name, this.sample);
			hints.push(
				hint(
					`No record has the field “${name}”, so “${field}” is empty.${meant === undefined ? '' : ` Did you mean “${meant}”?`}`,
					true,
				),
			);
		}
		for (const [field, values] of this.untranslated) hints.push(hint(untranslated(field, values), true));
		if (this.droppedBy !== undefined) {
			hints.push(
				hint(
					`The node “${this.droppedBy}” dropped “_sync”; the items could be tied to their records again. Let it keep all input fields.`,
					true,
				),
			);
		}
		if (this.refused > 0)
			hints.push(
				hint(
					`${this.refused} items without “_sync” were left out: they cannot be tied to their records.`,
					true,
				),
			);
		return hints;
	}
}

/** `"age" of 1042 (Ann Lee): "12a" is not a number. Correct it in the source.` */
export function failureText(
	stamp: Stamp & { part?: string | undefined },
	{ field, reason, todo }: MappingError,
): string {
	const key = linkText({ key: stamp.key, part: stamp.part ?? '' });
	const record = stamp.label === undefined ? key : `${key} (${stamp.label})`;
	return `${field === undefined ? record : `“${field}” of ${record}`}: ${reason}${todo === undefined ? '' : ` ${todo}`}`;
}

/** `3 values of “dept” have no translation: Ops (12 records), R&D (1 record), …` The most frequent first. */
function untranslated(field: string, values: Map<string, number>): string {
	const [many, shown] = [values.size, [...values].sort((a, b) => b[1] - a[1]).slice(0, UNTRANSLATED)];
	const list = shown.map(([value, count]) => `${value} (${count} ${count === 1 ? 'record' : 'records'})`);
	if (many > shown.length) list.push(`and ${many - shown.length} more`);
	return `${many} ${many === 1 ? 'value' : 'values'} of “${field}” ${many === 1 ? 'has' : 'have'} no translation: ${list.join(', ')}. Add lines in Translate.`;
}

function hint(message: string, warns: boolean): NodeExecutionHint {
	return { message, location: 'outputPane', type: warns ? 'warning' : 'info' };
}
