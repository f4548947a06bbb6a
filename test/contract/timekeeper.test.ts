/** A device without a clock, with a real buffer: records wait, and are moved once the time is known. */
import { expect, it } from 'vitest';
import { wallAt } from '../../agent/core/timeline.ts';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import type { RecordBuffer } from '../../agent/ports.ts';
import { Timekeeper } from '../../agent/work/timekeeper.ts';
import { encodeBatch } from '../../protocol/messages/batch.ts';
import { CLOCK } from '../../protocol/messages/envelope.ts';
import { EVERYTHING } from '../support/buffer/records.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { silentLog } from '../support/silent-log.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NOW = Date.UTC(2026, 10, 21);
const BOOTS = ['a'.repeat(16), 'b'.repeat(16), 'c'.repeat(16)];

function keeper(buffer: RecordBuffer, boot: string) {
  // Each boot begins in 1970 again.
  const clock = new FakeClock(1_000, 1_000);
  let settle = () => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const time = new Timekeeper({
    clock,
    log: silentLog,
    buffer,
    boot,
    synced: () => false,
    settled: () => settle(),
  });
  const record = () => {
    const mono = clock.mono();
    const { trust } = time.timeline;
    const from = wallAt(time.timeline, mono);
    return buffer.append({
      kind: 'm',
      from,
      to: from,
      samples: 1,
      clockUnset: trust === CLOCK.unset,
      sent: false,
      encode: (position) =>
        encodeBatch({
          header: { ...position, boot, wall: from, mono, clock: trust },
          schema: '0'.repeat(16),
          body: new Uint8Array(1),
        }),
    });
  };
  return { clock, time, record, settled };
}

it('places boots without a time in order, and misses no record that is just being written', async () => {
  await using folder = await tempFolder('time');
  const open = (bootId: string) =>
    openBuffer({ path: `${folder.path}/buffer`, capBytes: 10_000_000, bootId });
  for (const boot of BOOTS.slice(0, 2)) {
    const buffer = await open(boot);
    const { clock, time, record } = keeper(buffer, boot);
    await time.start();
    for (let n = 0; n < 100; n++) {
      await record();
      await clock.advance(10_000);
    }
    expect(await buffer.take(undefined, EVERYTHING)).toEqual([]);
    await buffer.close();
  }
  const buffer = await open(BOOTS[2] ?? '');
  const { clock, time, record, settled } = keeper(buffer, BOOTS[2] ?? '');
  await time.start();
  await record();
  await clock.advance(5_000);
  const racing = [record(), record()];
  time.hear(NOW);
  await Promise.all([...racing, record(), settled]);
  const records = await buffer.take(undefined, EVERYTHING);
  expect(records).toHaveLength(204);
  const times = records.map(({ from }) => from);
  expect(times).toEqual([...times].sort((x, y) => x - y));
  expect(times.slice(-4)).toEqual([NOW - 5_000, NOW, NOW, NOW]);
  // The boot before ended a second before this one began; distances stayed.
  expect(times[199]).toBe(NOW - 6_000 - 1_000);
  expect((times[199] ?? 0) - (times[100] ?? 0)).toBe(990_000);
  await buffer.close();
});
