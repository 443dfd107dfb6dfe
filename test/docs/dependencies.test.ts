/** What is installed with the package: named in the docs, and runnable without anything being built. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Locked {
	dev?: boolean;
	optional?: boolean;
	peer?: boolean;
	hasInstallScript?: boolean;
	license?: string;
}

const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const installed = Object.entries(packages).filter(([path, { dev, peer }]) => path !== '' && !dev && !peer);

test('every dependency has its line in docs/dependencies.md, and no line is about another one', () => {
	const told = [...read('docs/dependencies.md').matchAll(/^\| \[([^\]]+)\]/gm)].map(([, name]) => name!);
	expect(told).toEqual(Object.keys(dependencies).sort());
});

test('dependencies have exact versions', () => {
	for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

test('nothing that is installed has to be built first', () => {
	expect(installed.length).toBeGreaterThan(10);
	expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([]);
});

test('all licences let the package be used as MIT', () => {
	const others = installed.filter(
		([, { license }]) => !/^(MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BlueOak-1\.0\.0)$/.test(license ?? ''),
	);
	expect(others.map(([path, { license }]) => [path, license])).toEqual([]);
});
