/** Tables with turned bits, on which LevelDB's repair may abort its process: ours goes on. */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { EVERYTHING, newRecord } from '../support/buffer/records.ts';
import { Random } from '../support/pipeline/random.ts';
import { tempFolder } from '../support/temp-folder.ts';

const options = { capBytes: 20_000_000, bootId: 'a boot' };

/** A buffer with a table, whose list of tables is gone, so that it must be repaired. */
async function prepare(path: string): Promise<void> {
  const buffer = await openBuffer({ ...options, path });
  for (let n = 1; n <= 3_000; n++) await buffer.append(newRecord(n, { bytes: 700 }));
  await buffer.close();
  const [generation = ''] = await readdir(path);
  await rm(join(path, generation, 'CURRENT'));
}

async function turnBits(path: string, random: Random): Promise<void> {
  const [generation = ''] = await readdir(path);
  const names = (await readdir(join(path, generation))).filter((name) => name.endsWith('.ldb'));
  const file = join(path, generation, random.pick(names));
  const bytes = await readFile(file);
  for (let n = 0; n < 4; n++) {
    const at = random.between(0, bytes.length - 1);
    bytes[at] = (bytes[at] as number) ^ (1 << random.between(0, 7));
  }
  await writeFile(file, bytes);
}

describe('repair', () => {
  it('never takes the agent down, and what opens works', async () => {
    await using folder = await tempFolder('repair');
    const whole = join(folder.path, 'whole');
    await prepare(whole);
    const random = new Random(7);
    for (let round = 0; round < 12; round++) {
      const path = join(folder.path, `round-${round}`, 'buffer');
      await cp(whole, path, { recursive: true });
      await turnBits(path, random);
      const buffer = await openBuffer({ ...options, path });
      expect(['repaired', 'quarantined']).toContain(buffer.opening.how);
      await buffer.append(newRecord(1));
      const held = await buffer.take(undefined, EVERYTHING);
      expect(held.at(-1)).toMatchObject({ epoch: buffer.epoch, number: 1 });
      await buffer.close();
    }
  });
});
