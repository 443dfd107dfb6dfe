/** `npm run demo [-- --once]`: the main job in a real n8n; `--once` ends by itself and prints its result. */
import { command, play } from './lib/command.mjs';

await command((rest) => play('scripts/demo/story.ts', rest), { always: (rest) => rest.includes('--once') });
