/**
 * Watches the device's own retained `state`. When it names another session, the broker lost ours,
 * the will of our last connection came late, or somebody uses our id: ours is said again.
 */
import type { Cancel, Clock } from '../ports.ts';

/** Others are answered at most this often: two devices of one id must not shout at each other. */
const ANSWER_MS = 10_000;

export class OwnState {
  private readonly clock: Clock;
  private readonly say: () => void;
  private saidAt = Number.NEGATIVE_INFINITY;
  private answer: Cancel | undefined;

  constructor(clock: Clock, say: () => void) {
    this.clock = clock;
    this.say = say;
  }

  said(): void {
    this.saidAt = this.clock.mono();
  }

  heard(ours: boolean): void {
    if (ours) return this.forget();
    if (this.answer !== undefined) return;
    const wait = this.saidAt + ANSWER_MS - this.clock.mono();
    this.answer = this.clock.after(Math.max(0, wait), () => {
      this.answer = undefined;
      this.say();
    });
  }

  /** Ours stands, or the connection is gone. */
  forget(): void {
    this.answer?.();
    this.answer = undefined;
  }
}
