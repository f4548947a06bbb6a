/** Signatures that expire: the collector's own root is renewed, others are told; releases of delegated roles are seen. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../../collector/core/metrics.ts';
import { missing } from '../../collector/core/releases/envelope.ts';
import { rootOf } from '../../collector/core/releases/publication.ts';
import { openDirector } from '../../collector/io/releases/director.ts';
import { DirectorRoots } from '../../collector/io/releases/director-root.ts';
import { ReleaseFolder } from '../../collector/io/releases/folder.ts';
import { openReleaseShelf } from '../../collector/io/releases/shelf.ts';
import type { KeptRoot } from '../../collector/ports/releases.ts';
import { Expiry } from '../../collector/work/releases/expiry.ts';
import { signersOf } from '../../protocol/tuf/verify.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { writeKey } from '../support/releases/key.ts';
import { Repository } from '../support/rollouts/repository.ts';
import { silentLog } from '../support/silent-log.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const DAY = 86_400_000;

let folder: TempFolder;
let clock: FakeClock;
let metrics: Metrics;
let roots: DirectorRoots;
let expiry: Expiry | undefined;

beforeEach(async () => {
  folder = await tempFolder('expiry');
  clock = new FakeClock();
  metrics = createMetrics();
  roots = new DirectorRoots(join(folder.path, 'director'));
  await openDirector(join(folder.path, 'director'), {
    now: () => clock.wall(),
    assigned: () => [],
    seen: () => 0,
  });
});

afterEach(async () => {
  await expiry?.stop();
  expiry = undefined;
  await folder[Symbol.asyncDispose]();
});

async function watching(roles: ReadonlyMap<string, number> = new Map()): Promise<Expiry> {
  const source = { expiries: () => Promise.resolve(roles) };
  expiry = new Expiry({ clock, log: silentLog, metrics, source, root: roots });
  await expiry.start();
  return expiry;
}

async function pass(ms: number): Promise<void> {
  // The next look is only planned when the disk has answered to the one before.
  for (const part of [ms - 1_200_000, 600_000, 600_000]) {
    await clock.advance(part);
    await expiry?.settled();
  }
}

const named = (name: string) =>
  metrics
    .text()
    .split('\n')
    .filter((line) => line.startsWith(name));
const files = async () => (await readdir(join(folder.path, 'director', 'metadata'))).sort();

describe("the director's root", () => {
  it('is renewed by the collector that holds its key, as the next one that devices follow', async () => {
    const first = await roots.newest();
    const started = clock.wall();
    await watching();
    await pass(335 * DAY);
    expect(await files()).toEqual(['1.root.json']);
    await pass(2 * DAY);
    expect(await files()).toEqual(['1.root.json', '2.root.json']);
    const second = await roots.newest();
    const [before, after] = [rootOf(first), rootOf(second)];
    if (before === undefined || after === undefined) throw new Error('no root');
    expect(after.version).toBe(2);
    expect(after.roles).toEqual(before.roles);
    // Signed by keys of the one before and of its own: what a device asks for.
    expect(missing(second, signersOf(before, 'root'))).toBe(0);
    expect(missing(second, signersOf(after, 'root'))).toBe(0);
    const [line = ''] = named('muster_director_root_expiry_timestamp_seconds ');
    const expires = Number(line.split(' ')[1]) * 1_000;
    expect(expires).toBe(after.expires);
    expect(expires).toBeGreaterThan(started + (336 + 360) * DAY);
    expect(expiry?.health()).toMatchObject({ name: 'director', status: 'healthy' });
    // Year after year.
    await pass(337 * DAY);
    expect(await files()).toHaveLength(3);
  });

  it('is renewed at the start also when it has expired meanwhile', async () => {
    const kept = await roots.keep(clock.wall() + 400 * DAY);
    expect(kept).toMatchObject({
      version: 2,
      own: true,
      renewed: true,
    } satisfies Partial<KeptRoot>);
    expect((await roots.keep(clock.wall() + 400 * DAY)).renewed).toBe(false);
  });

  it('is left alone when people hold its key, and said in time', async () => {
    await roots.removeOwnRootKey();
    const own = await watching();
    await pass(351 * DAY);
    expect(own.health().status).toBe('healthy');
    await pass(2 * DAY);
    expect(own.health().status).toBe('degraded');
    expect(own.health().detail).toMatch(/^the director's root expires on \d{4}-\d\d-\d\d$/);
    await pass(20 * DAY);
    expect(own.health().detail).toMatch(/^the director's root has expired on /);
    expect(await files()).toEqual(['1.root.json']);
  });
});

describe('metadata of releases', () => {
  it('is told by role, and a role that is taken back no more', async () => {
    const roles = new Map([
      ['timestamp', clock.wall() + 20 * DAY],
      ['web-team', clock.wall() + 100 * DAY],
    ]);
    const own = await watching(roles);
    expect(named('muster_release_metadata_expiry_timestamp_seconds{')).toEqual([
      `muster_release_metadata_expiry_timestamp_seconds{role="timestamp"} ${clock.wall() / 1_000 + 20 * 86_400}`,
      `muster_release_metadata_expiry_timestamp_seconds{role="web-team"} ${clock.wall() / 1_000 + 100 * 86_400}`,
    ]);
    expect(own.health().status).toBe('healthy');
    roles.delete('web-team');
    await pass(7 * DAY);
    expect(own.health().detail).toMatch(/^timestamp of the releases expires on /);
    expect(named('muster_release_metadata_expiry_timestamp_seconds{')).toHaveLength(1);
  });

  it('is read of all roles that are published, and their releases with it', async () => {
    const repository = await Repository.make(join(folder.path, 'releases'), folder.path);
    const key = join(folder.path, 'team.key');
    await writeKey(key);
    await repository.muster('delegate', 'team', '--key', `${key}.pub`, '--paths', 'web-*');
    await repository.add('app', '1.0.0', { all: 'one' });
    await repository.muster('sign', 'team', '--key', key);
    await repository.publish();
    const web = join(folder.path, 'all.key.pub');
    await repository.muster('add', 'web-ui', '1.0.0', '--file', web, '--role', 'team');
    await repository.muster('sign', 'team', '--key', key);
    await repository.muster('publish', '--key', join(folder.path, 'all.key'));
    const shelf = openReleaseShelf(new ReleaseFolder(repository.path));
    const names = (await shelf.published()).map(({ manifest }) => manifest.name);
    expect(names).toEqual(['app', 'web-ui']);
    expect((await shelf.list()).map(({ name }) => name)).toEqual(['app', 'web-ui']);
    const expiries = await shelf.expiries();
    expect([...expiries.keys()].sort()).toEqual([
      ...['root', 'snapshot', 'targets', 'team', 'timestamp'],
    ]);
    expect(Math.min(...expiries.values())).toBeGreaterThan(Date.now() + 30 * DAY);
  });
});
