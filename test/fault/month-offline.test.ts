/** A month offline: the cap holds, the oldest is thinned, and on return nothing is sent twice. */
import { ClassicLevel } from 'classic-level';
import { describe, expect, it, vi } from 'vitest';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { EVERYTHING } from '../support/buffer/records.ts';
import { BATCHES_A_DAY, recordBatch, recordDays, SAMPLES } from '../support/fault/month.ts';
import { LinkRig } from '../support/link/rig.ts';
import { tempFolder } from '../support/temp-folder.ts';

const DAY = 86_400_000;
const FROM = Date.UTC(2026, 9, 1);
const DAYS = 30;
const CAP = 1_200_000;

describe('a month offline', () => {
  it('keeps to the cap, thins the oldest first and keeps every event', async () => {
    await using folder = await tempFolder('month');
    const path = `${folder.path}/buffer`;
    const buffer = await openBuffer({ path, capBytes: CAP, bootId: 'boot' });
    const { batches, events } = await recordDays(buffer, FROM, DAYS);
    const { records, bytes, thinnedSamples, droppedSamples } = buffer.stats();
    expect(bytes).toBeLessThanOrEqual(CAP);
    expect(bytes).toBeGreaterThan(CAP * 0.7);
    expect(thinnedSamples).toBeGreaterThan(0);
    await buffer.close();
    const again = await openBuffer({ path, capBytes: CAP, bootId: 'boot' });
    expect(again.stats()).toMatchObject({ records, bytes, thinnedSamples, droppedSamples });
    const held = await again.take(undefined, EVERYTHING);
    expect(held.filter(({ kind }) => kind === 'event')).toHaveLength(events);
    const metrics = held.filter(({ kind }) => kind === 'm');
    const left = metrics.reduce((sum, { samples }) => sum + samples, 0);
    expect(left + thinnedSamples + droppedSamples).toBe(batches * SAMPLES);
    // The newest are whole; what is thinned is older than what is not.
    expect(metrics.slice(-BATCHES_A_DAY).every(({ samples }) => samples === SAMPLES)).toBe(true);
    const lastThin = metrics.findLastIndex(({ samples }) => samples < SAMPLES);
    const firstWhole = metrics.findIndex(({ samples }) => samples === SAMPLES);
    expect(lastThin).toBeLessThan(metrics.length - BATCHES_A_DAY);
    expect(firstWhole).toBeGreaterThan(lastThin);
    await again.close();
  });

  it('opens by reading a handful of keys, however long it was', async () => {
    await using folder = await tempFolder('month');
    const reads: number[] = [];
    for (const days of [1, DAYS]) {
      const options = { path: `${folder.path}/${days}`, capBytes: CAP, bootId: 'boot' };
      const buffer = await openBuffer(options);
      await recordDays(buffer, FROM, days);
      await buffer.close();
      const get = vi.spyOn(ClassicLevel.prototype, 'get');
      const iterator = vi.spyOn(ClassicLevel.prototype, 'iterator');
      const again = await openBuffer(options);
      const limits = iterator.mock.calls.map(([given]) => given?.limit ?? Number.POSITIVE_INFINITY);
      reads.push(get.mock.calls.length + limits.reduce((sum, limit) => sum + limit, 0));
      get.mockRestore();
      iterator.mockRestore();
      await again.close();
    }
    expect(reads[1]).toBe(reads[0]);
    expect(reads[1]).toBeLessThan(30);
  });

  it('sends live data first on return, and the backlog exactly once', async () => {
    await using rig = await LinkRig.open({ capBytes: CAP });
    await recordDays(rig.buffer, FROM, 3);
    const held = (await rig.buffer.take(undefined, EVERYTHING)).map(({ number }) => number);
    await rig.start();
    const live: number[] = [];
    for (let n = 0; n < 5; n++) {
      const stored = await recordBatch(rig.buffer, FROM + DAYS * DAY + n * 60_000, true);
      rig.link.sender.recorded(stored, true);
      live.push(stored.number);
      await rig.broker.heard.take(1, (one) => one.kind === 'm' && one.number === stored.number);
    }
    // All live records were out while most of the backlog still waited.
    expect(rig.broker.numbers('h').length).toBeLessThan(held.length / 2);
    await rig.until(() => rig.buffer.stats().records === 0);
    const sent = [...rig.broker.numbers('h'), ...rig.broker.numbers('event')];
    expect(sent.sort((a, b) => a - b)).toEqual(held);
    expect(rig.broker.numbers('m')).toEqual(live);
    expect(rig.link.stats().resent).toBe(0);
  });
});
