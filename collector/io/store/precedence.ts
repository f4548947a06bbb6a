/**
 * People's questions go before housekeeping: it works in slices of a few milliseconds and halts
 * between them while samples are read for somebody. Never for long at once, so that it gets done
 * however much is asked; and not while a checkpoint waits for the lock that it holds.
 *
 * What is live goes before all of the store's own work, writing included.
 */
import type { RightOfWay } from '../../ports.ts';
import { breathe } from './lock.ts';
import type { Pace } from './turns.ts';

const SLICE_MS = 2;
const LONGEST_HALT_MS = 100;
/** Worked without a halt after one that was the longest: a fifth of the time at least, also at a stop. */
const EARNED_MS = 25;

export class Precedence {
  private reads = 0;
  private hurried = 0;
  private earnedUntil = Number.NEGATIVE_INFINITY;
  private readonly rightOfWay: RightOfWay;
  private readonly now: () => number;
  private readonly halted = new Set<() => void>();

  constructor(rightOfWay: RightOfWay, now = () => performance.now()) {
    this.rightOfWay = rightOfWay;
    this.now = now;
  }

  /** A reading that somebody waits for. */
  async reading<T>(read: () => Promise<T>): Promise<T> {
    const end = this.begin();
    try {
      return await read();
    } finally {
      end();
    }
  }

  /** A reading that goes on until the answer is called. */
  begin(): () => void {
    this.reads++;
    return () => {
      this.reads--;
      if (this.reads === 0) this.goOn();
    };
  }

  /** Until the answer is called, housekeeping does not halt. */
  hurry(): () => void {
    this.hurried++;
    this.goOn();
    return () => {
      this.hurried--;
    };
  }

  /** Between two stretches of writing: lets everything else run, and what is live pass. */
  async giveWay(): Promise<void> {
    await breathe();
    await this.rightOfWay.given();
  }

  /** Between two slices: lets everything else run, and waits while somebody's samples are read. */
  async halt(): Promise<void> {
    await this.giveWay();
    if (this.reads === 0 || this.hurried > 0 || this.now() < this.earnedUntil) return;
    await new Promise<void>((resolve) => {
      const go = () => {
        clearTimeout(timer);
        this.halted.delete(go);
        resolve();
      };
      const timer = setTimeout(() => {
        this.earnedUntil = this.now() + EARNED_MS;
        go();
      }, LONGEST_HALT_MS);
      this.halted.add(go);
    });
  }

  private goOn(): void {
    for (const go of [...this.halted]) go();
  }
}

/** The pace of housekeeping. */
export class Slices implements Pace {
  /** Few: a query's waits for the disk queue up behind them. */
  readonly rangesAtOnce = 8;
  private readonly precedence: Precedence;
  private began = performance.now();

  constructor(precedence: Precedence) {
    this.precedence = precedence;
  }

  due(): boolean {
    return performance.now() - this.began >= SLICE_MS;
  }

  async next(): Promise<void> {
    await this.precedence.halt();
    this.began = performance.now();
  }

  /** After each piece of work. */
  async step(): Promise<void> {
    if (this.due()) await this.next();
  }
}
