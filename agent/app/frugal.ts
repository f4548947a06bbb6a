/**
 * V8 made small, before the rest of the program is loaded. Set at run time: as arguments of `node` the
 * same flags cost 18 ms, since V8 then refuses its own cached code.
 */
import { setFlagsFromString } from 'node:v8';

/**
 * The young generation stays as small as it begins. It would grow to 48 MB while a backlog drains,
 * hold on to what LevelDB hands over until it is full, and never shrink.
 */
const SMALL_HEAP = '--semi-space-growth-factor=1';
/**
 * What runs twice a minute is not worth compiling: V8's compilers and what they make are megabytes
 * of a device's memory, at the same CPU time. A month's backlog is drained ten times faster than it
 * has to be without them, too (docs/benchmarks.md).
 */
const INTERPRETED = ['--max-optimized-bytecode-size=0', '--no-sparkplug'];
/** Code and garbage are kept smaller: two weeks of backlog left 13 MB less behind (docs/benchmarks.md). */
const SMALL_CODE = '--optimize-for-size';

export function beFrugal(): void {
  for (const flag of [SMALL_HEAP, ...INTERPRETED, SMALL_CODE]) setFlagsFromString(flag);
}
