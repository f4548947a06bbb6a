/** Timers that are not imported: those of the laboratory. */
export { clearInterval, clearTimeout, setInterval, setTimeout } from './timers.ts';
