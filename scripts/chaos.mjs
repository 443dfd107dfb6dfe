/**
 * `npm run chaos -- --seed N --rounds K [--queue] [--json]`: a real n8n syncs while both sides are edited, and whatever
 * takes part is killed and cut off at random moments. A round kills one thing, and most often a second one while that is down.
 */
import { command, play } from './lib/command.mjs';

await command((rest) => play('test/chaos/chaos.ts', rest));
