/**
 * The requests that apps are asked for 10,000 records: the first sync, nothing changed, one in a hundred changed, a sweep
 * of everything; beside the least that their APIs allow. Against stand-ins on loopback that keep to the vendors' page and
 * batch sizes, so that nothing here depends on how fast the machine is.
 */
import { CASES, holds, MOST, type Counted } from './parts/calls/counted';
import { countDestination } from './parts/calls/destination';
import { destinations } from './parts/calls/destinations';
import { countSource } from './parts/calls/source';
import { sources } from './parts/calls/sources';
import { keep } from './parts/report';
import { number } from './parts/given';
import { say } from './parts/server';

const RECORDS = 10_000;

export async function run(given: string[]): Promise<{ result: unknown; held: boolean }> {
	const only = given.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
	const records = number(given, '--records', RECORDS);
	const size = { records, changed: Math.ceil(records / 100) };
	const results: Counted[] = [];
	const wanted = ({ name }: { name: string }) => only === undefined || name.includes(only);
	const counted = (some: Counted[]): void => {
		results.push(...some);
		for (const one of some)
			say(`${holds(one) ? ' ' : '✗'} ${one.system}, ${one.case}: ${one.calls} requests, ${one.least} at least`);
	};
	for (const one of sources.filter(wanted)) counted(await countSource(one, size));
	for (const one of destinations.filter(wanted)) counted(await countDestination(one, size));
	if (only === undefined) keep('calls', section(results, records));
	return { result: { name: 'calls', records, results }, held: results.length > 0 && results.every(holds) };
}

function section(results: Counted[], records: number): string {
	const systems = [...new Set(results.map(({ system }) => system))];
	const lines = systems.map((system) => [
		system,
		...CASES.map((name) => {
			const { calls, least } = results.find((one) => one.system === system && one.case === name)!;
			return `${calls} / ${least}`;
		}),
	]);
	const header = ['system', ...CASES];
	const table = [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
	const long = destinations.filter(({ run: carried }) => carried !== undefined);
	return `## calls

Requests for ${records} records / the least that the API allows: into nothing, in a tick without a change, in one in which every hundredth record changed, and for a comparison of everything.

${table.join('\n')}

- Counted at stand-ins that keep to the vendors' page and batch sizes, behind the whole engine and a ledger; sources alone. Runs carry 500 records, the default of Batch Size${long.map(({ name, run: carried }) => `; ${carried} for ${name}`).join('')}.
- The least, for any client that makes no twins, undoes nobody's edits and believes no write that it has not seen: whether anything stands there, and which fields the account has, a request each; each run looks for its records before it creates them, and reads them before it changes them, by their match field, their ids or in the list, whichever takes fewer requests; writes, as many records a request as the API takes; a read again of what its answers do not show; where an update wipes what it does not send, one more read right before it, and where a create would, one more look. \`bench/parts/calls\` computes it from the vendors' numbers alone.
- The command fails where more than ${MOST} times the least is asked, or a record is not there in the end.
- Node ${process.versions.node}. ${new Date().toISOString().slice(0, 10)}.
- Again: \`npm run bench -- calls${records === RECORDS ? '' : ` --records ${records}`}\``;
}
