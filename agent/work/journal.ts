/**
 * What checks, tasks and commands tell: events, reports and results on their way into the buffer.
 *
 * One after the other, so that what is told first has the lower number. While the disk refuses,
 * they wait in memory; a promise given out resolves when its record is in the buffer.
 */
import {
  type CommandResultBody,
  encodeCommandResult,
} from '../../protocol/messages/command-result.ts';
import { encodeReport, type ReportBody } from '../../protocol/messages/report.ts';
import type { Journal } from '../ports/caretaking.ts';
import type { Cancel, Clock, Log } from '../ports.ts';
import type { Recording } from './recording.ts';

export interface BufferedJournalDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly recording: Recording;
}

interface Waiting {
  readonly record: () => Promise<void>;
  readonly done: () => void;
}

const AGAIN_MS = 10_000;
/** What is told beyond this while the disk refuses everything is lost, and that is said. */
const MOST_WAITING = 1_000;

export class BufferedJournal implements Journal {
  private readonly deps: BufferedJournalDeps;
  private readonly waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;
  private again: Cancel | undefined;
  private dropped = 0;

  constructor(deps: BufferedJournalDeps) {
    this.deps = deps;
  }

  now(): number {
    return Math.round(this.deps.recording.now());
  }

  event({ name, severity, text, attributes = {} }: Parameters<Journal['event']>[0]): Promise<void> {
    const wall = this.now();
    const event = { wall, name, severity, text, attributes: new Map(Object.entries(attributes)) };
    return this.tell(() => this.deps.recording.event([event], []));
  }

  report(id: string, body: ReportBody): Promise<void> {
    return this.tell(() =>
      this.deps.recording.message('report', id, (header) => encodeReport({ header, ...body })),
    );
  }

  result(id: string, body: CommandResultBody): Promise<void> {
    return this.tell(() =>
      this.deps.recording.message('res', id, (header) => encodeCommandResult({ header, ...body })),
    );
  }

  /** The last try; what the disk does not take now was told to nobody. */
  async stop(): Promise<void> {
    await this.writing;
    this.again?.();
    await this.write();
    this.again?.();
    const lost = this.waiting.length;
    if (lost > 0) this.deps.log.error('the buffer refused reports and events', { lost });
  }

  private tell(record: () => Promise<void>): Promise<void> {
    return new Promise((done) => {
      this.waiting.push({ record, done });
      if (this.waiting.length > MOST_WAITING) this.drop();
      this.wake();
    });
  }

  private drop(): void {
    this.waiting.shift()?.done();
    if (this.dropped++ === 0)
      this.deps.log.error('too many reports wait for the buffer; the oldest are dropped');
  }

  private wake(): void {
    if (this.writing !== undefined || this.again !== undefined) return;
    this.writing = this.write().finally(() => {
      this.writing = undefined;
    });
  }

  private async write(): Promise<void> {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      try {
        await next.record();
      } catch (error) {
        return this.later(error);
      }
      if (this.waiting[0] === next) this.waiting.shift();
      next.done();
    }
  }

  private later(error: unknown): void {
    this.deps.log.warn('the buffer refuses a report; it is tried again', { error: String(error) });
    this.again = this.deps.clock.after(AGAIN_MS, () => {
      this.again = undefined;
      this.wake();
    });
  }
}
