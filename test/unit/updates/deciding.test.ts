/** What is decided around an update: dependencies, the guard, the lock, the probe, the launcher, answers. */
import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { accepting } from '../../../agent/core/updates/accepted.ts';
import { meaningOf } from '../../../agent/core/updates/answer.ts';
import { givenUp, MOST_TRIES, noted, pauseFor } from '../../../agent/core/updates/guard.ts';
import { heldBy } from '../../../agent/core/updates/lock.ts';
import { isManifest } from '../../../agent/core/updates/manifest.ts';
import { TokenBucket } from '../../../agent/core/updates/pace.ts';
import { judge, type Watch } from '../../../agent/core/updates/probe.ts';
import { resolvePackages } from '../../../agent/core/updates/resolve.ts';
import type { Tried } from '../../../agent/core/updates/stored.ts';
import { launch, overdue, readTrial, trialOf } from '../../../agent/core/updates/trial.ts';
import { Untar } from '../../../agent/core/updates/untar.ts';
import { madeOf, pairOf, tarOf } from '../../support/updates/releases.ts';

const of = (name: string, version: string, dependencies: Record<string, string> = {}) =>
  madeOf(name, version, { kind: 'file', options: { path: `/o/${name}` } }, Buffer.from(version), {
    dependencies,
  }).manifest;
const here = (...all: readonly ReturnType<typeof of>[]) =>
  new Map(all.map((one) => [one.name, one]));

describe('dependencies', () => {
  it('orders what is needed first, and keeps apart what does not belong together', () => {
    const wanted = [
      of('app', '2.0.0', { lib: '^2.0.0' }),
      of('lib', '2.1.0'),
      of('other', '1.0.0'),
    ];
    const resolved = resolvePackages({ wanted, installed: new Map() }, semver);
    const names = resolved.ok ? resolved.groups.map((group) => group.map(({ name }) => name)) : [];
    expect(names).toEqual([['lib', 'app'], ['other']]);
  });

  it('names every conflict before anything moves', () => {
    const installed = here(of('app', '1.0.0', { lib: '^1.0.0' }));
    const wanted = [of('lib', '2.0.0'), of('web', '1.0.0', { gone: '*', lib: 'what' })];
    expect(resolvePackages({ wanted, installed }, semver)).toEqual({
      ok: false,
      conflicts: [
        'app 1.0.0 needs lib ^1.0.0, and lib would be 2.0.0',
        'web 1.0.0 needs gone *, which is neither installed nor wanted',
        'web 1.0.0 needs lib what, which is no range of versions',
      ],
    });
  });

  it('leaves nothing out, and nothing needed for later', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const set = fc.dictionary(name, fc.dictionary(name, fc.constant('^1.0.0')));
    fc.assert(
      fc.property(set, (all) => {
        const wanted = Object.entries(all).map(([one, needs]) => of(one, '1.0.0', needs));
        const resolved = resolvePackages({ wanted, installed: new Map() }, semver);
        if (!resolved.ok) return;
        const order = resolved.groups.flat().map((one) => one.name);
        expect(order.toSorted()).toEqual(Object.keys(all).toSorted());
      }),
    );
  });
});

describe('the guard against loops', () => {
  it('gives a version up after so many failures, and not for what may pass', () => {
    const release = of('web', '1.0.0');
    let tried: Tried | undefined;
    for (let n = 0; n < MOST_TRIES; n++) {
      expect(givenUp(release, tried)).toBeUndefined();
      tried = noted(release, tried, 'probe-failed', 'no answer', n * 1_000);
    }
    expect(givenUp(release, tried)).toMatch(/failed 2 times.*no answer/);
    expect(givenUp(of('web', '1.0.1'), tried)).toBeUndefined();
    expect(noted(release, undefined, 'offline', '', 0)).toBeUndefined();
  });
});

describe('the pause between tries', () => {
  it('lasts a minute for what failed, whatever the clock does', () => {
    const release = of('web', '1.0.0');
    const tried = noted(release, undefined, 'probe-failed', '', 10_000);
    expect(pauseFor(release, tried, 10_000)).toBe(60_000);
    expect(pauseFor(release, tried, 69_000)).toBe(1_000);
    expect(pauseFor(release, tried, 70_000)).toBe(0);
    expect(pauseFor(release, tried, 9_000)).toBe(0);
    expect(pauseFor(of('web', '1.0.1'), tried, 10_000)).toBe(0);
  });
});

describe('what a device accepts', () => {
  it('is what its own file names', () => {
    const accepts = accepting(['web', 'line-*']);
    expect(['web', 'line-', 'line-7-x'].map(accepts)).toEqual([true, true, true]);
    expect(['webx', 'xweb', 'lin'].map(accepts)).toEqual([false, false, false]);
    expect(accepting(['*'])('anything')).toBe(true);
  });
});

describe('the probe', () => {
  const watch: Watch = { windowMs: 100, linkWasUp: true, began: 0, wellSince: undefined };
  const look = (at: number, wrong = '', linkUp = true) => ({ at, wrong, linkUp });

  it('must hold for the whole window', () => {
    expect(judge(watch, look(50, 'starting')).kind).toBe('on');
    expect(judge(watch, look(100, 'starting')).kind).toBe('bad');
    expect(judge({ ...watch, wellSince: 10 }, look(60, 'gone')).kind).toBe('bad');
    expect(judge({ ...watch, wellSince: 10 }, look(109)).kind).toBe('on');
    expect(judge({ ...watch, wellSince: 10 }, look(110)).kind).toBe('good');
  });

  it('wants the link back where it was up before', () => {
    const well = { ...watch, wellSince: 0 };
    expect(judge(well, look(100, '', false)).kind).toBe('on');
    expect(judge(well, look(60_100, '', false))).toMatchObject({ code: 'link-lost' });
    expect(judge({ ...well, linkWasUp: false }, look(100, '', false)).kind).toBe('good');
  });
});

describe('the launcher', () => {
  it('lets a version on trial start three times, then goes back', () => {
    let trial = trialOf('new', 'old', 10_000);
    for (let n = 1; n <= 3; n++) {
      const next = launch(trial, 'new');
      expect(next.kind).toBe('try');
      if (next.kind === 'try') trial = next.trial;
    }
    expect(launch(trial, 'new')).toEqual({ kind: 'back', trial: { ...trial, isLeft: true } });
    expect(launch(trial, 'other').kind).toBe('as-is');
    expect(launch(undefined, 'new').kind).toBe('as-is');
  });

  it('goes back again when it was cut off between its note and the link', () => {
    const left = { ...trialOf('new', 'old', 0), isLeft: true };
    expect(launch(left, 'new').kind).toBe('back');
    expect(launch(left, 'old').kind).toBe('as-is');
  });

  it('stays where there is nothing to go back to', () => {
    expect(launch({ ...trialOf('new', '', 0), starts: 9 }, 'new').kind).toBe('as-is');
  });

  it('goes back at the end of the time, whatever the starts', () => {
    const trial = trialOf('new', 'old', 10_000);
    expect(trial.withinMs).toBeGreaterThan(80_000);
    expect(overdue(trial, 'new')).toEqual({ kind: 'back', trial: { ...trial, isLeft: true } });
    expect(overdue(trial, 'old').kind).toBe('as-is');
    expect(overdue(undefined, 'new').kind).toBe('as-is');
  });

  it('reads a trial again, and nothing that is none', () => {
    const trial = trialOf('1.2.0-0123456789abcdef', '1.1.0', 60_000);
    expect(readTrial(JSON.stringify(trial))).toEqual(trial);
    for (const odd of [
      undefined,
      '',
      '{',
      '[]',
      'null',
      JSON.stringify({ ...trial, slot: '../x' }),
    ])
      expect(readTrial(odd)).toBeUndefined();
    expect(readTrial(JSON.stringify({ ...trial, withinMs: -1 }))).toBeUndefined();
  });
});

describe('smaller decisions', () => {
  it('holds a lock for an hour after it was last written', () => {
    const lock = { name: 'press', text: 'batch 7', ageMs: 1000 };
    expect(heldBy([lock])).toBe('press (batch 7)');
    expect(heldBy([{ ...lock, ageMs: 3_600_001 }])).toBeUndefined();
  });

  it('holds the cap within 5 %, however the bytes come', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 65_536 }), { minLength: 20, maxLength: 200 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1_000, max: 10_000_000 }), (pieces, most) => {
        const bucket = new TokenBucket(most);
        let now = 0;
        for (const bytes of pieces) now += bucket.take(bytes, now);
        const total = pieces.reduce((sum, bytes) => sum + bytes, 0);
        const least = (total / most) * 1000;
        expect(now).toBeLessThanOrEqual(least * 1.001);
        expect(now).toBeGreaterThanOrEqual(least - 51);
      }),
    );
  });

  it('reads what servers answer', () => {
    const head = {
      contentRange: undefined,
      contentLength: undefined,
      etag: 'W/"1"',
      retryAfter: '7',
    };
    expect(meaningOf({ ...head, status: 404 }, 0, 9)).toMatchObject({ kind: 'never' });
    expect(meaningOf({ ...head, status: 503 }, 0, 9)).toMatchObject({
      kind: 'later',
      afterMs: 7000,
    });
    expect(meaningOf({ ...head, status: 200 }, 5, 9)).toEqual({
      kind: 'bytes',
      from: 0,
      etag: undefined,
    });
    const part = { ...head, status: 206, contentRange: 'bytes 5-8/9', etag: '"1"' };
    expect(meaningOf(part, 5, 9)).toEqual({ kind: 'bytes', from: 5, etag: '"1"' });
    expect(meaningOf({ ...part, contentRange: 'bytes 5-8/10' }, 5, 9)).toMatchObject({
      code: 'bad-file',
    });
    expect(meaningOf({ ...part, contentRange: 'bytes 0-8/9' }, 5, 9).kind).toBe('later');
  });

  it('takes no manifest whose names or paths lead elsewhere', () => {
    const [one] = pairOf('1.0.0', '/r');
    const good = one?.manifest;
    expect(isManifest(good)).toBe(true);
    for (const name of ['', '../x', 'X']) expect(isManifest({ ...good, name })).toBe(false);
    for (const version of ['1', '1.0.0/..', '01.0.0']) {
      expect(isManifest({ ...good, version })).toBe(false);
    }
    for (const path of ['/etc/x', 'a/../b', 'a//b', '..', 'a b']) {
      const files = good?.files.map((file) => ({ ...file, path }));
      expect(isManifest({ ...good, files })).toBe(false);
    }
    fc.assert(fc.property(fc.anything(), (value) => typeof isManifest(value) === 'boolean'));
  });
});

describe('the tar reader', () => {
  const limits = { bytes: 10_000, entries: 20 };
  const read = (bytes: Uint8Array, piece = bytes.length || 1) => {
    const tar = new Untar(limits);
    const items = [];
    for (let at = 0; at < bytes.length; at += piece) {
      items.push(...tar.push(bytes.subarray(at, at + piece)));
    }
    return { tar, items };
  };
  const name = fc.stringMatching(/^[a-z]{1,8}(\/[a-zäö]{1,60}){0,3}$/);
  const file = fc.record({ path: name, text: fc.string({ maxLength: 300 }) });

  it('reads what our writer writes, however it is cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.array(file, { maxLength: 6 }),
        fc.integer({ min: 1, max: 1500 }),
        (files, piece) => {
          const { tar, items } = read(tarOf(files), piece);
          expect(tar.wrong).toBeUndefined();
          expect(tar.isWhole).toBe(true);
          const paths = items.flatMap((item) => (item.kind === 'file' ? item.path : []));
          expect(paths).toEqual(files.map(({ path }) => path));
          const data = items.flatMap((item) => (item.kind === 'data' ? [item.bytes] : []));
          expect(Buffer.concat(data).toString()).toBe(files.map(({ text }) => text).join(''));
        },
      ),
    );
  });

  it('takes nothing that leads out, and no more than its bounds', () => {
    for (const path of ['../x', '/etc/x', 'a/../../x']) {
      expect(read(tarOf([{ path, text: 'x' }])).tar.wrong).toMatch(/leads out/);
    }
    expect(read(tarOf([{ path: 'big', text: 'x'.repeat(10_001) }])).tar.wrong).toMatch(/more than/);
    const cut = tarOf([{ path: 'a', text: 'x'.repeat(900) }]).subarray(0, 1000);
    expect(read(cut).tar.isWhole).toBe(false);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2000 }),
        (bytes) => !read(bytes).tar.isWhole || bytes.every((b) => b === 0),
      ),
    );
  });
});
