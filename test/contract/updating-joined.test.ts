/** From a decision of the collector to what runs on a device: both sides' real parts, over HTTP. */
import { access, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Updates } from '../../agent/app/updates.ts';
import { madeOf, pairOf, tarOf, webFiles } from '../support/updates/releases.ts';
import { joined } from '../support/updating/joined.ts';

const both = (version: string) => ['web', 'rules'].map((name) => ({ name, version }));
const running = (at: (...parts: string[]) => string) =>
  readFile(at('root/web/current/bin/web'), 'utf8');

it('installs what people signed and the director decided, also back to an older version', async () => {
  await using it = await joined();
  const [one, two] = ['1.0.0', '2.0.0'].map((version) => pairOf(version, it.at('root')));
  await it.publish(...(one ?? []), ...(two ?? []));
  await it.up();
  const { updates, reports } = await it.device();
  await updates.start();
  for (const [version, made] of [
    ['1.0.0', one],
    ['2.0.0', two],
    ['1.0.0', one],
  ] as const) {
    it.assign(...(made ?? []));
    await updates.want(both(version));
    expect(await running(it.at)).toBe(`web ${version}\n`);
  }
  expect(reports.filter(({ state }) => state === 'failed')).toEqual([]);
  const status = await updates.status();
  expect(status.director).toMatchObject({ isSilent: false, problem: undefined });
  expect(updates.directed).toBe(it.hands.now);
  const targets = it.asked.filter((url) => url.startsWith('/releases/targets/'));
  expect(targets.length).toBeGreaterThanOrEqual(4);
  const before = it.asked.length;
  await updates.want(both('1.0.0'));
  expect(it.asked).toHaveLength(before);
  await updates.stop();
});

it('leaves what it verified where the helper finds it, of each role one version', async () => {
  await using it = await joined();
  const made = pairOf('1.0.0', it.at('root'));
  await it.publish(...made);
  await it.up();
  const { updates } = await it.device();
  for (const some of [made.slice(1), made]) {
    it.assign(...some);
    await updates.want(some.map(({ manifest: { name, version } }) => ({ name, version })));
  }
  const names = async (repository: string) =>
    (await readdir(it.at('agent/updates/metadata', repository))).sort();
  const now = it.hands.now;
  expect(await names('director')).toEqual(
    ['1.root.json', `${now}.snapshot.json`, `${now}.targets.json`, 'timestamp.json'].sort(),
  );
  expect(await names('release')).toEqual([
    '1.root.json',
    '1.snapshot.json',
    '1.targets.json',
    'timestamp.json',
  ]);
  const stamp = await readFile(it.at('agent/updates/metadata/release/timestamp.json'));
  expect(stamp.equals(await readFile(it.at('releases/metadata/timestamp.json')))).toBe(true);
  await updates.stop();
});

it('refuses what only the director names, by the name of the attack', async () => {
  await using it = await joined();
  const good = madeOf(
    'web',
    '1.0.0',
    { kind: 'archive', options: { path: it.at('root/web') } },
    tarOf(webFiles('1.0.0')),
  );
  const forged = madeOf('web', '2.0.0', good.manifest.installer, tarOf(webFiles('2.0.0')));
  await it.publish(good);
  await it.up();
  const { updates, reports } = await it.device();
  it.assign(forged);
  await updates.want([{ name: 'web', version: '2.0.0' }]);
  expect(reports.map(({ text, state }) => [state, text])).toEqual([
    ['failed', expect.stringMatching(/^untrusted: attack: arbitrary-software: web\/2\.0\.0\/web /)],
  ]);
  await expect(access(it.at('root/web'))).rejects.toThrow('ENOENT');
  // Told once for one wish, and known to whoever asks.
  expect(await updates.now()).toMatchObject({
    ok: false,
    text: expect.stringContaining('attack') as unknown,
  });
  expect(reports).toHaveLength(1);
  await updates.stop();
});

it('waits while the collector is down, and says so once for one wish', async () => {
  await using it = await joined();
  const made = pairOf('1.0.0', it.at('root'));
  await it.publish(...made);
  await it.up();
  const { updates, reports } = await it.device();
  await it.down();
  it.assign(...made);
  await updates.want(both('1.0.0'));
  await updates.want(both('1.0.0'));
  expect(reports.map(({ state, text }) => [state, text.slice(0, 9)])).toEqual([
    ['skipped', 'offline: '],
    ['skipped', 'offline: '],
  ]);
  await it.up();
  expect(await updates.now()).toEqual({ ok: true, text: 'begun: web 1.0.0, rules 1.0.0' });
  await updates.want(both('1.0.0'));
  expect(await running(it.at)).toBe('web 1.0.0\n');
  await updates.stop();
});

it('goes on after a restart in the middle, with what it had', async () => {
  await using it = await joined();
  const made = pairOf('1.0.0', it.at('root'));
  await it.publish(...made);
  await it.up();
  // Too slow to end: it is stopped in the middle of the first file.
  const first = await it.device({ updates: { rate: 64 } });
  it.assign(...made);
  const wanting = first.updates.want(both('1.0.0'));
  const state = async () => (await first.updates.status()).underWay?.state;
  await expect.poll(state).toBe('fetching');
  await first.updates.stop();
  await wanting;
  const second = await it.device();
  await second.updates.start();
  expect(await running(it.at)).toBe('web 1.0.0\n');
  await second.updates.want(both('1.0.0'));
  expect((await second.updates.status()).wanted.map(({ state }) => state)).toEqual([
    'installed',
    'installed',
  ]);
  await second.updates.stop();
});

it('begins nothing while it is held, nor while an application holds the lock', async () => {
  await using it = await joined();
  const made = pairOf('1.0.0', it.at('root'));
  await it.publish(...made);
  await it.up();
  let why: string | undefined = 'window night is closed';
  const { updates, reports } = await it.device({ holds: () => why });
  it.assign(...made);
  await updates.want(both('1.0.0'));
  expect(await updates.now()).toEqual({ ok: false, text: 'window night is closed' });
  expect(reports).toEqual([]);
  why = undefined;
  const lock = it.at('agent/updates/locks');
  await mkdir(lock, { recursive: true });
  await writeFile(join(lock, 'press'), 'batch 7\n');
  await utimes(join(lock, 'press'), it.hands.now / 1000, it.hands.now / 1000);
  await updates.want(both('1.0.0'));
  expect(reports.at(-1)).toMatchObject({
    state: 'skipped',
    text: 'locked: held by press (batch 7)',
  });
  await rm(join(lock, 'press'));
  await updates.want(both('1.0.0'));
  expect(await running(it.at)).toBe('web 1.0.0\n');
  await updates.stop();
});

it('asks the director for the time where nobody has set the clock', async () => {
  await using it = await joined();
  const made = pairOf('1.0.0', it.at('root'));
  await it.publish(...made);
  await it.up();
  it.assign(...made);
  const { updates } = await it.device({ clockTrusted: false });
  await updates.want(both('1.0.0'));
  expect(it.asked.filter((url) => /\/time\?nonce=[0-9a-f]{32}$/.test(url))).toHaveLength(1);
  expect(await running(it.at)).toBe('web 1.0.0\n');
  await updates.stop();
});

it('says why it cannot take updates without a collector or without roots', async () => {
  await using it = await joined();
  const without = await it.device({ collector: {} });
  await without.updates.want(both('1.0.0'));
  expect(without.reports.map(({ text }) => text)).toEqual([
    'untrusted: collector.url is not set, so there is nobody to ask for updates',
    'untrusted: collector.url is not set, so there is nobody to ask for updates',
  ]);
  await rm(it.at('trust/release.root.json'));
  const bare = await it.device();
  await bare.updates.want(both('1.0.0'));
  expect(bare.reports[0]?.text).toContain('release.root.json is missing');
});

it('does not go on with what an earlier life began when something else is wanted by now', async () => {
  await using it = await joined();
  const [one, two] = ['1.0.0', '2.0.0'].map((version) => pairOf(version, it.at('root')));
  await it.publish(...(one ?? []), ...(two ?? []));
  await it.up();
  const first = await it.device();
  it.assign(...(one ?? []));
  await first.updates.want(both('1.0.0'));
  await first.updates.stop();
  const second = await it.device({ updates: { rate: 64 } });
  it.assign(...(two ?? []));
  const wanting = second.updates.want(both('2.0.0'));
  const state = async () => (await second.updates.status()).underWay?.state;
  await expect.poll(state).toBe('fetching');
  await second.updates.stop();
  await wanting;
  it.assign(...(one ?? []));
  const third = await it.device({ updates: { rate: 64 } });
  const started = third.updates.start();
  await third.updates.want(both('1.0.0'));
  await started;
  expect(third.reports.at(-1)).toMatchObject({ state: 'cancelled' });
  expect(await running(it.at)).toBe('web 1.0.0\n');
  expect((await third.updates.status()).underWay).toBeUndefined();
  await third.updates.stop();
});

it('asks the director in time, however often the configuration changes meanwhile', async () => {
  await using it = await joined();
  await it.up();
  const { deps, config } = await it.device();
  const due: number[] = [];
  const clock = {
    ...deps.clock,
    after: (ms: number) => {
      due.push(ms);
      return () => undefined;
    },
  };
  const updates = await Updates.open({ ...deps, clock });
  await updates.start();
  const before = due.length;
  for (let n = 0; n < 3; n++) updates.follow();
  expect(due).toHaveLength(before);
  Object.assign(config.updates, { every: 60_000 });
  updates.follow();
  expect(due.slice(before).map((ms) => ms < 70_000)).toEqual([true]);
  await updates.stop();
});

it('does not count the time without a clock as silence', async () => {
  await using it = await joined();
  const made = pairOf('1.0.0', it.at('root'));
  await it.publish(...made);
  await it.up();
  const lost = await it.device({ clockTrusted: false });
  await it.down();
  const set = it.hands.now;
  it.hands.now = 1000;
  await lost.updates.want(both('1.0.0'));
  await lost.updates.stop();
  it.hands.now = set;
  const known = await it.device();
  await known.updates.want(both('1.0.0'));
  expect(known.events).toEqual([]);
  expect((await known.updates.status()).director.isSilent).toBe(false);
  await known.updates.stop();
});
