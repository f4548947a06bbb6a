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
  private newestSince = 0;
  private cancel: Cancel | undefined;

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
    this.newestSince = this.clock.mono();
    this.watch();
    go();
  }

  /** One timer for all that come one after the other: most are done long before it. */
  private watch(): void {
    const { longMs } = this.rules;
    this.cancel ??= this.clock.after(this.newestSince + longMs - this.clock.mono(), () => {
      this.cancel = undefined;
      if (this.newest === undefined) return;
      if (this.clock.mono() - this.newestSince < longMs) this.watch();
      else this.pass();
    });
  }

  private pass(): void {
    this.newest = undefined;
    if (this.waiting.length === 0) {
      this.cancel?.();
      this.cancel = undefined;
    }
    this.next();
  }

  private next(): void {
    if (this.newest !== undefined || this.running >= this.rules.most) return;
    this.waiting.shift()?.();
  }
}
