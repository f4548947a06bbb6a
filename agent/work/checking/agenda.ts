/**
 * What is due when, with one timer for all of it. When the first of them can wait no longer, all that
 * are due by then begin in one turn: a process that wakes up is cold, and most of what a check costs
 * is warming it.
 */
import type { Due } from '../../core/checks/schedule.ts';
import type { Cancel, Clock } from '../../ports.ts';

/** Timers are set in whole milliseconds. */
const EARLY_MS = 2;
/** Node's timers take 24 days; beyond that they fire at once. */
const LONGEST_TIMER_MS = 86_400_000;

export class Agenda<T> {
  private readonly clock: Clock;
  private readonly begin: (one: T, due: Due) => void;
  /** Nothing is taken out: a map that empties and fills leaves its tables behind each time. */
  private readonly waiting = new Map<T, Due | undefined>();
  private timer: Cancel = () => undefined;
  private timerFor = Number.POSITIVE_INFINITY;

  /** `begin` is called once for each due that was planned; it plans the next one itself. */
  constructor(clock: Clock, begin: (one: T, due: Due) => void) {
    this.clock = clock;
    this.begin = begin;
  }

  /** Instead of what was planned for it before. */
  plan(one: T, due: Due): void {
    this.waiting.set(one, due);
    // A timer for what was planned earlier before fires for nothing, and is set anew then.
    if (due.until < this.timerFor) this.arm(due.until);
  }

  /** Nothing that was planned begins any more. */
  clear(): void {
    this.waiting.clear();
    this.timer();
    this.timerFor = Number.POSITIVE_INFINITY;
  }

  private armForNext(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const due of this.waiting.values()) next = Math.min(next, due?.until ?? next);
    if (next < this.timerFor) this.arm(next);
  }

  private arm(next: number): void {
    this.timer();
    this.timerFor = next;
    const delay = Math.min(Math.max(0, next - this.clock.mono()), LONGEST_TIMER_MS);
    this.timer = this.clock.after(delay, () => {
      this.timerFor = Number.POSITIVE_INFINITY;
      // More than a rounding early: a longest timer, or one that counted from before a pause.
      if (next - this.clock.mono() <= EARLY_MS) this.turn();
      this.armForNext();
    });
  }

  private turn(): void {
    const now = this.clock.mono() + EARLY_MS;
    const turn: (readonly [T, Due])[] = [];
    for (const [one, due] of this.waiting) {
      if (due === undefined || due.from > now) continue;
      this.waiting.set(one, undefined);
      turn.push([one, due]);
    }
    for (const [one, due] of turn) this.begin(one, due);
  }
}
