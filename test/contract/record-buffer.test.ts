/** LevelDB's buffer keeps the contract. */
import { join } from 'node:path';
import { describe } from 'vitest';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { recordBufferContract } from './record-buffer.ts';

describe('level buffer', () => {
  recordBufferContract(async (test) => {
    await using folder = await tempFolder('buffer');
    const path = join(folder.path, 'buffer');
    await test(({ capBytes = 10_000_000, bootId = 'a boot' } = {}) =>
      openBuffer({ path, capBytes, bootId }),
    );
  });
});
