/** Links against what stands in the destination, field by field. */
import type { Applied, ApplyContext } from './context';
import { isKeyed } from './fingerprint';
import { heal, type Drifted } from './heal';
import type { FieldChange } from './items';
import type { SweptLink } from './ledger';
import { isOwnSpelling, matches, names } from './plan';
import type { ActualRecord, Fields, Marking } from './types';

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
	applied: Applied;
	swept: Swept;
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
	const found = new Map<number, ActualRecord>();
	for (let from = 0; from < links.length; from += destination.batchSize) {
		const lookups = links
			.slice(from, from + destination.batchSize)
			.map(({ counterpart }, n) => ({ ref: from + n, id: counterpart }));
		for (const record of await destination.read(lookups, fields, marking)) found.set(record.ref, record);
	}
	swept.read += found.size;
	const covered = new Set(marking?.fields);
	const compared: Compared<Link> = { verified: [], missing: [] };
	const again: SweptLink[] = [];
	const drifted: Drifted[] = [];
	for (const [ref, link] of links.entries()) {
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
		if (context.reviewed || changes.some(({ field }) => sensitive.includes(field))) again.push(link);
		else drifted.push({ link, changes, actual, sensitive });
	}
	await ledger.sweptMissing(row.id, compared.missing, 'missing');
	await ledger.sweptMissing(row.id, again, 'drifted');
	for (let from = 0; from < drifted.length; from += destination.batchSize) {
		await heal(drifted.slice(from, from + destination.batchSize), sweeping);
	}
	return compared;
}

/** The owned fields of which the destination no longer holds what was confirmed. */
function drift(link: SweptLink, actual: Fields, { secret, external }: ApplyContext): FieldChange[] {
	const changes: FieldChange[] = [];
	for (const [field, now] of Object.entries(link.fields)) {
		const was = Object.hasOwn(actual, field) ? actual[field]! : null;
		if (matches(now, was, secret) || isOwnSpelling(link, field, now, was, secret)) continue;
		if (external?.alike(now, was)) continue;
		changes.push({ field, was, now, drift: true });
	}
	return changes;
}
