import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareDebianVersions } from '../../agent/core/debian-version.ts';
import { vulnerabilitiesTask } from '../../agent/tasks/vulnerabilities.ts';
import { rounds } from '../support/rounds.ts';
import { problemsOf, runTask } from '../support/tasks-exec/context.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const hasDpkg = isThere('dpkg');

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasDpkg)('versions beside dpkg (needs dpkg)', () => {
  /** One shell for all comparisons: a process each would take minutes. */
  const dpkgOrder = (pairs: readonly (readonly [string, string])[]): number[] => {
    const script =
      'while read -r a b; do if dpkg --compare-versions "$a" lt "$b"; then echo -1; ' +
      'elif dpkg --compare-versions "$a" eq "$b"; then echo 0; else echo 1; fi; done';
    const input = pairs.map((pair) => `${pair.join(' ')}\n`).join('');
    return execFileSync('sh', ['-c', script], { input, stdio: ['pipe', 'pipe', 'ignore'] })
      .toString()
      .trim()
      .split('\n')
      .map(Number);
  };

  it('any two', () => {
    const upstream = fc.stringMatching(/^[0-9][0-9ab.+~]{0,5}$/);
    const revision = fc.stringMatching(/^[0-9ab.+~]{1,4}$/);
    const version = fc
      .tuple(fc.constantFrom('', '0:', '1:', '12:'), upstream, fc.option(revision))
      .map(([epoch, up, rev]) => epoch + up + (rev === null ? '' : `-${rev}`));
    const pairs = fc.sample(fc.tuple(version, version), rounds(400));
    const ours = pairs.map(([a, b]) => Math.sign(compareDebianVersions(a, b)));
    const theirs = dpkgOrder(pairs);
    for (const [at, pair] of pairs.entries()) expect([pair, ours[at]]).toEqual([pair, theirs[at]]);
  });
});

describe.skipIf(!hasDpkg)('installed packages against a feed (needs dpkg)', () => {
  let temp: TempFolder;
  let server: Server;
  let url: string;
  let feed: Buffer;
  let asked: { path: string; etag: string | undefined }[];

  beforeEach(async () => {
    temp = await tempFolder('osv');
    asked = [];
    mkdirSync(join(temp.path, 'data'));
    feed = gzipSync(JSON.stringify(advisories()));
    server = createServer((request, response) => {
      const etag = request.headers['if-none-match'];
      asked.push({ path: request.url ?? '', etag });
      if (etag === '"one"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"one"' }).end(feed);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await temp[Symbol.asyncDispose]();
  });

  /** Of `dpkg`, which is installed wherever it answers. */
  const own = execFileSync('dpkg-query', ['-W', '-f', '$' + '{source:Version}', 'dpkg']).toString();

  function advisories(): object[] {
    const affected = (events: object[], name = 'dpkg', ecosystem = 'Test:1') => [
      { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events }] },
    ];
    const critical = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
    return [
      {
        id: 'T-1',
        aliases: ['CVE-2024-0001'],
        severity: [{ type: 'CVSS_V3', score: critical }],
        affected: affected([{ introduced: '0' }, { fixed: `${own}.1` }]),
      },
      { id: 'T-2', affected: affected([{ introduced: '0' }, { fixed: own }]) },
      {
        id: 'CVE-2024-0003',
        database_specific: { severity: 'LOW' },
        affected: affected([{ introduced: '0' }]),
      },
      { id: 'T-4', affected: affected([{ introduced: '0' }], 'not-installed') },
      { id: 'T-5', affected: affected([{ introduced: '0' }], 'dpkg', 'Test:2') },
      { id: 'T-6', affected: affected([{ introduced: '0' }], 'dpkg', 'Test') },
      { id: 'T-7', withdrawn: '2024-01-01', affected: affected([{ introduced: '0' }]) },
    ];
  }

  const look = (written: object, more: object = {}) =>
    runTask(
      vulnerabilitiesTask,
      { ecosystem: 'Test:1', ...written },
      { folder: temp.path, data: join(temp.path, 'data'), collectorUrl: url, ...more },
    );

  it('counts by severity and names package, version and fix', async () => {
    for (const [name, content] of [
      ['feed.json', JSON.stringify(advisories(), null, 2)],
      [
        'feed.jsonl',
        advisories()
          .map((each) => `${JSON.stringify(each)}\n`)
          .join(''),
      ],
      ['feed.json.gz', feed],
    ] as const) {
      writeFileSync(join(temp.path, name), content);
      const outcome = await look({ file: name });
      expect(outcome).toMatchObject({
        ok: true,
        figures: { critical: 1, high: 0, medium: 0, low: 1, unknown: 1, advisories: 6 },
      });
      expect(outcome.changes).toEqual([
        `CVE-2024-0001 dpkg ${own} ${own}.1 (critical)`,
        `CVE-2024-0003 dpkg ${own} no fix yet (low)`,
        `T-6 dpkg ${own} no fix yet (unknown)`,
      ]);
    }
  });

  it('ignores what is to be ignored, and fails where it is told to', async () => {
    writeFileSync(join(temp.path, 'f'), feed);
    const some = await look({ file: 'f', unfixed: false, ignore: ['CVE-2024-0001'] });
    expect(some).toMatchObject({ ok: true, changes: [] });
    expect(await look({ file: 'f', failAt: 'high' })).toMatchObject({ ok: false, permanent: true });
    const rest = await look({ file: 'f', failAt: 'high', ignore: ['T-1'] });
    expect(rest.ok).toBe(true);
  });

  it('fetches from the collector once, then by ETag; without it the old one serves', async () => {
    const first = await look({ feed: 'debian-12' });
    expect(first.figures['critical']).toBe(1);
    await look({ feed: 'debian-12' });
    const path = '/api/muster/v1/feeds/debian-12';
    expect(asked).toEqual([
      { path, etag: undefined },
      { path, etag: '"one"' },
    ]);
    const printed: string[] = [];
    const away = await look({ feed: 'debian-12' }, { collectorUrl: 'http://127.0.0.1:1', printed });
    expect(away.figures['critical']).toBe(1);
    expect(printed.join()).toContain('the feed of before is used');
    const none = await look({ feed: 'other' }, { collectorUrl: 'http://127.0.0.1:1' });
    expect(none.ok).toBe(false);
    expect(await look({ feed: 'x' }, { collectorUrl: undefined })).toMatchObject({ ok: false });
  });

  it('a feed that is too large, packed or unpacked, leaves the old one', async () => {
    await look({ feed: 'f' });
    const stored = join(temp.path, 'data/upkeep/feeds/f');
    writeFileSync(`${stored}.etag`, '"old"');
    feed = Buffer.alloc(3 * 1024 * 1024, 1);
    const outcome = await look({ feed: 'f', maxBytes: '1MiB' });
    expect(outcome.ok).toBe(true);
    expect(readFileSync(stored)).toEqual(gzipSync(JSON.stringify(advisories())));
    writeFileSync(join(temp.path, 'bomb'), gzipSync(Buffer.alloc(40 * 1024 * 1024, 0x20)));
    await expect(look({ file: 'bomb', maxBytes: '1MiB' })).rejects.toThrow('more than');
    writeFileSync(join(temp.path, 'cut'), feed.subarray(0, 5));
    await expect(look({ file: 'cut' })).rejects.toThrow('feed');
  });

  it.each([
    [{}, 'feed'],
    [{ feed: 'a', file: 'b' }, 'feed'],
    [{ feed: '../a' }, 'feed'],
    [{ feed: 'http://x/y' }, 'feed'],
    [{ file: 'a', failAt: 'some' }, 'failAt'],
    [{ file: 'a', maxBytes: '1GiB' }, 'maxBytes'],
  ])('refuses %j', (written, message) => {
    expect(problemsOf(vulnerabilitiesTask, written).join()).toContain(message);
  });
});
