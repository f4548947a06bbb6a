/** What follows from a level of pressure: what is done less often, and what not at all. */

import type { AdaptRules } from './figures.ts';
import type { Pressure } from './level.ts';

export interface Effects {
  /** Sampling and checks that are not critical run so many times less often: 1, 2, 4 or 8. */
  readonly stretch: number;
  /** Samplers that only profile `full` has stand still. */
  readonly shedFull: boolean;
  /** The backlog leaves at a slower pace. */
  readonly slowBacklog: boolean;
  /** Tasks wait. */
  readonly holdTasks: boolean;
}

export const NO_EFFECTS: Effects = {
  stretch: 1,
  shedFull: false,
  slowBacklog: false,
  holdTasks: false,
};

export function effectsOf(pressure: Pressure, { stretch }: Pick<AdaptRules, 'stretch'>): Effects {
  const { level, isStarvedBeyondDisk } = pressure;
  return {
    stretch: Math.min(2 ** level, stretch),
    shedFull: level >= 1,
    slowBacklog: level >= 2,
    // A full disk is what cleaning is for: it alone holds no task.
    holdTasks: isStarvedBeyondDisk,
  };
}
