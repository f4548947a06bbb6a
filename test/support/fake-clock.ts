/** A clock that moves only when the test says so; timers fire in order, with promises between. */
import type { Cancel, Clock } from '../../agent/ports.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

/** Turns of the microtask queue that a chain of awaits may need before the next timer. */
const TURNS = 100;

export class FakeClock implements Clock {
  private now: number;
  private readonly wallOffset: number;
  private order = 0;
  private timers: Timer[] = [];
  /** Timers that have fired. */
  fired = 0;
  /** The next timer counts from so long ago. */
  stale = 0;

  constructor(mono = 0, wall = Date.UTC(2026, 10, 21)) {
    this.now = mono;
    this.wallOffset = wall - mono;
  }

  wall(): number {
    return this.now + this.wallOffset;
  }

  mono(): number {
    return this.now;
  }

  after(delayMs: number, action: () => void): Cancel {
    const counted = Math.max(0, delayMs - this.stale);
    this.stale = 0;
    const timer = { at: this.now + counted, order: this.order++, action };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  /** When the next timer is due; `undefined` when none is set. */
  next(): number | undefined {
    return [...this.timers].sort(byDue)[0]?.at;
  }

  get pending(): number {
    return this.timers.length;
  }

  /** Moves on, firing what falls due at its own time. */
  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await this.settle();
      const next = this.timers.filter(({ at }) => at <= end).sort(byDue)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((one) => one !== next);
      this.now = Math.max(this.now, next.at);
      this.fired++;
      next.action();
    }
    this.now = end;
    await this.settle();
  }

  /** Time passes while the process is too busy for its timers; they fire late. */
  stall(ms: number): void {
    this.now += ms;
  }

  private async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
  }
}

function byDue(a: Timer, b: Timer): number {
  return a.at - b.at || a.order - b.order;
}
