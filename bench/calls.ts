/**
 * The requests that apps are asked for 10,000 records: the first sync, nothing changed, one in a hundred changed, a sweep
 * of everything; beside the least that their APIs allow. Against stand-ins on loopback that keep to the vendors' page and
 * batch sizes, so that nothing here depends on how fast the machine is.
 */
import { countDestination } from './parts/calls/destination';
import { holds, type Counted } from './parts/calls/counted';
import { countSource } from './parts/calls/source';
import { destinations, sources } from './parts/calls/systems';
import { say } from './parts/server';

export async function run(given: string[]): Promise<{ result: unknown; held: boolean }> {
	const only = given.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
	const at = given.indexOf('--records');
	const records = at < 0 ? 10_000 : Number(given[at + 1]);
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
	return { result: { name: 'calls', records, results }, held: results.length > 0 && results.every(holds) };
}
