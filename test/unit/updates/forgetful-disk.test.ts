/** The disk of the crash matrix: it must forget what was not synced, or the matrix shows nothing. */
import { describe, expect, it } from 'vitest';
import { newNode, Storage } from '../../support/updates/lab/storage.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));

/** A disk with one file that is safe. */
function disk() {
  const storage = new Storage();
  const file = newNode('file', 0o644);
  storage.step([{ folder: storage.root, name: 'a', to: file }]);
  storage.write(file, bytes('old'));
  storage.syncAll();
  return { storage, file };
}

const texts = ({ root }: Storage) =>
  Object.fromEntries(
    [...root.names].map(([name, node]) => [name, Buffer.from(node.bytes).toString()]),
  );

describe('a disk that forgets', () => {
  it('keeps everything when only the process ends', () => {
    const { storage, file } = disk();
    storage.write(file, bytes('new'));
    storage.crash('none');
    expect(texts(storage)).toEqual({ a: 'new' });
  });

  it('loses bytes whose file was not synced, and a sync of the folder does not save them', () => {
    const { storage, file } = disk();
    storage.write(file, bytes('new'));
    storage.sync(storage.root);
    storage.crash('all');
    expect(texts(storage)).toEqual({ a: 'old' });
  });

  it('takes back a name that was made, renamed or removed, unless its folder was synced', () => {
    for (const isSynced of [false, true]) {
      const { storage, file } = disk();
      const { root } = storage;
      storage.step([
        { folder: root, name: 'a', to: undefined },
        { folder: root, name: 'b', to: file },
      ]);
      if (isSynced) storage.sync(root);
      storage.crash('all');
      expect(texts(storage)).toEqual(isSynced ? { b: 'old' } : { a: 'old' });
    }
  });

  it('never writes what a sync was refused for', () => {
    const { storage, file } = disk();
    storage.write(file, bytes('new'));
    storage.forget(file);
    storage.sync(file);
    storage.crash('all');
    expect(texts(storage)).toEqual({ a: 'old' });
  });

  it('keeps arbitrary parts by the seed, but a rename as a whole or not at all', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const { storage, file } = disk();
      const { root } = storage;
      storage.write(file, bytes('new'));
      storage.step([
        { folder: root, name: 'a', to: undefined },
        { folder: root, name: 'b', to: file },
      ]);
      storage.crash({ seed });
      expect(root.names.size).toBe(1);
      for (const [name, text] of Object.entries(texts(storage))) seen.add(`${name} ${text}`);
    }
    expect([...seen]).toEqual(expect.arrayContaining(['a old', 'a new', 'b old', 'b new']));
    expect([...seen].some((one) => one.includes('\0'))).toBe(true);
  });

  it('is copied with what it has not made safe', () => {
    const { storage, file } = disk();
    storage.write(file, bytes('new'));
    const copy = storage.clone();
    copy.crash('all');
    expect([texts(storage), texts(copy)]).toEqual([{ a: 'new' }, { a: 'old' }]);
  });
});
