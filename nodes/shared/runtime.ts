/** What this package needs of n8n and of the Node.js that it runs on, said in one sentence where it is not there. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { INode } from 'n8n-workflow';

import { SyncError } from '../../sync/types';
import { asNodeError } from './errors';

/** `node:sqlite` without a flag since 22.13; 22.16 is what n8n 2.10 asks for. */
const NODE = [22, 16] as const;
/** The oldest whose triggers and runs are as we use them. */
const N8N = [2, 10] as const;

const atLeast = (version: string, [major, minor]: readonly [number, number]): boolean => {
	const [first = 0, second = 0] = version.split('.').map(Number);
	return first > major || (first === major && second >= minor);
};

/**
 * n8n's version, which its module `n8n-workflow` carries too (the last number may differ). Undefined where that cannot be
 * read; an unknown version is not refused.
 */
export function n8nVersion(): string | undefined {
	try {
		for (
			let folder = dirname(require.resolve('n8n-workflow'));
			folder !== dirname(folder);
			folder = dirname(folder)
		) {
			const file = join(folder, 'package.json');
			if (!existsSync(file)) continue;
			const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
			if (name === 'n8n-workflow') return version;
		}
	} catch {
		// Not beside n8n, or packed in another way.
	}
	return undefined;
}

const here = n8nVersion();

/** Throws {@link SyncError} `setup` on an older Node.js or an older n8n. */
export function needRuntime(node: string = process.versions.node, n8n: string | undefined = here): void {
	const enough = atLeast(node, NODE) && (n8n === undefined || atLeast(n8n, N8N));
	if (enough) return;
	throw new SyncError(
		'setup',
		`One-way sync needs n8n ${N8N.join('.')} or newer on Node.js ${NODE.join('.')} or newer; this is n8n ${n8n ?? 'of an unknown version'} on Node.js ${node}.`,
		{ todo: 'Update n8n; nothing was read or written.' },
	);
}

/** The same before a node does anything, in n8n's form. */
export function needRuntimeFor(node: INode): void {
	try {
		needRuntime();
	} catch (error) {
		throw asNodeError(node, error);
	}
}
