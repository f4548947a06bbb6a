/** The quarantine keeps the newest rubbish within its bounds, and shows it as it came. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openQuarantine } from '../../../collector/io/quarantine.ts';
import { tempFolder } from '../../support/temp-folder.ts';

function message(n: number, bytes = 10) {
  const payload = Buffer.alloc(bytes, n);
  return { topic: 'muster/v1/a/b/m', payload, receivedAt: 1_000 + n, error: `truncated at ${n}` };
}

describe('the quarantine', () => {
  it('shows what came, the newest first, also after a restart', async () => {
    await using folder = await tempFolder('quarantine');
    const dir = join(folder.path, 'q');
    const first = await openQuarantine({ dir });
    const payload = Buffer.from([0, 10, 13, 255, 10]);
    await first.put({ ...message(1), payload, error: 'line\nbreak "quoted"' });
    await first.put(message(2));
    const again = await openQuarantine({ dir });
    await again.put({ ...message(3), receivedAt: 5 });
    const list = await again.list();
    expect(list.map(({ error }) => error)).toEqual([
      'truncated at 3',
      'truncated at 2',
      'line\nbreak "quoted"',
    ]);
    const oldest = list.at(-1);
    expect(oldest).toMatchObject({ topic: 'muster/v1/a/b/m', receivedAt: 1_001, payloadBytes: 5 });
    const read = await again.read(oldest?.id ?? '');
    expect(read && Buffer.from(read.payload)).toEqual(payload);
    expect(again.stats()).toMatchObject({ files: 3, kept: 1, dropped: 0 });
  });

  it('drops the oldest for its bounds, and counts them', async () => {
    await using folder = await tempFolder('quarantine');
    const dir = folder.path;
    const quarantine = await openQuarantine({ dir, maxFiles: 5, maxBytes: 2_000 });
    for (let n = 1; n <= 20; n += 1) await quarantine.put(message(n));
    expect((await quarantine.list()).map(({ receivedAt }) => receivedAt)).toEqual([
      1_020, 1_019, 1_018, 1_017, 1_016,
    ]);
    await quarantine.put(message(21, 1_900));
    expect(quarantine.stats().files).toBe(1);
    await quarantine.put(message(22, 3_000));
    expect(quarantine.stats()).toMatchObject({ files: 1, kept: 21, dropped: 21 });
    expect(quarantine.stats().bytes).toBeLessThanOrEqual(2_000);
  });

  it('takes a flood without holding it in memory', async () => {
    await using folder = await tempFolder('quarantine');
    const quarantine = await openQuarantine({ dir: folder.path });
    await Promise.all(Array.from({ length: 500 }, (_, n) => quarantine.put(message(n))));
    const { files, kept, dropped } = quarantine.stats();
    expect(files).toBe(kept);
    expect(kept + dropped).toBe(500);
    expect(kept).toBeLessThanOrEqual(40);
  });

  it('opens nothing but its own files', async () => {
    await using folder = await tempFolder('quarantine');
    const dir = join(folder.path, 'q');
    const quarantine = await openQuarantine({ dir });
    writeFileSync(join(folder.path, 'secret.msg'), '{"topic":"t","receivedAt":1}\nsecret');
    const id = '0000000000000001-00000001';
    writeFileSync(join(dir, `${id}.msg`), 'not what was written');
    for (const name of ['../secret', 'secret', '', id]) {
      expect(await quarantine.read(name)).toBeUndefined();
    }
  });

  it('does not fail its caller when the disk does', async () => {
    await using folder = await tempFolder('quarantine');
    const dir = join(folder.path, 'q');
    const quarantine = await openQuarantine({ dir });
    await folder[Symbol.asyncDispose]();
    await quarantine.put(message(1));
    expect(quarantine.stats()).toMatchObject({ files: 0, dropped: 1 });
  });
});
