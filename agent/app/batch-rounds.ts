/** When a batch is closed: at each turn of its interval, just behind a tick of the samplers. */
import type { Cancel, Clock } from '../ports.ts';

export interface BatchRoundsDeps {
  readonly clock: Clock;
  readonly batchMs: () => number;
  readonly close: () => Promise<void>;
}

/** How long samplers that read from threads usually take; what comes later waits for the next batch. */
const LATE_SAMPLES_MS = 250;

export class BatchRounds {
  private readonly deps: BatchRoundsDeps;
  private timer: Cancel = () => undefined;

  constructor(deps: BatchRoundsDeps) {
    this.deps = deps;
  }

  /** Late samples join their row. */
  start(after = 0): void {
    const { clock, batchMs, close } = this.deps;
    const batch = batchMs();
    const now = clock.mono() - LATE_SAMPLES_MS;
    // A timer may fire a little early, which must not make two batches of one.
    const due = (Math.floor(Math.max(after, now) / batch) + 1) * batch;
    this.timer = clock.after(due - now, () => {
      this.start(due);
      void close();
    });
  }

  stop(): void {
    this.timer();
  }
}
