/** The agent updates itself: real processes under the real launcher, in versions good and bad. */
import { access, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Launched } from '../support/agent-update/launched.ts';
import type { Life } from '../support/agent-update/plan.ts';

const settled = (version: string) => (life: Life) =>
  life.did === 'settled' && life.version === version;

async function lives(it: Launched, is: (life: Life) => boolean): Promise<Life> {
  for (;;) {
    const found = (await it.lives()).findLast(is);
    if (found !== undefined) return found;
    await pause(20);
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

describe('the agent updates itself', () => {
  it('runs the new version, says so, and is on trial no more', async () => {
    await using it = await Launched.open();
    const made = await it.release('2.0.0', 'good');
    await it.want(made);
    const ending = it.run();
    const last = await lives(it, settled('2.0.0'));
    expect(last.packages).toEqual(['2.0.0']);
    expect(await it.versions()).toEqual(['1.0.0', '2.0.0']);
    expect(await it.current()).toMatch(/^2\.0\.0-[0-9a-f]{16}$/);
    expect(await isThere(it.path('agent/trial'))).toBe(false);
    it.signal('SIGTERM');
    expect(await ending).toBe(0);
  });

  it('is led back by the launcher from a version that ends at once', async () => {
    await using it = await Launched.open();
    await it.want(await it.release('2.0.0', 'exits'));
    void it.run();
    const last = await lives(it, settled('1.0.0'));
    expect(await it.versions()).toEqual([
      // Twice in vain, then it is given up.
      ...['1.0.0', '2.0.0', '2.0.0', '2.0.0'],
      ...['1.0.0', '2.0.0', '2.0.0', '2.0.0', '1.0.0'],
    ]);
    expect(it.errors).toContain('did not stay up; back to 1.0.0');
    expect(last.packages).toEqual([]);
    const texts = last.texts?.join('\n');
    expect(texts).toContain('the launcher went back; the old version is back');
    expect(texts).toContain('given-up');
    expect(await it.current()).toBe('1.0.0');
    expect(await isThere(it.path('agent/trial'))).toBe(false);
  });

  it('goes back by itself when it runs, but does not reach the collector', async () => {
    await using it = await Launched.open();
    await it.want(await it.release('2.0.0', 'mute'));
    void it.run();
    const last = await lives(it, settled('1.0.0'));
    expect(await it.versions()).toEqual(['1.0.0', '2.0.0', '1.0.0', '2.0.0', '1.0.0']);
    expect(last.packages).toEqual([]);
    expect(await it.current()).toBe('1.0.0');
    expect(await isThere(it.path('agent/trial'))).toBe(false);
  });

  it('is led back from a version that runs and never looks after its update', async () => {
    await using it = await Launched.open();
    await it.lay('2.0.0', 'idle');
    await it.lead('2.0.0');
    const trial = { slot: '2.0.0', before: '1.0.0', starts: 0, isLeft: false, withinMs: 1_000 };
    await writeFile(it.path('agent/trial'), JSON.stringify(trial));
    await it.want(await it.release('1.0.0', 'good'));
    void it.run();
    await lives(it, ({ did, version }) => did === 'started' && version === '1.0.0');
    expect(it.errors).toContain('2.0.0 runs, but was not committed in time; back to 1.0.0');
    expect(await it.current()).toBe('1.0.0');
  });

  it.each(['before-note', 'before-link', 'after-link', 'at-restart'] as const)(
    'comes to the new version when it is killed %s',
    async (dieAt) => {
      await using it = await Launched.open();
      await it.want(await it.release('2.0.0', 'good'), dieAt);
      // As whoever looks after the launcher would: started again when it ends.
      const keeping = (async () => {
        while ((await it.run()) !== 0);
      })();
      const last = await lives(it, settled('2.0.0'));
      expect(last.packages).toEqual(['2.0.0']);
      expect(await isThere(it.path('died'))).toBe(true);
      it.signal('SIGTERM');
      await keeping;
    },
  );
});

describe('a program of a release that is the same user as the agent', () => {
  it('kills the agent again and again, and is given up', async () => {
    await using it = await Launched.open();
    await it.want(it.hooked('kill -9 $PPID'));
    const keeping = (async () => {
      while ((await it.run()) !== 0);
    })();
    const last = await lives(it, settled('1.0.0'));
    expect(last.packages).toEqual([]);
    expect(last.texts?.join('\n')).toContain('given-up: web 1.0.0 failed 2 times');
    expect(await isThere(it.path('web/current'))).toBe(false);
    it.signal('SIGTERM');
    await keeping;
  });
});

describe('the launcher as a parent', () => {
  it('hands signals on, and ends as the agent ends', async () => {
    await using it = await Launched.open();
    await it.lay('1.0.0', 'idle');
    const ending = it.run();
    await lives(it, ({ did }) => did === 'started');
    it.signal('SIGHUP');
    await lives(it, ({ did }) => did === 'told to reload');
    it.signal('SIGTERM');
    // An idle agent does not hear SIGTERM: it ends by it, said as a shell says it.
    expect(await ending).toBe(128 + 15);
  });

  it('starts what is not on trial once, and hands its code on', async () => {
    await using it = await Launched.open();
    await it.lay('1.0.0', 'exits');
    expect(await it.run()).toBe(3);
    expect(await it.versions()).toEqual(['1.0.0']);
  });
});
