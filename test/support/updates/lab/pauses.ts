/** Takes the place of `node:timers/promises` in the laboratory. */
export { pause as setTimeout } from './timers.ts';
