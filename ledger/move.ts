/**
 * Links that move: a record, or a part of one, came back under another key, which finds the counterpart of the one that
 * vanished.
 */
import { sql } from 'kysely';

import { linkName } from '../sync/key';
import type { Link, MovedLink } from '../sync/ledger';
import { linkText } from '../sync/parts';
import { linksOf } from './claim';
import { eraseRemoved } from './confirm';
import { writeHistory } from './history';
import { KEY_AND_PART, lockDestination, lockRun, now, type Store } from './store';

/**
 * Moves the links of vanished keys, and of parts that this run finds gone, to the keys and parts of this run that found
 * their counterparts, with all that was confirmed. One whose removal is on its way in another run stays. Answers with the links that the run's keys have now.
 */
export async function moveLinks(store: Store, destination: number, run: number, moves: MovedLink[]): Promise<Link[]> {
	if (moves.length === 0) return [];
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		await lockRun(store, tx, run);
		const at = await now(tx);
		const wanted = tx.dialect.values(
			'w',
			[
				{ name: 'from_key', type: 'text' },
				{ name: 'from_part', type: 'text' },
				{ name: 'to_key', type: 'text' },
				{ name: 'to_part', type: 'text' },
				{ name: 'counterpart', type: 'text' },
			],
			moves.map(({ from, to, counterpart }) => [from.key, from.part, to.key, to.part, counterpart]),
		);
		const movable = await tx.all(sql<{
			from_key: string;
			to_key: string;
			part: string;
			to_part: string;
			version: number;
		}>`
			SELECT w.from_key, w.to_key, w.from_part AS part, w.to_part, tr.version FROM ${wanted}
			JOIN ${table('destination')} d ON d.id = ${destination}
			JOIN ${table('record')} r ON r.sync = d.sync AND r.key = w.from_key
			JOIN ${table('record')} tr ON tr.sync = d.sync AND tr.key = w.to_key
			JOIN ${table('link')} l ON l.destination = d.id AND l.key = w.from_key AND l.part = w.from_part AND l.counterpart = w.counterpart
			JOIN ${table('link')} t ON t.destination = d.id AND t.key = w.to_key AND t.part = w.to_part AND t.lease = ${run} AND t.state = 'claimed' AND t.counterpart IS NULL
			WHERE (r.present = 0 AND (l.lease IS NULL OR (l.lease = ${run} AND l.state IN ('handed', 'claimed'))))
				OR (l.part <> '' AND l.lease = ${run} AND l.state = 'claimed')`);
		for (const { from_key: from, to_key: to, part, to_part: toPart, version } of movable) {
			const [before] = await tx.all(sql<Record<string, string | number | null>>`
				SELECT counterpart, revision, fields, told, on_return, removed_at, initial, CASE WHEN removal = 'sent' THEN 'sent' ELSE 'none' END AS removal
				FROM ${table('link')} WHERE destination = ${destination} AND key = ${from} AND part = ${part}`);
			await tx.run(sql`UPDATE ${table('link')} SET state = 'settled', counterpart = NULL, former = counterpart, version = NULL, revision = NULL,
				fields = NULL, told = NULL, provisional = NULL, on_return = NULL, removal = 'none', hold = NULL, sent_at = NULL, removed_at = NULL,
				create_intended = 0, match = NULL, attempts = 0, error = NULL, lease = NULL, lease_until = NULL, due_at = ${at}
				WHERE destination = ${destination} AND key = ${from} AND part = ${part}`);
			// A version of the other key says nothing about this one's: 0 is behind all of them.
			await tx.run(sql`UPDATE ${table('link')} SET counterpart = ${before!.counterpart}, version = 0, revision = ${before!.revision},
				fields = ${before!.fields}, told = ${before!.told}, provisional = NULL, on_return = ${before!.on_return}, removal = ${before!.removal},
				removed_at = ${before!.removed_at}, initial = ${before!.initial}, create_intended = 0, match = NULL
				WHERE destination = ${destination} AND key = ${to} AND part = ${toPart}`);
			const entry = {
				outcome: 'moved',
				field: null,
				was: linkText({ key: from, part }),
				now: linkText({ key: to, part: toPart }),
				why: 'its key changed in the source',
			};
			await writeHistory(store, tx, destination, at, [{ key: to, part: toPart, version, entries: [entry] }], run);
		}
		await eraseRemoved(
			store,
			tx,
			destination,
			movable.map(({ from_key: from }) => from),
		);
		const taken = new Set(movable.map(({ to_key: key, to_part: part }) => linkName({ key, part })));
		const links = await linksOf(
			store,
			tx,
			destination,
			tx.dialect.values(
				'w',
				KEY_AND_PART.slice(0, 1),
				[...new Set(movable.map(({ to_key: to }) => to))].map((to) => [to]),
			),
			movable.length,
		);
		return links.filter((link) => taken.has(linkName(link)));
	});
}
