/** Syncs whose ticks, complete reads or sweeps have stopped: what the watchdog says, and the board shows. */
import { sql } from 'kysely';

import { staleness, type Rhythm, type Stale } from '../../sync/watchdog';
import type { Store } from '../store';

interface Row {
	id: number;
	name: string;
	workflow: string;
	instance: string;
	paused: number;
	registered_at: number;
	observer_until: number;
	tick_at: number | null;
	complete_read_at: number | null;
	tick_every: number | null;
	complete_every: number | null;
	sweep_every: number | null;
	stale_told: string | null;
}

/** All that are stale at that moment. */
export async function stale({ db, table }: Store, at: number): Promise<Stale[]> {
	const rows =
		await db.all(sql<Row>`SELECT id, name, workflow, instance, paused, registered_at, observer_until, tick_at, complete_read_at,
		tick_every, complete_every, sweep_every, stale_told FROM ${table('sync')} ORDER BY name, id`);
	const sweeps = await db.all(sql<{ sync: number; name: string; since: number }>`
		SELECT sync, name, coalesce(swept_at, created_at) AS since FROM ${table('destination')}
		WHERE state = 'active' AND sweep_until < ${at} AND down_text IS NULL ORDER BY name, id`);
	return rows.flatMap((row) => {
		if (row.paused === 1) return [];
		const rhythm: Rhythm = {
			tick: {
				every: row.tick_every,
				since: Math.max(row.tick_at ?? row.registered_at, Math.min(row.observer_until, at)),
			},
			read: {
				every: row.complete_every,
				since: row.complete_read_at === 0 ? at : (row.complete_read_at ?? row.registered_at),
			},
			sweeps: sweeps
				.filter(({ sync }) => sync === row.id)
				.map(({ name, since }) => ({ name, every: row.sweep_every, since })),
		};
		const kinds = staleness(rhythm, at);
		if (kinds.length === 0) return [];
		const text = kinds.map((kind) => kind.text).join(' ');
		return [
			{
				sync: row.id,
				name: row.name,
				workflow: row.workflow,
				instance: row.instance,
				text,
				kinds: kinds.map(({ kind }) => kind),
				needs: Math.min(...kinds.map(({ needs }) => needs)),
				told: row.stale_told,
			},
		];
	});
}
