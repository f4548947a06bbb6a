/**
 * Holds the timeline, and mends the times of records that were made before the time was known.
 */
import { CLOCK } from '../../protocol/messages/envelope.ts';
import { noteBoot, placeBoots, type UntimedBoot } from '../core/boots.ts';
import { shiftRecord } from '../core/header.ts';
import {
  type ClockReading,
  hearCollector,
  observe,
  startTimeline,
  type Timeline,
} from '../core/timeline.ts';
import type { Clock, Log, RecordBuffer, StoredRecord } from '../ports.ts';

export interface TimekeeperDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly buffer: RecordBuffer;
  readonly boot: string;
  /** Whether the operating system's clock is synchronised; `undefined`: nobody says. */
  readonly synced: () => boolean | undefined;
  /** The time became known and waiting records were mended. */
  readonly settled: () => void;
}

/** No clock is right that shows a time before this program was written. */
const EARLIEST = Date.UTC(2026, 0, 1);
/** The place of the list of untimed boots among the buffer's dictionaries. */
const BOOTS_KEY = 'untimed-boots';

export class Timekeeper {
  private readonly deps: TimekeeperDeps;
  private current: Timeline;
  private boots: readonly UntimedBoot[] = [];
  private mending: Promise<void> = Promise.resolve();
  private failed = false;
  private stopped = false;

  constructor(deps: TimekeeperDeps) {
    this.deps = deps;
    this.current = startTimeline(this.reading(), EARLIEST);
  }

  get timeline(): Timeline {
    return this.current;
  }

  get known(): boolean {
    return this.current.trust !== CLOCK.unset;
  }

  /** Reads what earlier boots left; to be awaited before the first record. */
  async start(): Promise<void> {
    const { buffer, boot, log } = this.deps;
    const before = readBoots(await buffer.dictionary(BOOTS_KEY).catch(() => undefined));
    const { offset } = this.current;
    this.boots = noteBoot(before, boot, Math.round(offset), buffer.opening.lastTo);
    if (this.known) {
      // Not awaited: a month of records may have to be moved. Those before and after are in order.
      if (before.length > 0) this.mendLater();
      return;
    }
    // Records of one boot must be at the right distance, whatever its clock showed meanwhile.
    const own = this.boots.at(-1);
    if (own?.boot === boot) this.current = { ...this.current, offset: own.start };
    log.warn('the clock is not set; samples wait for the time');
    await this.remember().catch((error: unknown) =>
      log.warn('could not note this boot', { error: String(error) }),
    );
  }

  /** What is not mended yet goes on at the next start. */
  stop(): void {
    this.stopped = true;
  }

  /** Looks at the clocks; cheap, for every sampling. */
  look(): void {
    if (this.failed) this.mendLater();
    this.become(observe(this.current, this.reading(), EARLIEST));
  }

  /** The collector said what time it is (UTC milliseconds). */
  hear(collectorNow: number): void {
    this.become(hearCollector(this.current, this.reading(), collectorNow));
  }

  private become(next: Timeline): void {
    const wasKnown = this.known;
    const moved = Math.abs(next.offset - this.current.offset);
    this.current = next;
    if (wasKnown && moved > 10_000)
      this.deps.log.warn('the time was corrected', { byMs: Math.round(moved) });
    if (wasKnown || !this.known) return;
    this.deps.log.info('the time is known now', {
      trust: next.trust === CLOCK.synced ? 'synced' : 'estimated',
    });
    this.mendLater();
  }

  /** Again at the next look when the buffer refuses. */
  private mendLater(): void {
    this.failed = false;
    this.mending = this.mending
      .then(() => this.mend())
      .catch((error: unknown) => {
        if (this.stopped) return;
        this.failed = true;
        this.deps.log.error('could not mend times', { error: String(error) });
      });
  }

  /** Moves records of untimed boots to where they belong; then they may be sent. */
  private async mend(): Promise<void> {
    const { buffer, log } = this.deps;
    // Times on the wire are whole milliseconds, and the clock since boot is not.
    const shifts = placeBoots(this.boots, Math.round(this.current.offset));
    const mended = await buffer.rebase((record) => this.moved(record, shifts));
    if (mended > 0) log.info('times of waiting records were mended', { records: mended });
    this.boots = [];
    this.deps.settled();
    await this.remember();
  }

  private moved(
    record: StoredRecord,
    shifts: ReadonlyMap<string, number>,
  ): { payload: Uint8Array; from: number; to: number } {
    const { kind, payload, from, to } = record;
    const trust = (boot: string) =>
      boot === this.deps.boot ? this.current.trust : CLOCK.estimated;
    const shifted = shiftRecord(kind, payload, ({ boot }) => ({
      by: shifts.get(boot) ?? 0,
      clock: trust(boot),
    }));
    if (!shifted.ok) return { payload, from, to };
    return {
      payload: shifted.value.payload,
      from: from + shifted.value.by,
      to: to + shifted.value.by,
    };
  }

  private async remember(): Promise<void> {
    await this.deps.buffer.putDictionary(BOOTS_KEY, Buffer.from(JSON.stringify(this.boots)));
  }

  private reading(): ClockReading {
    const { clock, synced } = this.deps;
    return { wall: clock.wall(), mono: clock.mono(), synced: synced() };
  }
}

/** Damage to this list only costs the order of boots that had no time. */
function readBoots(stored: Uint8Array | undefined): readonly UntimedBoot[] {
  if (stored === undefined) return [];
  try {
    return JSON.parse(Buffer.from(stored).toString()) as UntimedBoot[];
  } catch {
    return [];
  }
}
