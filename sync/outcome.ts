/** Outcomes in plain sentences. */
import { isKeyed } from './fingerprint';
import type { DesiredItem, FieldChange, Outcome, OutcomeName } from './items';
import { linkText } from './parts';
import type { Fields, Value } from './types';
import { openEnded } from './ends';

const LONGEST = 60;
const HIDDEN = '(sensitive)';

/** A value as a person reads it in a sentence. */
export function show(value: Value | undefined): string {
	if (value === null || value === undefined) return 'empty';
	if (value === '') return 'an empty text';
	const text = typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
	return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** A value for people: what is kept as a keyed fingerprint only is not shown. */
export function unkeyed(value: Value): Value {
	if (isKeyed(value)) return HIDDEN;
	if (Array.isArray(value)) return value.map(unkeyed);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unkeyed(inner)]));
}

/** Whether a value in the history stands for a sensitive one. */
export function isHidden(value: Value): boolean {
	return value === HIDDEN;
}

/** Changes with the values of sensitive fields hidden. */
export function hide(changes: FieldChange[], sensitive: string[]): FieldChange[] {
	return changes.map((change) =>
		sensitive.includes(change.field)
			? { ...change, was: change.was === null ? null : HIDDEN, now: change.now === null ? null : HIDDEN }
			: change,
	);
}

function list(changes: FieldChange[]): string {
	const shown = changes.slice(0, 3).map(({ field, was, now }) => `${field} from ${show(was)} to ${show(now)}`);
	if (changes.length > 3) shown.push(`${changes.length - 3} more field${changes.length === 4 ? '' : 's'}`);
	return shown.join(', ');
}

/** The sentence for an outcome. `where` is the destination as a person knows it. */
export function sentence(
	outcome: OutcomeName,
	name: string,
	where: string,
	changes: FieldChange[],
	more?: string,
): string {
	switch (outcome) {
		case 'created':
			return `${name} was created in ${where}.`;
		case 'adopted':
			return changes.length > 0
				? `${name} was already in ${where}; it is now linked, and ${list(changes)} was set.`
				: `${name} was already in ${where}; it is now linked.`;
		case 'updated':
			return `${name} was updated in ${where}: ${list(changes)}.`;
		case 'healed':
			return `${name} had been edited in ${where}${more ? ` by ${more}` : ''}; the source’s value was written back: ${list(changes)}.`;
		case 'unchanged':
			return more ? `${name} ${more}.` : `${name} is in sync with ${where}.`;
		case 'removed':
			return `${name} was deleted from ${where}.`;
		case 'deactivated':
			return `${name} was deactivated in ${where}${changes.length > 0 ? `: ${list(changes)}` : ''}.`;
		case 'reactivated':
			return `${name} is back and was reactivated in ${where}: ${list(changes)}.`;
		case 'detached':
			return `${name} is no longer managed in ${where}; nothing was changed there.`;
		case 'waiting':
			return `${name} waits: ${more ?? 'a record that it refers to is not there yet'}.`;
		case 'held':
			return more
				? `${name} is left to a person in ${where}: ${openEnded(more)}.`
				: `${name} is held for ${where} until a person decides.`;
		case 'failed':
			return `${name} could not be written to ${where}: ${more ?? 'unknown reason'}.`;
		case 'superseded':
			return `${name} was passed over: ${more ?? 'a newer version is on its way'}.`;
		case 'preview':
			return `${name}: ${more ?? 'nothing to do'}.`;
	}
}

/** The sentence of a removal that was read back. */
export function confirmedSentence(text: string, seconds: number | undefined): string {
	const told = text.replace(/\.$/u, '');
	if (seconds === undefined) return `${told}; confirmed.`;
	return `${told}; confirmed ${seconds === 1 ? '1 second' : `${seconds} seconds`} after the source changed.`;
}

/** Fields with the values of sensitive ones hidden. */
export function hidden(fields: Fields, sensitive: string[]): Fields {
	return Object.fromEntries(
		Object.entries(fields).map(([field, value]) => [field, sensitive.includes(field) ? HIDDEN : value]),
	);
}

/** The sentence of a write after which something else stood there. */
export function provisionalSentence(text: string, stands: Fields): string {
	const list = Object.entries(stands).map(([field, value]) => `${show(value)} in “${field}”`);
	return `${text} It reads ${list.join(', ')} now, which is not what was written; it is written once more at the next sweep.`;
}

/** Who edited a counterpart last, as a person reads it; undefined where nobody is named. */
export function editorOf(by: Value | undefined): string | undefined {
	return by === null || by === undefined || by === '' ? undefined : typeof by === 'string' ? by : JSON.stringify(by);
}

/** Why a value was written back, for the history. */
export function editedIn(by: string | undefined): string {
	return `edited in the destination${by === undefined ? '' : ` by ${by}`}`;
}

/** What a preview says would be done. */
export function intention(
	action: NonNullable<Outcome['action']>,
	where: string,
	changes: FieldChange[],
	more?: string,
): string {
	switch (action) {
		case 'create':
			return `would be created in ${where}`;
		case 'adopt':
			return changes.length > 0
				? `would be linked to what is already in ${where}, setting ${list(changes)}`
				: `would be linked to what is already in ${where}`;
		case 'update':
			return `would be updated in ${where}: ${list(changes)}`;
		case 'heal':
			return `was edited in ${where}${more ? ` by ${more}` : ''}; the source’s value would be written back: ${list(changes)}`;
		case 'remove':
			return `would be deleted from ${where}`;
		case 'deactivate':
			return `would be deactivated in ${where}${changes.length > 0 ? `: ${list(changes)}` : ''}`;
		case 'reactivate':
			return `would be reactivated in ${where}: ${list(changes)}`;
		case 'detach':
			return `would no longer be managed in ${where}`;
		case 'task':
			return `would be left to a person: ${more ?? 'see to it in the destination'}`;
		case 'fail':
			return `would fail: ${more ?? 'unknown reason'}`;
		case 'none':
			return more ?? `is in sync with ${where}`;
	}
}

const WORDS: OutcomeName[] = [
	'created',
	'adopted',
	'updated',
	'healed',
	'removed',
	'deactivated',
	'reactivated',
	'detached',
	'held',
	'failed',
	'waiting',
	'superseded',
	'unchanged',
	'preview',
];

/** How many of each outcome, in the order of the words: what was done first, what is as it was last. */
export function tally(outcomes: Outcome[]): Partial<Record<OutcomeName, number>> {
	const counts = new Map<OutcomeName, number>();
	for (const { outcome } of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
	return Object.fromEntries(WORDS.flatMap((word) => (counts.has(word) ? [[word, counts.get(word)!]] : [])));
}

/** What a person calls an item's record. */
export function nameOf({ stamp }: DesiredItem): string {
	return linkText({ key: stamp.label ?? stamp.key, part: stamp.part ?? '' });
}

/** What a person has to do, for this record. */
export function asTask(task: string, item: DesiredItem, counterpart: string): string {
	return task.replaceAll('{name}', nameOf(item)).replaceAll('{id}', counterpart);
}

/** An outcome with its sensitive values hidden. */
export function outcome(
	item: DesiredItem,
	name: Outcome['outcome'],
	where: string,
	text?: string,
	more: Partial<Outcome> = {},
): Outcome {
	const changes = hide(more.changes ?? [], item.stamp.sensitive);
	return {
		item: item.item,
		outcome: name,
		key: item.stamp.key,
		...(item.stamp.part !== undefined && { part: item.stamp.part }),
		name: nameOf(item),
		text: text ?? sentence(name, nameOf(item), where, changes),
		...more,
		changes,
	};
}
