/**
 * Watches a device during a trial: was it sampled, is the link there in the second half of the
 * time (it may go at first, and a bad line may be away just at the end), how is its health.
 */

import type { Overall } from '../../../protocol/messages/health.ts';
import type { Watched } from '../../core/desired/judge.ts';
import type { Cancel, Clock } from '../../ports.ts';

export interface WatchDeps {
  readonly clock: Clock;
  /** Rises with each row of samples. */
  readonly samples: () => number;
  readonly linkUp: () => boolean;
  readonly overall: () => Overall;
}

const LOOK_MS = 5_000;
/** A time of grace below this would judge before anything has begun. */
const LEAST_MS = 1_000;

/** Counts from its making; the answer of `start` calls it off. */
export class Watch {
  readonly #deps: WatchDeps;
  readonly #samplesBefore: number;
  #linkSeen = false;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    this.#samplesBefore = deps.samples();
  }

  start(graceMs: number, done: (watched: Watched) => void): Cancel {
    const { clock } = this.#deps;
    const span = Math.max(LEAST_MS, graceMs);
    const end = clock.mono() + span;
    let cancel: Cancel = () => undefined;
    const look = () => {
      const left = end - clock.mono();
      if (left <= span / 2) this.#linkSeen ||= this.#deps.linkUp();
      if (left <= 0) done(this.#found());
      else cancel = clock.after(Math.min(LOOK_MS, left), look);
    };
    look();
    return () => cancel();
  }

  #found(): Watched {
    return {
      samples: this.#deps.samples() > this.#samplesBefore,
      linkUp: this.#linkSeen,
      overall: this.#deps.overall(),
    };
  }
}
