/** What every catalog promises. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../collector/ports.ts';
import { rounds } from '../support/rounds.ts';
import { tempFolder } from '../support/temp-folder.ts';

const bytes = (text: string) => Buffer.from(text);

async function dump(catalog: Catalog, prefix = ''): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const [key, value] of catalog.list(prefix)) {
    found.push([key, Buffer.from(value).toString('latin1')]);
  }
  return found;
}

export function catalogContract(name: string, open: (path: string) => Promise<Catalog>): void {
  describe(`catalog: ${name}`, () => {
    it('keeps what was written over a restart, until it is deleted', async () => {
      await using folder = await tempFolder('catalog');
      const path = `${folder.path}/c`;
      const first = await open(path);
      expect(await first.get('a')).toBeUndefined();
      await first.write(
        new Map([
          ['a', bytes('1')],
          ['b', bytes('2')],
          ['empty', bytes('')],
        ]),
      );
      await first.write(
        new Map([
          ['a', undefined],
          ['c', bytes('3')],
        ]),
      );
      await first.write(new Map());
      await first.close();
      const second = await open(path);
      expect(await second.get('a')).toBeUndefined();
      expect(await second.get('b')).toEqual(bytes('2'));
      expect(await dump(second)).toEqual([
        ['b', '2'],
        ['c', '3'],
        ['empty', ''],
      ]);
      await second.close();
    });

    it('lists a prefix and nothing else, in order of keys', async () => {
      await using folder = await tempFolder('catalog');
      const catalog = await open(`${folder.path}/c`);
      const keys = ['d/1', 'd/10', 'd/2', 'd', 'd0', 'c/9', 'e', 'd/é', 'd/\u{1f600}', 'd/\uffff'];
      await catalog.write(new Map(keys.map((key) => [key, bytes(key)])));
      const found = await dump(catalog, 'd/');
      expect(found.map(([key]) => key)).toEqual([
        'd/1',
        'd/10',
        'd/2',
        'd/é',
        'd/\uffff',
        'd/\u{1f600}',
      ]);
      expect(await dump(catalog, 'x')).toEqual([]);
      await catalog.close();
    });

    it('does what a map does', async () => {
      const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 });
      const change = fc.tuple(key, fc.option(fc.uint8Array({ maxLength: 20 }), { nil: undefined }));
      await using folder = await tempFolder('catalog');
      const catalog = await open(`${folder.path}/c`);
      const model = new Map<string, Uint8Array>();
      await fc.assert(
        fc.asyncProperty(fc.array(change, { maxLength: 6 }), async (changes) => {
          await catalog.write(new Map(changes));
          for (const [name, value] of new Map(changes)) {
            if (value === undefined) model.delete(name);
            else model.set(name, value);
          }
          for (const [name] of changes) {
            const expected = model.get(name);
            const found = await catalog.get(name);
            expect(found && [...found]).toEqual(expected && [...expected]);
          }
        }),
        { numRuns: rounds(60) },
      );
      expect((await dump(catalog)).length).toBe(model.size);
      await catalog.close();
    });

    it('hands out bytes that later writes do not change', async () => {
      await using folder = await tempFolder('catalog');
      const catalog = await open(`${folder.path}/c`);
      await catalog.write(new Map([['a', bytes('first')]]));
      const before = await catalog.get('a');
      await catalog.write(new Map([['a', bytes('other')]]));
      expect(before).toEqual(bytes('first'));
      await catalog.close();
    });
  });
}
