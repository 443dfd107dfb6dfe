/** A tick over a Postgres table in which nothing has changed, beside the database's own count and hash of all rows. */
import { sql } from 'kysely';

import { detect, type Crowd } from './parts/detect';
import { rowSize, SOURCE } from './parts/people';
import { ended } from './parts/programs';
import { serve } from './parts/server';

/** As fast as that, one and a half times over. */
const LIMIT = 1.5;

export const run = async (given: string[]) => await detect('detect', LIMIT, fill, given);

/** People in a Postgres of its own. */
export async function fill(rows: number): Promise<Crowd> {
	const { people, version, stop } = await serve(rows);
	const { host, port, user, database } = people.sourceAt;
	const [row] = await people.source.all(
		sql<{ size: number }>`SELECT avg(octet_length(to_jsonb(p)::text))::integer AS size FROM ${sql.id(SOURCE)} AS p`,
	);
	const psql = (text: string) =>
		ended('psql', ['-h', host, '-p', String(port), '-U', user, '-d', database, '-At', '-c', text]);
	return {
		read: { database: people.sourceAt, table: SOURCE },
		version,
		size: await rowSize(people),
		json: row!.size,
		peers: [
			{
				system: 'count and hash',
				is: '`SELECT count(*), sum(hashtextextended(t::text, 0)) FROM people AS t` through psql',
				run: () => psql(`SELECT count(*), sum(hashtextextended(t::text, 0)) FROM ${SOURCE} AS t`),
			},
		],
		touch: async () => void (await people.source.run(sql`UPDATE ${sql.id(SOURCE)} SET note = 'x' WHERE id = 7`)),
		stop,
	};
}
