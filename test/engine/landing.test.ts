/** The engine over real servers: what becomes of a write whose answer never came, or that did not get through. */
import { sql } from 'kysely';

import { DatabaseDestination } from '../../connectors/database/destination';
import type { Database, ServerConfig } from '../../sql/types';
import { startProxy, type Proxy } from '../servers/proxy';
import { overEveryDatabase } from '../sql/databases';
import { sleep, World } from './world';

overEveryDatabase(
	(place) => {
		let proxy: Proxy;
		let world: World;
		let db: Database;
		let destination: DatabaseDestination;
		const serial = place.dialect === 'postgres' ? sql`SERIAL` : sql`INTEGER AUTO_INCREMENT`;

		beforeEach(async () => {
			db = await place.open();
			await db.run(sql`DROP TABLE IF EXISTS people`);
			await db.run(
				sql`CREATE TABLE people (id ${serial} PRIMARY KEY, email VARCHAR(100), name VARCHAR(100), team VARCHAR(100), active VARCHAR(10))`,
			);
			const config = place.config() as ServerConfig;
			proxy = await startProxy(config);
			const through = { ...config, host: proxy.host, port: proxy.port };
			destination = new DatabaseDestination({ database: through, table: { name: 'people' } });
			world = await World.open();
			world.into = destination;
		});
		afterEach(async () => {
			await world.close();
			await destination.close();
			await proxy.stop();
			await db.close();
		});

		const standing = async () =>
			await db.all(sql<{ email: string; team: string }>`SELECT email, team FROM people ORDER BY email`);

		it.each(['without', 'with'])(
			'makes no twin when the connection dies after the insert and before its answer, %s a unique constraint (invariant 4)',
			async (constraint) => {
				if (constraint === 'with')
					await db.run(sql`ALTER TABLE people ADD CONSTRAINT one_email UNIQUE (email)`);
				for (let n = 0; n < 20; n++) world.person(`k${n}`);
				proxy.swallowAfter('COMMIT');
				const first = await world.tick();
				expect(first.troubles.join()).toContain('cannot be reached');
				expect(proxy.cuts).toBeGreaterThan(0);
				// The server had done it.
				expect(await standing()).toHaveLength(20);
				proxy.mend();
				for (let n = 0; n < 20; n += 2) world.person(`k${n}`, { team: 'Legal' });
				const second = await world.tick();
				expect(second).toMatchObject({ health: 'healthy', counts: { due: 0, later: 0, failed: 0 } });
				const rows = await standing();
				expect(rows).toHaveLength(20);
				expect(rows.filter(({ team }) => team === 'Legal')).toHaveLength(10);
			},
			60_000,
		);

		it('ends a batch in time whose row another session keeps, writes nothing later, and tries it again (invariant 3)', async () => {
			world.person('a');
			world.person('b');
			await world.tick();
			world.told();
			world.ttl = 4000;
			world.person('a', { team: 'Legal' });
			world.person('c');
			await db.transaction(async (tx) => {
				await tx.run(sql`UPDATE people SET name = 'kept' WHERE email = 'a@x.test'`);
				const began = performance.now();
				const blocked = await world.tick();
				expect(performance.now() - began).toBeLessThan(world.ttl);
				expect(blocked.counts).toMatchObject({ due: 2, failed: 0 });
			});
			await sleep(world.ttl);
			expect(await standing()).toEqual([
				{ email: 'a@x.test', team: 'Sales' },
				{ email: 'b@x.test', team: 'Sales' },
			]);
			world.ttl = 10_000;
			await world.tick();
			expect(await standing()).toEqual([
				{ email: 'a@x.test', team: 'Legal' },
				{ email: 'b@x.test', team: 'Sales' },
				{ email: 'c@x.test', team: 'Sales' },
			]);
		}, 60_000);
	},
	['postgres', 'mysql'],
);
