/** What is said of the systems is said of all of them: in the documentation, and where people search. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { SystemDefinition } from '../../connectors/rest/definition';
import { appCredentials } from '../../nodes/shared/app/credentials';
import { systems } from '../../systems';

const read = (...path: string[]) => readFileSync(join(process.cwd(), ...path), 'utf8');

/** A system's row in docs/systems.md. */
function row({ displayName, objects, proven, credentials, needs }: SystemDefinition): string {
	const of = (writable: boolean) =>
		Object.values(objects)
			.filter(({ write }) => (write !== 'read only') === writable)
			.map(({ displayName: name }) => name)
			.join(', ');
	const both = of(true);
	const only = of(false);
	const what = [both, only === '' ? '' : `source only: ${only}`].filter((text) => text !== '').join('; ');
	return `| ${displayName} | ${what} | ${credentials.map(({ type }) => `\`${type}\``).join(', ')} | ${needs} | ${proven.by}: ${proven.against} |`;
}

/** The system's removal steps, as docs/systems.md tells them. */
function steps({ displayName, objects }: SystemDefinition): string[] {
	return Object.values(objects).flatMap(({ displayName: object, write }) =>
		write === 'read only'
			? []
			: write.removal.map(
					({ step, reversible, sideEffects, takes }) =>
						`| ${displayName}: ${object} | ${step} | ${reversible ? 'yes' : 'no'} | ${sideEffects}${takes === undefined ? '' : ` Takes: ${takes}.`} |`,
				),
	);
}

test.each(systems.map((system) => [system.displayName, system] as const))(
	'%s stands in docs/systems.md',
	(_, system) => {
		const lines = read('docs', 'systems.md').split('\n');
		for (const line of [row(system), ...steps(system)]) expect(lines).toContain(line);
	},
);

test('what says that a sync keeps a record is told of every object that has it, and of no other', () => {
	const [, table] = /\| object \| where it stands \|\n\|---\|---\|\n((?:\|.*\n)+)/u.exec(read('docs', 'systems.md'))!;
	const told = systems.flatMap(({ displayName, objects }) =>
		Object.values(objects).flatMap(({ displayName: object, write }) =>
			write === 'read only' || write.mark === 'none'
				? []
				: [`| ${displayName}: ${object} | ${write.mark.says} |`],
		),
	);
	expect(table!.trim().split('\n')).toEqual(told);
});

test.each(systems.map((system) => [system.displayName, system] as const))('%s is found by its name', (name, system) => {
	const aliases = (node: string) =>
		(JSON.parse(read('nodes', node, `${node}.node.json`)) as { alias: string[] }).alias;
	expect(aliases('SyncFromAppTrigger')).toContain(name);
	if (Object.values(system.objects).some(({ write }) => write !== 'read only'))
		expect(aliases('SyncToApp')).toContain(name);
});

test('names are unique, and every credential is offered', () => {
	expect(new Set(systems.map(({ name }) => name)).size).toBe(systems.length);
	const offered = new Set(appCredentials.map(({ name }) => name));
	for (const { credentials } of systems) for (const { type } of credentials) expect(offered).toContain(type);
});
