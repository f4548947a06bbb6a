/**
 * One after the other, in the order in which they came, so that none is measured while another
 * works. One that takes long is waiting for something: the next begins beside it, up to so many.
 */
import type { Cancel, Clock } from '../../ports.ts';

export interface SlotRules {
  /** At the same time at most. */
  readonly most: number;
  /** From then on one that still runs holds up nobody, as long as there is a place. */
  readonly longMs: number;
}

export class Slots {
  private readonly clock: Clock;
  private readonly rules: SlotRules;
  private readonly waiting: (() => void)[] = [];
  private running = 0;
  /** Of those that run, the one that others wait for. */
  private newest: object | undefined;
  private cancel: Cancel = () => undefined;

  constructor(clock: Clock, rules: SlotRules) {
    this.clock = clock;
    this.rules = rules;
  }

  async with<T>(work: () => Promise<T>): Promise<T> {
    const mine = {};
    if (this.newest !== undefined || this.running >= this.rules.most || this.waiting.length > 0) {
      await new Promise<void>((resolve) => this.waiting.push(() => this.enter(mine, resolve)));
    } else this.enter(mine, () => undefined);
    try {
      return await work();
    } finally {
      this.running -= 1;
      if (this.newest === mine) this.pass();
      else this.next();
    }
  }

  private enter(mine: object, go: () => void): void {
    this.running += 1;
    this.newest = mine;
    this.cancel();
    this.cancel = this.clock.after(this.rules.longMs, () => {
      if (this.newest === mine) this.pass();
    });
    go();
  }

  private pass(): void {
    this.cancel();
    this.newest = undefined;
    this.next();
  }

  private next(): void {
    if (this.newest !== undefined || this.running >= this.rules.most) return;
    this.waiting.shift()?.();
  }
}
