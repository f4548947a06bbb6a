/** How hard-pressed the machine is, from all that strains it, slow to change its mind. Pure. */

import type { AdaptRules, Figures } from './figures.ts';
import { GAUGES, type Source } from './gauges.ts';

/** 0 none, 1 eased (the agent does less), 2 strained, 3 starved. */
export const LEVELS = ['none', 'eased', 'strained', 'starved'] as const;
export type Level = 0 | 1 | 2 | 3;
const ABOVE_NONE = [1, 2, 3] as const;

/** So long a pressure must last before it counts. */
const RISE_MS = 30_000;

/** Whether something is reached, and since when it should not be so. */
interface Latch {
  readonly on: boolean;
  /** Since when the pressure has been on the other side; `undefined` while it is on this one. */
  readonly otherSince: number | undefined;
}

export interface Pressure {
  readonly level: Level;
  /** Starved of something else than disk. */
  readonly isStarvedBeyondDisk: boolean;
  /** What each gauge shows, without delay. */
  readonly gauges: readonly Level[];
  /** For each level above none, and for `isStarvedBeyondDisk`. */
  readonly latches: readonly Latch[];
}

export const NO_PRESSURE: Pressure = {
  level: 0,
  isStarvedBeyondDisk: false,
  gauges: GAUGES.map(() => 0),
  latches: [],
};

/**
 * Each level is reached when the pressure was at least there for `RISE_MS`, and left when it was
 * below for the time of `dwell`. Each decides for itself, so that more pressure never gives a lower
 * level, and none changes more than once in that time.
 */
export function nextPressure(
  before: Pressure,
  figures: Figures,
  now: number,
  rules: AdaptRules,
): Pressure {
  const gauges = GAUGES.map(({ strain, thresholds }, index) =>
    gaugeLevel(strain(figures, rules), thresholds(rules), before.gauges[index] ?? 0),
  );
  const raw = Math.max(0, ...gauges);
  const beyondDisk = gauges.some((level, index) => level === 3 && GAUGES[index]?.source !== 'disk');
  const latches = [...ABOVE_NONE.map((level) => raw >= level), beyondDisk].map((wanted, index) =>
    nextLatch(before.latches[index], wanted, now, rules.dwell),
  );
  const reached = ABOVE_NONE.filter((_, index) => latches[index]?.on);
  return {
    level: reached.at(-1) ?? 0,
    isStarvedBeyondDisk: latches[ABOVE_NONE.length]?.on === true,
    gauges,
    latches,
  };
}

/** Sources that are at this level or above just now. */
export function sourcesAt({ gauges }: Pressure, level: Level): readonly Source[] {
  const found = GAUGES.filter((_, index) => (gauges[index] ?? 0) >= level);
  return [...new Set(found.map(({ source }) => source))];
}

function nextLatch(before: Latch | undefined, wanted: boolean, now: number, dwell: number): Latch {
  const { on, otherSince } = before ?? { on: false, otherSince: undefined };
  if (wanted === on) return { on, otherSince: undefined };
  const since = otherSince ?? now;
  const isOver = now - since >= (on ? dwell : RISE_MS);
  return isOver ? { on: wanted, otherSince: undefined } : { on, otherSince: since };
}

function gaugeLevel(
  strain: number | undefined,
  { enter, leave }: { readonly enter: readonly number[]; readonly leave: readonly number[] },
  before: Level,
): Level {
  if (strain === undefined) return 0;
  const reached = ABOVE_NONE.filter((level) => {
    const threshold = level <= before ? leave[level - 1] : enter[level - 1];
    return strain >= (threshold ?? Number.POSITIVE_INFINITY);
  });
  return reached.at(-1) ?? 0;
}
