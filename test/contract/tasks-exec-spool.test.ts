import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSpool } from '../../agent/io/maintenance/spool.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

let temp: TempFolder;
let data: string;
let own: string;

beforeEach(async () => {
  temp = await tempFolder('spool');
  data = join(temp.path, 'data');
  own = join(temp.path, 'own');
  mkdirSync(data);
});

afterEach(() => temp[Symbol.asyncDispose]());

describe('files of tasks', () => {
  it('are in the data folder when it is our own', async () => {
    const spool = await openSpool(data, own);
    expect(spool).toBe(join(data, 'upkeep'));
    expect(statSync(spool).mode & 0o777).toBe(0o700);
    expect(await openSpool(data, own)).toBe(spool);
  });

  it('are never where another can write, or behind a link', async () => {
    symlinkSync(temp.path, join(data, 'upkeep'));
    expect(await openSpool(data, own)).toBe(own);
    const open = join(temp.path, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    expect(await openSpool(open, own)).toBe(own);
    await expect(openSpool(open, open)).rejects.toThrow('must be a folder of the user');
    expect(await openSpool(join(temp.path, 'none'), own)).toBe(own);
  });

  it.skipIf(process.getuid?.() !== 0)('nor in a folder of the agent, for root', async () => {
    chownSync(data, 65_534, 65_534);
    expect(await openSpool(data, own)).toBe(own);
    expect(statSync(own).mode & 0o777).toBe(0o700);
  });
});
