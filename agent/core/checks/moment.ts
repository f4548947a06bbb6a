/** A point in time by both clocks, so that a wall clock that steps does not falsify it. */

export interface Moment {
  /** UTC milliseconds as believed then. */
  readonly wall: number;
  /** Milliseconds since boot. */
  readonly mono: number;
}

/** Beyond this the wall clock was set; below, it was only trimmed. */
const STEP_MS = 60_000;

/** UTC milliseconds of a moment, as far as the clock of now knows. It never lies ahead of now. */
export function wallOf(then: Moment, now: Moment): number {
  const passed = Math.max(0, now.mono - then.mono);
  const stepped = Math.abs(now.wall - then.wall - passed) > STEP_MS;
  return Math.round(stepped ? now.wall - passed : Math.min(then.wall, now.wall));
}
