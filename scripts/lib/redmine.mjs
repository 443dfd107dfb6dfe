/**
 * A real Redmine from Debian's packages, with an empty database to be copied. The package itself is unpacked and not
 * installed: its set-up script needs the network. Where it cannot be had, what needs it is skipped by name.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { Failed, root, run, say } from './run.mjs';
import { step } from './tools.mjs';

const RECIPE = 'redmine 1';
const folder = join(root, '.tools', 'redmine');

/** What no test looks at, or what the app works without. */
const LEFT_OUT = /^(<|redmine|dbconfig-|debconf|cdebconf|libjs-)/;
const BESIDES = ['ruby-sqlite3', 'puma', 'libjs-jquery', 'libjs-jquery-ui', 'libjs-raphael', 'libjs-chart.js'];

const BOOT = `
Setting.rest_api_enabled = '1'
admin = User.find_by(login: 'admin')
admin.password = admin.password_confirmation = 'secret1234'
admin.must_change_passwd = false
admin.save!
puts admin.api_key
`;

export async function redmine() {
	const marker = join(folder, '.set-up');
	if (existsSync(marker) && readFileSync(marker, 'utf8') === RECIPE) return;
	if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
		say('  missing: Redmine (from Debian’s packages, as root); what needs it is skipped');
		return;
	}
	try {
		await step('installing Redmine (about a minute)', install);
		writeFileSync(marker, RECIPE);
	} catch (error) {
		say(`  ${error.message}`);
		say('  missing: Redmine; what needs it is skipped');
	}
}

async function install() {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const apt = (...args) =>
		run('apt-get', ['-qq', ...args], {
			env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
			cwd: folder,
			name: `apt-get-${args[0]}`,
		});
	await apt('update');
	const depends = ['depends', '--no-recommends', '--no-suggests', 'redmine', 'redmine-sqlite'];
	const { text } = await run('apt-cache', depends, { output: 'text' });
	const names = [...text.matchAll(/Depends: (\S+)/g)].map(([, name]) => name).filter((name) => !LEFT_OUT.test(name));
	await apt('install', '--yes', '--no-install-recommends', ...new Set(names), ...BESIDES);
	await apt('download', 'redmine');
	const deb = readdirSync(folder).find((name) => name.endsWith('.deb'));
	if (!deb) throw new Failed('apt-get brought no package of Redmine');
	await run('dpkg-deb', ['-x', deb, 'unpacked'], { cwd: folder, name: 'dpkg-deb' });
	const app = join(folder, 'unpacked', 'usr', 'share', 'redmine');
	for (const name of ['Gemfile.lock', 'instances', 'config/database.yml'])
		rmSync(join(app, name), { recursive: true, force: true });
	const instance = join(app, 'instances', 'default');
	for (const name of ['config', 'tmp/cache', 'log', 'files', 'plugins', 'public/plugin_assets'])
		mkdirSync(join(instance, name), { recursive: true });
	writeFileSync(
		join(instance, 'config', 'database.yml'),
		`production:\n  adapter: sqlite3\n  timeout: 10000\n  database: <%= ENV['REDMINE_DATABASE'] %>\n`,
	);
	symlinkSync('../instances/default/config/database.yml', join(app, 'config', 'database.yml'));
	writeFileSync(join(instance, 'config', 'secret_key.txt'), randomBytes(32).toString('hex'));
	writeFileSync(join(app, 'Gemfile.local'), "gem 'puma'\n");
	writeFileSync(join(folder, 'boot.rb'), BOOT);
	const env = {
		RAILS_ENV: 'production',
		REDMINE_LANG: 'en',
		BUNDLE_GEMFILE: join(app, 'Gemfile'),
		REDMINE_DATABASE: join(folder, 'empty.db'),
		SCHEMA: '/dev/null',
	};
	const bundle = (...args) => run('bundle', args, { cwd: app, env, output: 'text', name: `bundle-${args[0]}` });
	await bundle('check');
	await bundle('exec', 'rake', 'db:migrate');
	await bundle('exec', 'rake', 'redmine:load_default_data');
	const key = (await bundle('exec', 'rails', 'runner', join(folder, 'boot.rb'))).text.trim().split('\n').at(-1);
	if (!/^[0-9a-f]{40}$/.test(key ?? '')) throw new Failed('Redmine gave no API key');
	writeFileSync(join(folder, 'apikey'), key);
}
