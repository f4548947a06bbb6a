/**
 * Live messages between receipt and acknowledgement have the right of way: history and the store's own
 * work begin no stretch meanwhile. Such a message needs several turns of the event loop, and waited for
 * a stretch in each of them. Never for long at once, and never most of the time, so that the work gets
 * done however much is live.
 */
import type { Clock, RightOfWay } from '../ports.ts';

/** A message takes one or two milliseconds; on a slow disk ten and more, which nobody can wait for. */
const LONGEST_WAIT_MS = 5;
/** Worked without a wait after one that was the longest: at least half of the time. */
const EARNED_MS = 5;
/** Nothing live for so long, and history may have all that it can take. */
const IN_USE_MS = 1_000;

export class LiveFirst implements RightOfWay {
  private readonly clock: Clock;
  private underWay = 0;
  private entered = 0;
  private enteredSeen = 0;
  private lastSeen = Number.NEGATIVE_INFINITY;
  private leaving = 0;
  private earnedUntil = Number.NEGATIVE_INFINITY;
  private readonly waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  enter(): void {
    this.underWay++;
    this.entered++;
  }

  /** Takes effect behind what this turn has still to do: the acknowledgement leaves at its end. */
  leave(): void {
    this.leaving++;
    if (this.leaving === 1) setImmediate(() => this.left());
  }

  given(): Promise<void> | undefined {
    if (this.underWay === 0 || this.clock.mono() < this.earnedUntil) return undefined;
    return new Promise((resolve) => {
      const go = () => {
        cancel();
        this.waiting.delete(go);
        resolve();
      };
      const cancel = this.clock.after(LONGEST_WAIT_MS, () => {
        this.earnedUntil = this.clock.mono() + EARNED_MS;
        go();
      });
      this.waiting.add(go);
    });
  }

  /** Counted and not timed, because a look at the clock for each message costs more than one here. */
  inUse(): boolean {
    const now = this.clock.mono();
    if (this.entered !== this.enteredSeen) {
      this.enteredSeen = this.entered;
      this.lastSeen = now;
    }
    return now - this.lastSeen < IN_USE_MS;
  }

  private left(): void {
    this.underWay -= this.leaving;
    this.leaving = 0;
    this.letGo();
  }

  /** One in a turn, so that their stretches do not add up. */
  private letGo(): void {
    // Another may have come meanwhile; who waits has its own end to that.
    if (this.underWay > 0) return;
    const [go] = this.waiting;
    go?.();
    if (this.waiting.size > 0) setImmediate(() => this.letGo());
  }
}
