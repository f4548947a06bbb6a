/** What every `RecordBuffer` promises to those who append to it and to the link that empties it. */
import { expect, it } from 'vitest';
import type { RecordBuffer } from '../../agent/ports.ts';
import { EVERYTHING, newRecord, numbersOf, textOf } from '../support/buffer/records.ts';

export interface OpenOptions {
  readonly capBytes?: number;
  readonly bootId?: string;
}

/** `open` opens the same folder again and again; `inFolder` gives each test its own. */
export type InFolder = (
  test: (open: (options?: OpenOptions) => Promise<RecordBuffer>) => Promise<void>,
) => Promise<void>;

async function fill(buffer: RecordBuffer, count: number, bytes = 0): Promise<void> {
  for (let n = 1; n <= count; n++) await buffer.append(newRecord(n, { bytes }));
}

export function recordBufferContract(inFolder: InFolder): void {
  it('numbers from 1 and tells the lowest number held', () =>
    inFolder(async (open) => {
      const buffer = await open();
      const lows: number[] = [];
      const seen = ({ low }: { low: number }): void => void lows.push(low);
      for (let n = 1; n <= 3; n++) await buffer.append(newRecord(n, { seen }));
      await buffer.acknowledge(buffer.epoch, [{ first: 1, last: 2 }]);
      await buffer.append(newRecord(4, { seen }));
      await buffer.acknowledge(buffer.epoch, [{ first: 1, last: 4 }]);
      const last = await buffer.append(newRecord(5, { seen }));
      expect(lows).toEqual([1, 1, 1, 3, 5]);
      expect(last.number).toBe(5);
      expect(buffer.epoch).toMatch(/^[0-9a-f]{16}$/);
      await buffer.close();
    }));

  it('keeps the order of appends that were not waited for', () =>
    inFolder(async (open) => {
      const buffer = await open();
      const stored = await Promise.all([1, 2, 3].map((n) => buffer.append(newRecord(n))));
      expect(numbersOf(stored)).toEqual([1, 2, 3]);
      expect(stored.map(textOf)).toEqual([1, 2, 3].map((n) => `${buffer.epoch}/${n}/${n}`));
      await buffer.close();
    }));

  it('gives records back as they were, oldest first, behind a position', () =>
    inFolder(async (open) => {
      const buffer = await open();
      await buffer.append(
        newRecord(1, { kind: 'report', id: 'task-1', from: 5, to: 2, samples: 0 }),
      );
      await fill(buffer, 5);
      const [first, ...rest] = await buffer.take(undefined, { records: 3, bytes: 1e6 });
      expect(first).toMatchObject({ kind: 'report', id: 'task-1', from: 5, to: 2, samples: 0 });
      expect(numbersOf(rest)).toEqual([2, 3]);
      const more = await buffer.take(rest.at(-1), EVERYTHING);
      expect(numbersOf(more)).toEqual([4, 5, 6]);
      expect(textOf(more[0])).toBe(`${buffer.epoch}/4/3`);
      expect(textOf(await buffer.get({ epoch: buffer.epoch, number: 6 }))).toBe(
        `${buffer.epoch}/6/5`,
      );
      await buffer.close();
    }));

  it('gives at least one record, and no more bytes than asked for after it', () =>
    inFolder(async (open) => {
      const buffer = await open();
      await fill(buffer, 3, 500);
      expect(await buffer.take(undefined, { records: 9, bytes: 10 })).toHaveLength(1);
      expect(await buffer.take(undefined, { records: 9, bytes: 1_300 })).toHaveLength(2);
      await buffer.close();
    }));

  it('forgets what is acknowledged, whatever else the ranges name', () =>
    inFolder(async (open) => {
      const buffer = await open();
      await fill(buffer, 10);
      await buffer.acknowledge('0123456789abcdef', [{ first: 1, last: 10 }]);
      await buffer.acknowledge(buffer.epoch, [
        { first: 1, last: 1 },
        { first: 4, last: 6 },
        { first: 9, last: 10 },
      ]);
      await buffer.acknowledge(buffer.epoch, [{ first: 5, last: 5 }]);
      expect(numbersOf(await buffer.take(undefined, EVERYTHING))).toEqual([2, 3, 7, 8]);
      expect(buffer.held()).toEqual([{ epoch: buffer.epoch, low: 2, next: 11 }]);
      expect(await buffer.get({ epoch: buffer.epoch, number: 5 })).toBeUndefined();
      expect(buffer.stats()).toMatchObject({ records: 4, damagedRecords: 0 });
      expect(buffer.losses()).toEqual([]);
      await buffer.close();
    }));

  it('begins a new epoch when the collector has numbers that it never gave', () =>
    inFolder(async (open) => {
      const buffer = await open();
      const { epoch } = await buffer.append(newRecord(1));
      await buffer.acknowledge(epoch, [{ first: 2, last: 7 }]);
      expect(buffer.epoch).not.toBe(epoch);
      expect((await buffer.append(newRecord(2))).number).toBe(1);
      expect(buffer.held().map(({ low, next }) => [low, next])).toEqual([
        [1, 8],
        [1, 2],
      ]);
      expect(buffer.losses()).toEqual([]);
      await buffer.close();
    }));

  it('begins a new epoch after a clean close too: the folder may be a copy', () =>
    inFolder(async (open) => {
      const first = await open();
      await fill(first, 3);
      await first.acknowledge(first.epoch, [{ first: 1, last: 2 }]);
      await first.close();
      const second = await open();
      expect(second.opening.how).toBe('clean');
      expect(second.held()).toEqual([
        { epoch: first.epoch, low: 3, next: 4 },
        { epoch: second.epoch, low: 1, next: 1 },
      ]);
      expect((await second.append(newRecord(4))).number).toBe(1);
      expect(second.stats().records).toBe(2);
      await second.close();
    }));

  it('tells of epochs that ended, so that a collector set back learns what it lacks', () =>
    inFolder(async (open) => {
      const names: string[] = [];
      for (let start = 1; start <= 20; start++) {
        const buffer = await open();
        names.push(buffer.epoch);
        await fill(buffer, 2);
        await buffer.acknowledge(buffer.epoch, [{ first: 1, last: 2 }]);
        await buffer.close();
      }
      const last = await open();
      expect(last.held()).toHaveLength(1);
      expect(last.epochs()).toEqual([
        ...names.slice(-16).map((epoch) => ({ epoch, low: 3, next: 3 })),
        { epoch: last.epoch, low: 1, next: 1 },
      ]);
      await last.close();
    }));

  it('goes on with the last of many epochs, however often it is started', () =>
    inFolder(async (open) => {
      for (let start = 1; start <= 70; start++) {
        const buffer = await open();
        await buffer.append(newRecord(start));
        expect(buffer.held().length).toBe(Math.min(start, 64));
        await buffer.close();
      }
    }));

  it('never exceeds its cap: samples go first, events last, all accounted', () =>
    inFolder(async (open) => {
      const buffer = await open({ capBytes: 20_000 });
      const kinds = ['event', 'log', 'm', 'm'] as const;
      for (let n = 1; n <= 400; n++) {
        await buffer.append(newRecord(n, { kind: kinds[n % 4] ?? 'm', bytes: 100, samples: 1 }));
        expect(buffer.stats().bytes).toBeLessThanOrEqual(20_000);
      }
      const held = await buffer.take(undefined, EVERYTHING);
      const { droppedRecords, droppedSamples, records } = buffer.stats();
      expect(records).toBe(held.length);
      expect(records + droppedRecords).toBe(400);
      expect(held.filter((one) => one.kind === 'event')).toHaveLength(100);
      const losses = buffer.losses();
      expect(losses.map((one) => one.cause)).toEqual(['full']);
      const named = losses
        .flatMap((one) => one.numbers)
        .reduce((sum, r) => sum + r.last - r.first + 1, 0);
      expect(named).toBe(droppedRecords);
      expect(losses[0]?.samples).toBe(droppedSamples);
      await buffer.close();
    }));

  it('refuses a record that no buffer of its size can hold, and goes on', () =>
    inFolder(async (open) => {
      const buffer = await open({ capBytes: 2_000 });
      await fill(buffer, 3);
      const refused = buffer.append(newRecord(4, { bytes: 3_000 }));
      await expect(refused).rejects.toMatchObject({ code: 'buffer-record-too-large' });
      expect((await buffer.append(newRecord(4))).number).toBe(4);
      expect(buffer.stats().records).toBe(4);
      await buffer.close();
    }));

  it('keeps losses until they are settled, over a restart too', () =>
    inFolder(async (open) => {
      const first = await open({ capBytes: 3_000 });
      await fill(first, 60, 100);
      const shown = first.losses();
      expect(shown).toHaveLength(1);
      await fill(first, 60, 100);
      expect(first.losses()).toHaveLength(1);
      await first.close();
      const second = await open({ capBytes: 3_000 });
      const all = second.losses();
      expect(all[0]?.samples).toBe(second.stats().droppedSamples);
      await fill(second, 60, 100);
      await second.settle(all.length);
      const later = second.losses();
      const samples = [...all, ...later].reduce((sum, loss) => sum + loss.samples, 0);
      expect(samples).toBe(second.stats().droppedSamples);
      await second.settle(later.length);
      expect(second.losses()).toEqual([]);
      await second.close();
    }));

  it('holds back what has no time yet, and gives it one', () =>
    inFolder(async (open) => {
      const buffer = await open();
      await fill(buffer, 2);
      for (let n = 3; n <= 200; n++) await buffer.append(newRecord(n, { clockUnset: true }));
      await buffer.append(newRecord(201));
      expect(await buffer.take(undefined, EVERYTHING)).toHaveLength(2);
      const rewritten = await buffer.rebase((record) => ({
        payload: Buffer.from(`rebased ${record.number}`),
        from: record.from + 1e9,
        to: record.to + 1e9,
      }));
      expect(rewritten).toBe(198);
      const all = await buffer.take(undefined, EVERYTHING);
      expect(numbersOf(all)).toEqual(Array.from({ length: 201 }, (_, i) => i + 1));
      expect(all[2]).toMatchObject({ from: 3_000 + 1e9, clockUnset: false });
      expect(Buffer.from(all[2]?.payload ?? []).toString()).toBe('rebased 3');
      expect(await buffer.rebase(() => ({ payload: Buffer.alloc(0), from: 0, to: 0 }))).toBe(0);
      await buffer.close();
    }));

  it('merges on demand, and keeps all that it holds', () =>
    inFolder(async (open) => {
      const buffer = await open();
      await fill(buffer, 300, 2_000);
      await buffer.acknowledge(buffer.epoch, [{ first: 1, last: 290 }]);
      expect(await buffer.compact()).toBeGreaterThan(10_000);
      const left = await buffer.take(undefined, EVERYTHING);
      expect(numbersOf(left)).toEqual(Array.from({ length: 10 }, (_, i) => i + 291));
      await buffer.append(newRecord(1));
      await buffer.close();
    }));

  it('keeps dictionaries', () =>
    inFolder(async (open) => {
      const first = await open();
      await first.putDictionary('state', Buffer.from([1, 2, 3]));
      await first.close();
      const second = await open();
      expect(await second.dictionary('state')).toEqual(Buffer.from([1, 2, 3]));
      expect(await second.dictionary('other')).toBeUndefined();
      await second.close();
    }));

  it('refuses to work when it is closed', () =>
    inFolder(async (open) => {
      const buffer = await open();
      await buffer.close();
      await buffer.close();
      await expect(buffer.append(newRecord(1))).rejects.toMatchObject({ code: 'buffer-closed' });
    }));
}
