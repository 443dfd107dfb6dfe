/** Links against what stands in the destination, field by field. */
import type { Applied, ApplyContext } from './context';
import { isKeyed } from './fingerprint';
import { heal, type Drifted } from './heal';
import type { FieldChange } from './items';
import type { Difference } from './hands';
import type { SweptLink } from './ledger';
import { isListed, whole } from './lists';
import { hide } from './outcome';
import { isOwnSpelling, matches, names } from './plan';
import type { ActualRecord, Fields, Marking, Survey } from './types';

export interface Swept {
	/** Counterparts that were compared, by whatever way; where the destination compares by itself, all that it holds. */
	compared: number;
	/** Of these, read field by field. */
	read: number;
	missing: number;
}

/** A sweep under way. */
export interface Sweeping {
	context: ApplyContext;
	revision: number;
	/** What row marks cover, where the destination makes them. */
	marking?: Marking;
	/** What stands there, where a list tells it in fewer requests. */
	survey?: (fields: string[]) => Promise<Survey | undefined> | Survey | undefined;
	applied: Applied;
	swept: Swept;
	/** Whatever differs is told, and nothing is written. */
	looksOnly: boolean;
}

/** What came of a comparison. */
export interface Compared<Link> {
	/** As confirmed, each with its counterpart's mark at that moment, where one was made of all its fields. */
	verified: { link: Link; mark: string }[];
	/** Without a counterpart. */
	missing: Link[];
}

/** Reads the links' counterparts and compares; what drifted is healed, what is gone or cannot be healed goes the ordinary way. */
export async function compare<Link extends SweptLink>(links: Link[], sweeping: Sweeping): Promise<Compared<Link>> {
	const { context, marking, swept } = sweeping;
	const { ledger, row, destination, editor } = context;
	const fields = names(...links.map((link) => Object.keys(link.fields)), editor === undefined ? [] : [editor]);
	const unlike = await surveyed(links, fields, sweeping);
	const found = new Map<number, ActualRecord>();
	for (let from = 0; from < unlike.length; from += destination.batchSize) {
		const lookups = unlike
			.slice(from, from + destination.batchSize)
			.map(({ counterpart }, n) => ({ ref: from + n, id: counterpart }));
		for (const record of await destination.read(lookups, fields, marking)) found.set(record.ref, record);
	}
	swept.read += found.size;
	const covered = new Set(marking?.fields);
	const compared: Compared<Link> = { verified: [], missing: [] };
	const again: { link: SweptLink; changes: FieldChange[] }[] = [];
	const drifted: Drifted[] = [];
	for (const [ref, link] of unlike.entries()) {
		const actual = found.get(ref);
		if (!actual) {
			swept.missing++;
			compared.missing.push(link);
			continue;
		}
		const changes = drift(link, actual.fields, context);
		if (changes.length === 0) {
			const whole = Object.keys(link.fields).every((field) => covered.has(field));
			if (whole && actual.mark !== undefined) compared.verified.push({ link, mark: actual.mark });
			continue;
		}
		// A sensitive value is not in the ledger: the record comes again by the ordinary way, read from the source; so does
		// what a person has to review first.
		const sensitive = Object.keys(link.fields).filter((field) => isKeyed(link.fields[field]));
		if (context.reviewed || changes.some(({ field }) => sensitive.includes(field))) again.push({ link, changes });
		else drifted.push({ link, changes, actual, sensitive });
	}
	if (sweeping.looksOnly) {
		await ledger.differ(row.id, [...compared.missing.map(absent), ...[...drifted, ...again].flatMap(differences)]);
		// They are no less missing for that.
		return { verified: compared.verified, missing: [] };
	}
	await ledger.sweptMissing(row.id, compared.missing, 'missing');
	await ledger.sweptMissing(
		row.id,
		again.map(({ link }) => link),
		'drifted',
	);
	for (let from = 0; from < drifted.length; from += destination.batchSize) {
		await heal(drifted.slice(from, from + destination.batchSize), sweeping);
	}
	return compared;
}

/** What is told of a counterpart that is not there. */
function absent({ key, part }: SweptLink): Difference {
	return { key, part, field: null, stands: null, meant: null };
}

/** What is told of fields that differ, without what is sensitive. */
function differences({ link, changes }: { link: SweptLink; changes: FieldChange[] }): Difference[] {
	const sensitive = Object.keys(link.fields).filter((field) => isKeyed(link.fields[field]));
	return hide(changes, sensitive).map(({ field, was, now }) => ({
		key: link.key,
		part: link.part,
		field,
		stands: was,
		meant: now,
	}));
}

/** The links whose counterparts differ in the survey, or are not in it, or not with all fields; without one, all. */
async function surveyed<Link extends SweptLink>(links: Link[], fields: string[], sweeping: Sweeping): Promise<Link[]> {
	const { context, swept, marking } = sweeping;
	const survey = marking ? undefined : await sweeping.survey?.(fields);
	if (!survey) return links;
	const found = await survey.read(links.map(({ counterpart }) => counterpart));
	swept.read += found.size;
	return links.filter((link) => {
		const actual = found.get(link.counterpart);
		// It was made for the fields of the first links: of others, such as a removal's, it says nothing.
		const told = actual && Object.keys(link.fields).every((field) => Object.hasOwn(actual, field));
		return !told || drift(link, actual, context).length > 0;
	});
}

/** The owned fields of which the destination no longer holds what was confirmed. */
function drift(link: SweptLink, actual: Fields, { secret, external }: ApplyContext): FieldChange[] {
	const changes: FieldChange[] = [];
	for (const [field, meant] of Object.entries(link.fields)) {
		const was = Object.hasOwn(actual, field) ? actual[field]! : null;
		const now = isListed(meant) ? whole(meant, was) : meant;
		if (matches(meant, was, secret) || isOwnSpelling(link, field, now, was, secret)) continue;
		if (external?.alike(now, was)) continue;
		changes.push({ field, was, now, drift: true });
	}
	return changes;
}
