/** A whole device with real files: good releases, bad ones, and what it says of them. */

import { mkdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeDelta } from '../../protocol/delta/encode.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { device } from '../support/updates/device.ts';
import {
  type Made,
  madeOf,
  pairOf,
  rulesText,
  sum,
  tarOf,
  webFiles,
} from '../support/updates/releases.ts';

async function world(make: (root: string) => readonly Made[]) {
  const folder = await tempFolder('device');
  const made = make(join(folder.path, 'root'));
  const asked: string[] = [];
  const more = new Map<string, Uint8Array>();
  const server = createServer(({ url = '' }, response) => {
    asked.push(url.slice(1));
    const found = made.find(({ manifest }) =>
      manifest.files.some(({ path }) => `/${path}` === url),
    );
    const bytes = found?.bytes ?? more.get(url.slice(1));
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const releases = made.map(({ manifest }) => manifest);
  return {
    ...{ root: join(folder.path, 'root'), data: join(folder.path, 'data'), asked, more, made },
    open: () => device(join(folder.path, 'data'), { base, releases }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const both = (version: string) => ['web', 'rules'].map((name) => ({ name, version }));

const mostly = (version: string) => `${rulesText('any').repeat(20)}version ${version}`;

describe('a device', () => {
  it('installs what is wanted, goes on to the next, and says each step', async () => {
    await using it = await world((root) => [...pairOf('1.0.0', root), ...pairOf('2.0.0', root)]);
    const { updating, reports } = await it.open();
    await updating.start();
    await updating.want(both('1.0.0'));
    await updating.want(both('2.0.0'));
    expect(await readFile(join(it.root, 'etc/rules'), 'utf8')).toBe(rulesText('2.0.0'));
    expect(await readFile(join(it.root, 'web/current/bin/web'), 'utf8')).toBe('web 2.0.0\n');
    expect(updating.packages().map(({ version }) => version)).toEqual(['2.0.0', '2.0.0']);
    const web = reports.filter(({ name }) => name === 'web').slice(-7);
    expect(web.map(({ text }) => text)).toEqual([
      ...['planned', 'fetching', 'verifying', 'installing', 'switching', 'probing', 'installed'],
    ]);
    await updating.stop();
    const again = await it.open();
    await again.updating.start();
    expect(again.updating.packages()).toEqual(updating.packages());
  });

  it('comes back from a release that does not work, and gives it up', async () => {
    await using it = await world((root) => {
      const installer = { kind: 'archive', options: { path: `${root}/web` } } as const;
      const bad = tarOf([{ path: 'bin/probe', text: '#!/bin/sh\nexit 3\n', mode: 0o755 }]);
      const probe = { windowMs: 0, command: ['bin/probe'] };
      const good = madeOf('web', '1.0.0', installer, tarOf(webFiles('1.0.0')));
      return [good, madeOf('web', '2.0.0', installer, bad, { probe })];
    });
    const { updating, reports } = await it.open();
    await updating.want([{ name: 'web', version: '1.0.0' }]);
    const wanting = () => updating.want([{ name: 'web', version: '2.0.0' }]);
    await wanting();
    // Asked for again at once, it waits; a person may say that it is to be now.
    await wanting();
    for (let n = 0; n < 2; n++) {
      await updating.now();
      await wanting();
    }
    expect(await readlink(join(it.root, 'web/current'))).toMatch(/^slots\/1\.0\.0-/);
    expect(updating.packages().map(({ version }) => version)).toEqual(['1.0.0']);
    expect(reports.at(-1)?.text).toMatch(/^given-up: web 2.0.0 failed 2 times/);
    const ends = reports.filter(({ text }) => text.includes('the old version is back'));
    expect(ends.map(({ state }) => state)).toEqual(['failed', 'failed']);
    expect(ends[0]?.text).toMatch(/^probe-failed: .*bin\/probe ended with 3/);
  });

  it('fetches a delta, and the whole file where that is of no use', async () => {
    for (const isGood of [true, false]) {
      await using it = await world((root) => {
        const installer = { kind: 'file', options: { path: `${root}/etc/rules` } } as const;
        const [old, fresh] = ['1.0.0', '2.0.0'].map((one) => Buffer.from(mostly(one)));
        const delta = encodeDelta(old ?? Buffer.alloc(0), fresh ?? Buffer.alloc(0));
        const path = 'rules/2.0.0/delta';
        const [from, to] = [sum(old ?? Buffer.alloc(0)), sum(fresh ?? Buffer.alloc(0))];
        const deltas = [{ path, from, to, length: delta.length, sha256: sum(delta) }];
        return [
          madeOf('rules', '1.0.0', installer, old ?? Buffer.alloc(0)),
          madeOf('rules', '2.0.0', installer, fresh ?? Buffer.alloc(0), { deltas }),
          madeOf('delta', '1.0.0', installer, delta),
        ];
      });
      if (isGood) it.more.set('rules/2.0.0/delta', it.made[2]?.bytes ?? Buffer.alloc(0));
      const { updating } = await it.open();
      await updating.want([{ name: 'rules', version: '1.0.0' }]);
      await updating.want([{ name: 'rules', version: '2.0.0' }]);
      expect(await readFile(join(it.root, 'etc/rules'), 'utf8')).toBe(mostly('2.0.0'));
      expect(it.asked.includes('rules/2.0.0/rules')).toBe(!isGood);
    }
  });

  it('waits while an application holds the lock, and says who', async () => {
    await using it = await world((root) => pairOf('1.0.0', root));
    const { updating, reports } = await it.open();
    const locks = join(it.data, 'updates/locks');
    await mkdir(locks);
    await writeFile(join(locks, 'press'), 'batch 7\n');
    await updating.want(both('1.0.0'));
    expect(reports.at(-1)).toMatchObject({
      state: 'skipped',
      text: 'locked: held by press (batch 7)',
    });
    await rm(join(locks, 'press'));
    await updating.want(both('1.0.0'));
    expect(updating.packages()).toHaveLength(2);
  });

  it('installs nothing of packages that do not go together, nor what nobody signed', async () => {
    await using it = await world((root) => [...pairOf('1.0.0', root), ...pairOf('2.0.0', root)]);
    const { updating, reports } = await it.open();
    await updating.want([
      { name: 'web', version: '1.0.0' },
      { name: 'rules', version: '2.0.0' },
    ]);
    expect(reports.map(({ text }) => text.split(':')[0])).toEqual(['conflict', 'conflict']);
    await updating.want(both('9.0.0'));
    expect(reports.at(-1)?.text).toBe('untrusted: nobody signed it');
    expect(it.asked).toEqual([]);
  });

  it('says when something else took the place of what it installed', async () => {
    await using it = await world((root) => pairOf('1.0.0', root));
    const { updating } = await it.open();
    await updating.want(both('1.0.0'));
    await writeFile(join(it.root, 'etc/rules'), 'by hand');
    const again = await it.open();
    await again.updating.start();
    expect(again.reports.map(({ text }) => text.split(':')[0])).toEqual(['fell-back']);
    expect(again.updating.packages().map(({ name }) => name)).toEqual(['web']);
  });
});
