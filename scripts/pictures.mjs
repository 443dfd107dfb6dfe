/** `node scripts/pictures.mjs [NAME …]`: takes the pictures of the documentation from the demo's workflow in the real editor. */
import { command, play } from './lib/command.mjs';

await command((rest) => play('scripts/pictures/take.ts', rest));
