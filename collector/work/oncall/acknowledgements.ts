/** Who has which alert: durable, and taken away when the time is over or the alert is. */

import { isResolved } from '../../core/alerting/alert.ts';
import type { TrackedAlert } from '../../core/alerting/identity.ts';
import {
  type Acknowledgement,
  isAcknowledged,
  isSpent,
} from '../../core/oncall/acknowledgement.ts';
import { onCallEvent } from '../../core/oncall/events.ts';
import type { Clock } from '../../ports.ts';
import { KEEPING, type OnCallMemory } from './memory.ts';

export type Taking = Pick<Acknowledgement, 'by' | 'comment' | 'via'>;

export class Acknowledgements {
  private readonly clock: Clock;
  private readonly memory: OnCallMemory;
  private readonly known = new Map<string, Acknowledgement>();

  constructor(clock: Clock, memory: OnCallMemory) {
    this.clock = clock;
    this.memory = memory;
  }

  async restore(): Promise<void> {
    for await (const [fingerprint, one] of this.memory.list<Acknowledgement>(
      KEEPING.acknowledgements,
    )) {
      this.known.set(fingerprint, one);
    }
  }

  get(tracked: TrackedAlert, now: number): Acknowledgement | undefined {
    const found = this.known.get(tracked.fingerprint);
    return isAcknowledged(found, tracked.alert, now) ? found : undefined;
  }

  get size(): number {
    return this.known.size;
  }

  /** `until` of each by the alert's own ladder. */
  async take(
    alerts: readonly TrackedAlert[],
    { by, comment, via }: Taking,
    until: (tracked: TrackedAlert) => number,
  ): Promise<readonly Acknowledgement[]> {
    const at = this.clock.wall();
    const made = alerts.map(
      (tracked): Acknowledgement => ({
        fingerprint: tracked.fingerprint,
        startsAt: tracked.alert.startsAt,
        by,
        at,
        until: until(tracked),
        comment,
        via,
      }),
    );
    const events = made.map(({ fingerprint, until: end }) =>
      onCallEvent('acknowledged', at, [fingerprint], { by, via, comment, until: end }),
    );
    await this.memory.keep(
      made.map((one) => [KEEPING.acknowledgements + one.fingerprint, one]),
      events,
    );
    for (const one of made) this.known.set(one.fingerprint, one);
    return made;
  }

  /** Answers those that somebody had. */
  async giveBack(fingerprints: readonly string[], by: string): Promise<readonly string[]> {
    const had = fingerprints.filter((one) => this.known.has(one));
    await this.drop(had, { by, reason: 'taken back' });
    return had;
  }

  /** Drops what is over. */
  async sweep(find: (fingerprint: string) => TrackedAlert | undefined): Promise<void> {
    const now = this.clock.wall();
    const late: string[] = [];
    const over: string[] = [];
    for (const [fingerprint, one] of this.known) {
      const alert = find(fingerprint)?.alert;
      const present = alert !== undefined && !isResolved(alert, now) ? alert : undefined;
      if (!isSpent(one, present, now)) continue;
      (present === undefined || present.startsAt !== one.startsAt ? over : late).push(fingerprint);
    }
    await this.drop(late, { reason: 'time is over' });
    await this.drop(over, undefined);
  }

  /** Without a word when the alert is over: the history says that already. */
  private async drop(
    fingerprints: readonly string[],
    data: Readonly<Record<string, string>> | undefined,
  ): Promise<void> {
    if (fingerprints.length === 0) return;
    const at = this.clock.wall();
    await this.memory.keep(
      fingerprints.map((one) => [KEEPING.acknowledgements + one, undefined]),
      data === undefined ? [] : [onCallEvent('unacknowledged', at, fingerprints, data)],
    );
    for (const one of fingerprints) this.known.delete(one);
  }
}
