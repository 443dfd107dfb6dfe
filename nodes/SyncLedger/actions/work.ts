/** What a person decides: the next run does it. */
import { many } from '../../../report/words';
import { SyncError } from '../../../sync/types';
import { nudge } from '../../shared/trigger/nudges';
import { number, text, texts } from '../../shared/parameters';
import { one, syncOf, type Call, type Given } from '../execute';

export async function retry(call: Call): Promise<Given> {
	const { id, name, identity } = await syncOf(call);
	const key = text(call.read('onlyKey', ''));
	const count = await call.ledger.retry(id, key === '' ? {} : { key });
	nudge(identity);
	return one({
		sync: name,
		count,
		text:
			count === 0
				? `Nothing of ${name} waits for another try.`
				: `${many(count, 'write')} of ${name} will be tried again at the next run.`,
	});
}

export async function done(call: Call): Promise<Given> {
	const { id, name, identity } = await syncOf(call);
	const key = text(call.read('task', ''));
	const place = number(call.read('destination', 0), 0);
	const count = await call.ledger.done(id, { key, ...(place > 0 && { destination: place }) });
	if (count === 0)
		throw new SyncError('setup', `${name} has no open task for “${key}”.`, {
			todo: 'List Records, Which Records: Held, shows those that there are.',
		});
	nudge(identity);
	return one({
		sync: name,
		key,
		count,
		text: `${many(count, 'task')} for ${key} of ${name} ${count === 1 ? 'is' : 'are'} done.`,
	});
}

const CAME = {
	released: 'is released; what it held will be done at the next run',
	closed: 'was over already: it was released before, or its records have returned',
} as const;

export async function release(call: Call): Promise<Given> {
	const { id, name, identity } = await syncOf(call);
	const hold = number(call.read('hold', 0), 0);
	const result = await call.ledger.release(id, hold);
	if (result === 'unknown') {
		const open = (await call.ledger.holds(id)).map((found) => found.id);
		throw new SyncError('setup', `${name} has no hold ${hold}.`, {
			todo: open.length === 0 ? 'It has no open hold at all.' : `Open holds: ${open.join(', ')}.`,
		});
	}
	nudge(identity);
	return one({ sync: name, hold, result, text: `Hold ${hold} of ${name} ${CAME[result]}.` });
}

export async function resync(call: Call): Promise<Given> {
	const { read, ledger } = call;
	const { id, name, identity } = await syncOf(call);
	const what = text(read('what', 'keys'));
	const keys = texts(read('keys', ''));
	if (what === 'keys' && keys.length === 0)
		throw new SyncError('setup', 'No key is given.', { todo: 'Fill in Keys.' });
	const since = what === 'since' ? moment(read('since', '')) : undefined;
	const count = await ledger.resync(id, { ...(what === 'keys' && { keys }), ...(since !== undefined && { since }) });
	nudge(identity);
	return one({
		sync: name,
		count,
		text: `${many(count, 'link')} of ${name} will be compared, and written where they differ, at the next run.`,
	});
}

/** What n8n gives for a date: its own DateTime, a Date, or a text. */
function moment(given: unknown): number {
	const at = typeof given === 'object' && given !== null ? Number(given) : Date.parse(text(given));
	if (Number.isFinite(at)) return at;
	throw new SyncError('setup', `“${text(given)}” is no date and time.`, { todo: 'Choose one in Since.' });
}

export async function pause(call: Call): Promise<Given> {
	const { id, name } = await syncOf(call);
	const turned = await call.ledger.pause(id, true);
	return one({
		sync: name,
		paused: true,
		text: `${name} ${turned ? 'is paused' : 'was paused already'}: its source is read on, and nothing is written until it is resumed.`,
	});
}

export async function resume(call: Call): Promise<Given> {
	const { id, name, identity } = await syncOf(call);
	const turned = await call.ledger.pause(id, false);
	nudge(identity);
	return one({
		sync: name,
		paused: false,
		text: `${name} ${turned ? 'goes on at its next run' : 'was not paused'}.`,
	});
}

export async function undo(call: Call): Promise<Given> {
	const { id, name, identity } = await syncOf(call);
	const run = number(call.read('run', 0), 0);
	const found = await call.ledger.runs(id, 1000);
	if (!found.some((known) => known.run === run)) {
		const last = [...new Set(found.map((known) => known.run))].slice(0, 10);
		throw new SyncError('setup', `The ledger remembers no run ${run} of ${name} that changed something.`, {
			todo: last.length === 0 ? 'It remembers none at all.' : `The last ones were ${last.join(', ')}.`,
		});
	}
	const { links, busy, created, removed, hidden } = await call.ledger.undo(id, run);
	nudge(identity);
	const left = [
		busy > 0 && `${busy} have changed since, or are on their way, and stay as they are`,
		created > 0 && `${created} that it created stay there`,
		removed > 0 && `${removed} that it removed or deactivated stay so`,
		hidden > 0 && `${many(hidden, 'sensitive value')} cannot be written back, for the ledger does not know them`,
	].filter((sentence) => sentence !== false);
	return one({
		sync: name,
		run,
		paused: true,
		count: links,
		busy,
		created,
		removed,
		hidden,
		text: `${name} is paused, and in ${many(links, 'record')} what stood there before run ${run} will be written back at the next run.${left.length === 0 ? '' : ` ${left.join('; ')}.`} Correct the source or the mapping, then resume it.`,
	});
}
