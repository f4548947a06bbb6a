/**
 * V8 made small, before the rest of the program is loaded. Set at run time: as arguments of `node` the
 * same flags cost 18 ms, since V8 then refuses its own cached code.
 */
import { createRequire } from 'node:module';
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
/**
 * Code that did not run since the last full collection is dropped, and made again from its source
 * when it does: most of a start's. Up to a megabyte (docs/benchmarks.md).
 */
const YOUNG_CODE = '--bytecode-old-age=1';

/**
 * What the start needs of Node. With other flags V8 refuses the code that Node has of them, too:
 * loaded later they would be compiled, which a tenth of the start went into.
 */
const NEEDED = [
  'buffer',
  'crypto',
  'fs/promises',
  'net',
  'os',
  'path',
  'perf_hooks',
  'timers/promises',
  'util',
  'zlib',
];

export function beFrugal(): void {
  const require = createRequire(import.meta.url);
  for (const name of NEEDED) require(`node:${name}`);
  for (const flag of [SMALL_HEAP, ...INTERPRETED, SMALL_CODE, YOUNG_CODE]) setFlagsFromString(flag);
}
