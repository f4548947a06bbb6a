/** A simple picture of the buffer, held against the real one after every step. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openBuffer } from '../../../agent/io/buffer/level-buffer.ts';
import type {
  BufferLoss,
  Position,
  RecordBuffer,
  RecordKind,
  StoredRecord,
} from '../../../agent/ports.ts';
import { EVERYTHING, newRecord } from '../../support/buffer/records.ts';
import { copyAsKilled } from '../../support/buffer/snapshot.ts';

export type Step =
  | {
      readonly do: 'append';
      readonly kind: RecordKind;
      readonly bytes: number;
      readonly sent: boolean;
    }
  | { readonly do: 'take'; readonly records: number }
  | { readonly do: 'ack'; readonly from: number; readonly count: number }
  | { readonly do: 'settle' }
  | { readonly do: 'reopen' | 'kill' | 'power' };

const nameOf = ({ epoch, number }: Position): string => `${epoch}/${number}`;

export class Model {
  private readonly cap: number;
  /** How long live batches may wait for their write. */
  private readonly writeDelayMs: number;
  private readonly root: string;
  /** The collector does not know yet what an unclean end may have cost. */
  private isOwed = false;
  /** The record that tells of it. */
  private told: StoredRecord | undefined;
  private lives = 0;
  private boots = 0;
  private buffer: RecordBuffer;
  private n = 0;
  private readonly payloads = new Map<string, string>();
  private readonly samples = new Map<string, number>();
  private readonly acknowledged = new Set<string>();
  private readonly settled: BufferLoss[] = [];
  /** Live batches that need not be written yet, and those that a kill took. */
  private readonly unwritten = new Set<string>();
  private readonly forgiven = new Set<string>();

  private constructor(root: string, cap: number, writeDelayMs: number, buffer: RecordBuffer) {
    this.root = root;
    this.cap = cap;
    this.writeDelayMs = writeDelayMs;
    this.buffer = buffer;
  }

  static async begin(root: string, cap: number, writeDelayMs: number): Promise<Model> {
    const path = join(root, 'life-0');
    const options = { path, capBytes: cap, bootId: 'boot 0', writeDelayMs };
    return new Model(root, cap, writeDelayMs, await openBuffer(options));
  }

  async run(step: Step): Promise<void> {
    if (step.do === 'append') await this.append(step);
    else if (step.do === 'take') await this.take(step.records);
    else if (step.do === 'ack') await this.acknowledge(step.from, step.count);
    else if (step.do === 'settle') await this.settle();
    else await this.restart(step.do);
    expect(this.buffer.stats().bytes).toBeLessThanOrEqual(this.cap);
  }

  /** Nothing lost unaccounted, nothing changed, nothing both held and given up. */
  async finish(): Promise<void> {
    const held = await this.buffer.take(undefined, EVERYTHING);
    for (const record of held) this.compare(record);
    const names = new Set(held.map(nameOf));
    expect(names.size).toBe(held.length);
    expect(this.buffer.stats()).toMatchObject({ records: held.length, damagedRecords: 0 });
    const lost = this.lostNames();
    for (const name of this.payloads.keys()) {
      const places = [names.has(name), lost.has(name)].filter(Boolean).length;
      const gone = this.acknowledged.has(name) || this.forgiven.has(name);
      if (!gone) expect([name, places]).toEqual([name, 1]);
      else expect(places).toBeLessThanOrEqual(1);
    }
    await this.buffer.close();
  }

  private async append(step: Extract<Step, { do: 'append' }>): Promise<void> {
    const n = ++this.n;
    const lowest = this.buffer.held().at(-1);
    const seen = ({ low, number }: { low: number; number: number }): void => {
      expect([low, number]).toEqual([lowest?.low, lowest?.next]);
    };
    const { kind, bytes, sent } = step;
    const tells = kind === 'event' ? ({ settlesOpening: true } as const) : {};
    const record = newRecord(n, { kind, bytes, sent, seen, samples: n, ...tells });
    const stored = await this.buffer.append(record);
    if (kind === 'event' && this.isOwed) this.told = stored;
    expect(this.payloads.has(nameOf(stored))).toBe(false);
    if (this.writeDelayMs > 0 && sent && kind === 'm') this.unwritten.add(nameOf(stored));
    else this.unwritten.clear();
    this.payloads.set(nameOf(stored), Buffer.from(stored.payload).toString());
    this.samples.set(nameOf(stored), n);
  }

  private async take(records: number): Promise<void> {
    const taken = await this.buffer.take(undefined, { records, bytes: 1e9 });
    this.unwritten.clear();
    for (const record of taken) this.compare(record);
  }

  private async acknowledge(from: number, count: number): Promise<void> {
    const epochs = this.buffer.held();
    const entry = epochs[from % epochs.length];
    if (entry === undefined || entry.low === entry.next) return;
    const first = entry.low + (from % (entry.next - entry.low));
    const last = Math.min(first + count, entry.next - 1);
    await this.buffer.acknowledge(entry.epoch, [{ first, last }]);
    for (let number = first; number <= last; number++) {
      this.acknowledged.add(nameOf({ epoch: entry.epoch, number }));
    }
  }

  private async settle(): Promise<void> {
    const losses = this.buffer.losses();
    await this.buffer.settle(losses.length);
    this.unwritten.clear();
    this.settled.push(...losses);
  }

  private async restart(how: 'reopen' | 'kill' | 'power'): Promise<void> {
    const before = this.buffer.held().at(-1);
    const path = join(this.root, `life-${this.lives}`);
    const hidden = await this.hidesALoss();
    if (how === 'power') this.boots++;
    if (how !== 'reopen') {
      // What the kernel has at this moment is what a killed process leaves.
      const copy = join(this.root, `life-${++this.lives}`);
      await copyAsKilled(path, copy);
      for (const name of this.unwritten) this.forgiven.add(name);
    }
    this.unwritten.clear();
    await this.buffer.close();
    if (how !== 'reopen') await rm(path, { recursive: true });
    this.buffer = await openBuffer({
      path: join(this.root, `life-${this.lives}`),
      capBytes: this.cap,
      bootId: `boot ${this.boots}`,
      writeDelayMs: this.writeDelayMs,
    });
    const after = this.buffer.held().at(-1);
    const kinds = { reopen: hidden ? 'killed' : 'clean', kill: 'killed', power: 'power' };
    if (hidden || how !== 'reopen') this.told = undefined;
    if (how !== 'reopen') this.isOwed = true;
    expect(this.buffer.opening.how).toBe(kinds[how]);
    if (after?.epoch !== before?.epoch) expect(after).toMatchObject({ low: 1, next: 1 });
    else expect(after).toMatchObject({ epoch: before?.epoch, next: before?.next });
  }

  /** A loss is known to nobody but this folder, and no record of it waits to be sent. */
  private async hidesALoss(): Promise<boolean> {
    const { told } = this;
    if (told !== undefined && this.acknowledged.has(nameOf(told))) this.isOwed = false;
    if (!this.isOwed) return false;
    return told === undefined || (await this.buffer.get(told)) === undefined;
  }

  private compare(record: StoredRecord): void {
    expect(Buffer.from(record.payload).toString()).toBe(this.payloads.get(nameOf(record)));
  }

  private lostNames(): Set<string> {
    const losses = [...this.settled, ...this.buffer.losses()];
    const names = losses.flatMap(({ epoch, numbers }) =>
      numbers.flatMap(({ first, last }) =>
        Array.from({ length: last - first + 1 }, (_, i) => nameOf({ epoch, number: first + i })),
      ),
    );
    const samples = losses.reduce((sum, loss) => sum + loss.samples, 0);
    const named = names.reduce((sum, name) => sum + (this.samples.get(name) ?? 0), 0);
    expect(named).toBe(samples);
    return new Set(names);
  }
}
