/** A quarantined message whose bytes turned on disk is not shown as what came, and is told. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openQuarantine } from '../../collector/io/quarantine.ts';
import { tempFolder } from '../support/temp-folder.ts';

it('leaves out a message with a turned bit, and says so', async () => {
  await using folder = await tempFolder('quarantine');
  const dir = folder.path;
  const before = await openQuarantine({ dir });
  for (let n = 0; n < 3; n++)
    await before.put({ topic: 'a/b', payload: Buffer.alloc(50, n), receivedAt: n, error: 'why' });
  const name = readdirSync(dir).sort()[1] ?? '';
  const bytes = readFileSync(join(dir, name));
  bytes[bytes.length - 20] = 0x55;
  writeFileSync(join(dir, name), bytes);
  const said: string[] = [];
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: (text: string) => said.push(text), error: quiet };
  const after = await openQuarantine({ dir, log });
  expect((await after.list()).map(({ receivedAt }) => receivedAt)).toEqual([2, 0]);
  expect(said).toEqual(['quarantine: damaged messages are not shown']);
});
