/** A tick over a MariaDB table in which nothing has changed, beside one plain read of all rows. */
import { sql } from 'kysely';

import { open } from '../sql/open';
import type { ServerConfig } from '../sql/types';
import { available, startMariadb } from '../test/servers/mariadb';
import { detect, type Crowd } from './parts/detect';
import { ended } from './parts/programs';

const LIMIT = 2;

export const run = async (given: string[]) => await detect('detect-mysql', LIMIT, fill, given);

async function fill(rows: number): Promise<Crowd> {
	const there = available();
	if (!there.ok) throw new Error(`missing: ${there.missing}`);
	const server = await startMariadb(['--skip-log-bin', '--innodb-buffer-pool-size=1G']);
	const { host, port, user, password, database } = server;
	const config: ServerConfig = { dialect: 'mysql', host, port, user, password, database };
	const db = await open(config, { readOnly: false, values: 'plain' });
	await db.run(sql`CREATE TABLE people (id integer PRIMARY KEY, employee_no varchar(20) NOT NULL UNIQUE, email varchar(100) NOT NULL,
		first_name varchar(100) NOT NULL, last_name varchar(100) NOT NULL, department varchar(60), manager integer,
		salary decimal(12, 2), active boolean NOT NULL, hired_on date, updated_at timestamp(6) NOT NULL, attributes json, note text)`);
	await db.run(sql`INSERT INTO people SELECT n, concat('E', lpad(n, 8, '0')), concat('person.', n, '@example.com'),
		concat('First ', md5(n)), concat('Last ', n * 7919 % 100003), concat('Department ', n % 40), nullif(n div 10, 0),
		30000 + n % 70000 + (n % 100) / 100.0, n % 20 <> 0, date '2001-01-01' + interval n % 9000 day,
		timestamp '2026-01-01 00:00:00' + interval n % 86400 second,
		json_object('room', n % 900, 'badge', md5(concat('b', n)), 'languages', json_array('de', 'en')),
		repeat(concat(md5(concat('n', n)), ' '), 4)
		FROM (SELECT seq AS n FROM ${sql.raw(`seq_1_to_${rows}`)}) AS x`);
	await db.run(sql`ANALYZE TABLE people`);
	const [about] = await db.all(sql<{ version: string }>`SELECT version() AS version`);
	const client = (text: string) =>
		ended('mariadb', [`-h${host}`, `-P${port}`, `-u${user}`, database, '--quick', '-N', '-e', text]);
	return {
		read: { database: config, table: 'people' },
		version: about!.version,
		size: 420,
		peers: [
			{
				system: 'plain read',
				is: '`SELECT * FROM people` through the server’s own client (`mariadb --quick`), what it prints thrown away',
				run: () => client('SELECT * FROM people'),
			},
		],
		touch: async () => void (await db.run(sql`UPDATE people SET note = 'x' WHERE id = 7`)),
		stop: async () => {
			await db.close();
			await server.stop();
		},
	};
}
