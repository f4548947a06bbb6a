/**
 * Boots that never learned the time, and where their records belong once a later boot does.
 *
 * Such a boot's records carry a provisional wall time that is right in distance and wrong in
 * position. They are placed in order: each boot ends just before the next one began.
 */
export interface UntimedBoot {
  /** First 64 bits of the kernel's boot id, in hexadecimal. */
  readonly boot: string;
  /** Provisional UTC milliseconds of the moment the kernel started. */
  readonly start: number;
  /** Provisional UTC milliseconds of its last record, once a later boot looked. */
  readonly end: number | undefined;
}

/** Longest list kept: a device that boots a hundred times without time merges the oldest. */
const MAX_BOOTS = 100;
const BETWEEN_BOOTS_MS = 1_000;

/** Notes a new boot; `lastTo` is the provisional end of what the buffer held when it opened. */
export function noteBoot(
  boots: readonly UntimedBoot[],
  boot: string,
  start: number,
  lastTo: number | undefined,
): readonly UntimedBoot[] {
  const last = boots.at(-1);
  if (last?.boot === boot) return boots;
  const closed =
    last === undefined
      ? []
      : [...boots.slice(0, -1), { ...last, end: Math.max(last.start, lastTo ?? last.start) }];
  return [...closed, { boot, start, end: undefined }].slice(-MAX_BOOTS);
}

/**
 * Milliseconds to add to the provisional times of each boot, now that the last one's true start
 * is known.
 */
export function placeBoots(
  boots: readonly UntimedBoot[],
  trueStart: number,
): ReadonlyMap<string, number> {
  const shifts = new Map<string, number>();
  let nextStart = trueStart;
  for (const { boot, start, end } of [...boots].reverse()) {
    const shift = end === undefined ? nextStart - start : nextStart - BETWEEN_BOOTS_MS - end;
    shifts.set(boot, shift);
    nextStart = start + shift;
  }
  return shifts;
}
