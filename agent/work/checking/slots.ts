/**
 * Whose turn it is. What is measured runs alone, in the order in which it came, so that none is measured
 * while another works; what measures no time runs beside others of its kind, and before what is measured,
 * but for one that has waited long for that. One that takes long is waiting for something: it holds up
 * nobody any more, up to so many at once.
 */
import type { Cancel, Clock } from '../../ports.ts';

export interface SlotRules {
  /** At the same time at most. */
  readonly most: number;
  /** From then on one that still runs holds up nobody, as long as there is a place. */
  readonly longMs: number;
}

export type Manner = 'alone' | 'beside';

/** What one that runs is given. */
export interface Slot {
  /** Calls `action` after so long, unless the slot is left before. The last one counts. */
  alarm(afterMs: number, action: () => void): void;
}

interface Place extends Slot {
  readonly isAlone: boolean;
  /** From when on it is overtaken no more, once it waits. */
  owedAt: number;
  /** Lets in whom it is for. */
  go: () => void;
  longAt: number;
  isLong: boolean;
  alarmAt: number;
  action: () => void;
}

const NOTHING = (): void => undefined;

export class Slots {
  private readonly clock: Clock;
  private readonly rules: SlotRules;
  private readonly waiting: Place[] = [];
  private readonly inside: Place[] = [];
  /** One timer for all of them: most are done long before it. */
  private cancel: Cancel | undefined;
  private timerFor = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, rules: SlotRules) {
    this.clock = clock;
    this.rules = rules;
  }

  async with<T>(manner: Manner, work: (slot: Slot) => Promise<T>): Promise<T> {
    const place = this.place(manner);
    if (this.isNext(place) && this.isFree(place)) this.enter(place);
    else {
      await new Promise<void>((resolve) => {
        place.go = resolve;
        this.queue(place);
      });
    }
    try {
      return await work(place);
    } finally {
      this.leave(place);
    }
  }

  private place(manner: Manner): Place {
    const place: Place = {
      isAlone: manner === 'alone',
      owedAt: Number.POSITIVE_INFINITY,
      go: NOTHING,
      longAt: Number.POSITIVE_INFINITY,
      isLong: false,
      alarmAt: Number.POSITIVE_INFINITY,
      action: NOTHING,
      alarm: (afterMs, action) => {
        place.alarmAt = this.clock.mono() + afterMs;
        place.action = action;
        this.watch(place.alarmAt);
      },
    };
    return place;
  }

  /** When it is not free for one that runs beside others, it is not for one that runs alone. */
  private isFree({ isAlone }: Place): boolean {
    if (this.inside.length >= this.rules.most) return false;
    return this.inside.every((other) => other.isLong || !(isAlone || other.isAlone));
  }

  private isNext(place: Place): boolean {
    const [first] = this.waiting;
    return first === undefined || this.comesBefore(place, first);
  }

  /** Those that run beside others come first: together they are through the soonest. */
  private comesBefore(place: Place, other: Place): boolean {
    return !place.isAlone && other.isAlone && this.clock.mono() < other.owedAt;
  }

  private queue(place: Place): void {
    if (place.isAlone) place.owedAt = this.clock.mono() + this.rules.longMs;
    const at = this.waiting.findIndex((other) => this.comesBefore(place, other));
    if (at < 0) this.waiting.push(place);
    else this.waiting.splice(at, 0, place);
  }

  private enter(place: Place): void {
    place.longAt = this.clock.mono() + this.rules.longMs;
    this.inside.push(place);
    this.watch(place.longAt);
  }

  private leave(place: Place): void {
    this.inside.splice(this.inside.indexOf(place), 1);
    this.admit();
    if (this.inside.length === 0) this.rest();
  }

  private admit(): void {
    for (;;) {
      const [next] = this.waiting;
      if (next === undefined || !this.isFree(next)) return;
      this.waiting.shift();
      this.enter(next);
      next.go();
    }
  }

  private watch(at: number): void {
    if (at >= this.timerFor) return;
    this.cancel?.();
    this.timerFor = at;
    this.cancel = this.clock.after(Math.max(0, at - this.clock.mono()), () => this.look());
  }

  private look(): void {
    this.rest();
    const now = this.clock.mono();
    for (const place of [...this.inside]) {
      if (place.longAt <= now) place.isLong = true;
      if (place.alarmAt > now) continue;
      place.alarmAt = Number.POSITIVE_INFINITY;
      place.action();
    }
    this.admit();
    for (const { isLong, longAt, alarmAt } of this.inside) {
      this.watch(isLong ? alarmAt : Math.min(longAt, alarmAt));
    }
  }

  private rest(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.timerFor = Number.POSITIVE_INFINITY;
  }
}
