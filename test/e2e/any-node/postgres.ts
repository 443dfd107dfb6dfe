/** The story over a database: Postgres nodes on both sides. */
import { sql } from 'kysely';

import { open } from '../../../sql/open';
import type { Database } from '../../../sql/types';
import { startN8n } from '../../n8n/harness';
import { startPostgres } from '../../servers/postgres';
import type { Server } from '../../servers/server';
import type { Side, Stage, Telling } from './story';

export function postgres(): Telling {
	let server: Server;
	let database: Database;

	/** A table, looked at from outside. */
	const table = (name: string, known: string): Side => {
		const at = sql.table(name);
		const id = sql.ref(known);
		return {
			rows: async () => await database.all(sql<Record<string, unknown>>`SELECT * FROM ${at} ORDER BY ${id}`),
			add: async (row) => {
				const names = sql.join(Object.keys(row).map((column) => sql.ref(column)));
				await database.run(sql`INSERT INTO ${at} (${names}) VALUES (${sql.join(Object.values(row))})`);
			},
			change: async (of, row) => {
				for (const [column, value] of Object.entries(row))
					await database.run(sql`UPDATE ${at} SET ${sql.ref(column)} = ${value} WHERE ${id} = ${of}`);
			},
			remove: async (of) =>
				void (await database.run(
					of === undefined ? sql`DELETE FROM ${at}` : sql`DELETE FROM ${at} WHERE ${id} = ${of}`,
				)),
		};
	};

	return {
		template: 'any-node-postgres',
		async prepare(): Promise<Stage> {
			server = await startPostgres();
			const { host, port, database: name, user, password } = server;
			database = await open(
				{ dialect: 'postgres', host, port, database: name, user, password },
				{ readOnly: false, values: 'plain' },
			);
			await database.run(
				sql`CREATE TABLE people (id int PRIMARY KEY, email text, full_name text, department text)`,
			);
			await database.run(
				sql`CREATE TABLE access_list (id serial PRIMARY KEY, login text NOT NULL, name text, department text CHECK (department <> 'Forbidden'), note text)`,
			);
			const n8n = await startN8n();
			const credential = await n8n.api.createCredential('HR', 'postgres', {
				host,
				port,
				database: name,
				user,
				password,
				ssl: 'disable',
				sshTunnel: false,
				allowUnauthorizedCerts: false,
				maxConnections: 5,
			});
			const source = table('people', 'id');
			return {
				n8n,
				source,
				destination: table('access_list', 'login'),
				asRow: (person) => ({ ...person }),
				credentials: { postgres: credential },
				spoil: async () => await source.change(4, { department: 'Forbidden' }),
				failure: /Person 4 could not be written.*Forbidden/u,
				mend: async () => await source.change(4, { department: 'Support' }),
				mended: (rows) =>
					rows.some(({ login, department }) => login === 'p4@x.test' && department === 'Support'),
			};
		},
		async clear() {
			await database?.close();
			await server?.stop();
		},
	};
}
