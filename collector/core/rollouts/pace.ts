/** How many devices may begin now: so many at the same time, so many within any minute. */
const MINUTE = 60_000;

export class Pace {
  private readonly perMinute: number;
  /** When devices began, oldest first. */
  private begun: number[] = [];
  private from = 0;

  constructor(perMinute: number) {
    this.perMinute = perMinute;
  }

  /** Of starts that memory was told again after a crash; in any order. */
  restore(times: readonly number[]): void {
    this.begun = [...times].sort((a, b) => a - b);
    this.from = 0;
  }

  left(now: number): number {
    while (this.from < this.begun.length && (this.begun[this.from] as number) <= now - MINUTE)
      this.from++;
    if (this.from > 4_096 && this.from * 2 > this.begun.length) {
      this.begun = this.begun.slice(this.from);
      this.from = 0;
    }
    return Math.max(0, this.perMinute - (this.begun.length - this.from));
  }

  take(now: number): void {
    // A clock that was set back must not make room.
    this.begun.push(Math.max(now, this.begun.at(-1) ?? now));
  }
}
