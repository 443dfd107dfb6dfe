/** Two who may sign in at the database, by a password: one that may only read the source, one that may only write the list. */
import { readFileSync, writeFileSync } from 'node:fs';

import type { Tables } from '../editor/tables';

export const ROLES = {
	reader: { user: 'hr_reader', password: 'only to look' },
	writer: { user: 'door_writer', password: 'only the door' },
};

/** Makes both. From now on the server asks them for their passwords, and nobody else. */
export async function letIn(tables: Tables): Promise<void> {
	for (const [who, may] of [
		['reader', 'SELECT ON employees'],
		['writer', 'SELECT, INSERT, UPDATE ON access_list'],
	] as const) {
		await tables.all(`CREATE ROLE ${ROLES[who].user} LOGIN`);
		await passwordOf(tables, who, ROLES[who].password);
		await tables.all(`GRANT ${may} TO ${ROLES[who].user}`);
	}
	const [{ hba_file: file }] = (await tables.all<{ hba_file: string }>('SHOW hba_file')) as [{ hba_file: string }];
	const names = Object.values(ROLES).map(({ user }) => user);
	writeFileSync(file, `host all ${names.join()} all scram-sha-256\n${readFileSync(file, 'utf8')}`);
	await tables.all('SELECT pg_reload_conf()');
}

/** Somebody changes a password, and tells nobody. */
export async function passwordOf(tables: Tables, who: keyof typeof ROLES, password: string): Promise<void> {
	await tables.all(`ALTER ROLE ${ROLES[who].user} PASSWORD '${password}'`);
}
