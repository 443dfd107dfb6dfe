/** What compiled code needs before it runs: found out by reading what it requires, then brought. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { buildPackage } from './build.mjs';
import { pack, prepared } from './pack.mjs';
import { redmine } from './redmine.mjs';
import {
	debian,
	directus,
	jsonServer,
	judges,
	n8n,
	node24,
	scim,
	senders,
	servers,
	shopifySchema,
	vendure,
} from './tools.mjs';

/** A compiled file's requires, and those of all of ours that it reaches. */
function reached(files) {
	const seen = new Set();
	const packages = new Set();
	const visit = (file) => {
		if (seen.has(file) || !existsSync(file)) return;
		seen.add(file);
		for (const [, name] of readFileSync(file, 'utf8').matchAll(/\brequire\("([^"]+)"\)/g)) {
			if (name.startsWith('.')) visit(resolve(dirname(file), name.endsWith('.js') ? name : `${name}.js`));
			else packages.add(name);
		}
	};
	files.forEach(visit);
	const one = (path) => [...seen].some((file) => file.replaceAll('\\', '/').endsWith(path));
	return { one, package: (name) => packages.has(name) };
}

/** Sets up everything that these compiled files reach: n8n, the packed package in it, database servers, a browser. */
export async function prepare(files) {
	const needs = reached(files);
	const node = await node24();
	const alone = process.env['STORY_ALONE'] === 'yes';
	const programs = [
		needs.one('test/servers/postgres.js') && servers.postgres,
		needs.one('test/servers/mariadb.js') && servers.mariadb,
		needs.one('test/servers/slapd.js') && servers.slapd,
		// Each takes a minute or two to install, and a story of its own.
		alone && needs.one('test/servers/ds389.js') && servers.ds389,
		alone && needs.one('test/servers/samba.js') && servers.samba,
		needs.one('test/servers/redis.js') && servers.redis,
		needs.package('playwright-core') && servers.chromium,
	];
	await debian(programs.filter(Boolean));
	if (needs.one('test/servers/rest.js')) await jsonServer();
	if (needs.one('test/servers/redmine.js')) await redmine();
	if (needs.one('test/servers/vendure.js')) await vendure();
	if (needs.one('test/servers/directus.js') && process.env.STORY_ALONE === 'yes') await directus();
	if (needs.one('test/senders/senders.js')) await senders();
	if (needs.one('test/servers/scim.js')) await scim();
	if (needs.one('test/judges/judges.js')) await judges();
	if (needs.one('test/systems/contract/graphql.js')) await shopifySchema();
	const inServer = needs.one('test/n8n/harness.js');
	if (inServer || needs.one('test/n8n/inprocess.js')) await n8n();
	if (inServer) {
		rmSync(prepared, { recursive: true, force: true });
		await buildPackage();
		await pack(node);
	}
	return node;
}
