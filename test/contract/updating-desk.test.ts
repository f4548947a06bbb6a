/** When updates begin and what they keep from beginning, with real parts behind the desk. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { UpdateDesk } from '../../agent/app/update-desk.ts';
import type { Window } from '../../agent/core/tasks/window.ts';
import { NOW } from '../support/trust/world.ts';
import { pairOf } from '../support/updates/releases.ts';
import { joined } from '../support/updating/joined.ts';

const both = (version: string) => ['web', 'rules'].map((name) => ({ name, version }));
const soon = <T>(ask: () => T) => expect.poll(ask);
/** NOW is ten o'clock. */
const noon: Window = { name: 'noon', days: [0, 1, 2, 3, 4, 5, 6], from: 720, to: 780, zone: 'UTC' };

async function world() {
  const it = await joined();
  const made = pairOf('1.0.0', it.at('root'));
  await it.publish(...made);
  await it.up();
  it.assign(...made);
  return it;
}

it('loads nothing until something is wanted, and then says what it does', async () => {
  await using it = await world();
  const { desk, deps } = await it.desk(() => undefined);
  await desk.follow();
  await desk.want([]);
  expect(await desk.updateNow()).toEqual({
    ok: true,
    text: 'no packages are wanted, and none is installed',
  });
  expect(await desk.status()).toMatchObject({ enabled: true, wanted: [] });
  expect(it.asked).toEqual([]);
  await desk.want(both('1.0.0'));
  await soon(() => desk.packages().length).toBe(2);
  await soon(() => deps.facts.get('updates/current')).toBeUndefined();
  expect(desk.directed()).toBe(it.hands.now);
  // The last step is told a moment before it is over.
  await soon(() => desk.updateNow()).toMatchObject({
    ok: true,
    text: expect.stringContaining('2') as unknown,
  });
  await desk.stop();
  // What is installed is reported after a start too, whoever wants what.
  const again = await it.desk(() => undefined, { updates: { enabled: false } });
  await again.desk.follow();
  expect(again.desk.packages().map(({ version }) => version)).toEqual(['1.0.0', '1.0.0']);
  await again.desk.stop();
});

it('begins nothing outside of its window, nor while it does not know the time', async () => {
  await using it = await world();
  const closed = await it.desk(() => undefined, { updates: { window: noon } });
  await closed.desk.want(both('1.0.0'));
  expect(await closed.desk.updateNow()).toEqual({ ok: false, text: 'window noon is closed' });
  await closed.desk.stop();
  const lost = await it.desk(() => undefined, { updates: { window: noon }, clockTrusted: false });
  await lost.desk.want(both('1.0.0'));
  const { text } = await lost.desk.updateNow();
  expect(text).toBe('the time is not known, and with it whether window noon is open');
  await lost.desk.stop();
  expect(it.asked).toEqual([]);
  it.hands.now = NOW + 2 * 3_600_000;
  const open = await it.desk(() => undefined, { updates: { window: noon } });
  await open.desk.want(both('1.0.0'));
  await soon(() => open.desk.packages().length).toBe(2);
  await open.desk.stop();
});

it('waits for a task that runs, and tells tasks and remedies to wait for it', async () => {
  await using it = await world();
  let busy: string | undefined = 'a task runs';
  const { desk, deps } = await it.desk(() => busy);
  await desk.want(both('1.0.0'));
  expect(await desk.updateNow()).toEqual({ ok: false, text: 'a task runs' });
  expect([desk.isUnderWay, desk.hasMachine]).toEqual([false, false]);
  busy = undefined;
  // Right before it touches anything it asks for calm once more.
  let leave: () => void = () => undefined;
  const calm = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const states: (readonly [boolean, boolean])[] = [];
  const waiting = await it.desk(() => undefined, {
    calm: () => {
      states.push([waiting.desk.isUnderWay, waiting.desk.hasMachine]);
      return calm;
    },
  });
  await desk.stop();
  await waiting.desk.want(both('1.0.0'));
  await soon(() => states).toEqual([[true, true]]);
  // Another life sees it from its first moment on, before anything is loaded.
  const next = await it.desk(() => undefined);
  expect([next.desk.isUnderWay, next.desk.hasMachine]).toEqual([true, true]);
  leave();
  await soon(() => waiting.desk.packages().length).toBe(2);
  await soon(() => waiting.desk.hasMachine).toBe(false);
  await waiting.desk.stop();
  expect(await readFile(it.at('root/web/current/bin/web'), 'utf8')).toBe('web 1.0.0\n');
  expect(deps.facts.get('updates/current')).toBeUndefined();
});

it('goes on with what was wanted before when it is switched on in the own file', async () => {
  await using it = await world();
  const { desk, config } = await it.desk(() => undefined, { updates: { enabled: false } });
  await desk.want(both('1.0.0'));
  expect(await desk.status()).toMatchObject({ wanted: both('1.0.0') });
  Object.assign(config.updates, { enabled: true });
  await desk.follow();
  await soon(() => desk.packages().length).toBe(2);
  await desk.stop();
});

it('tries again when it could not be opened, and ends all the same', async () => {
  await using it = await world();
  const { deps } = await it.desk(() => undefined);
  const far: (() => void)[] = [];
  const clock = {
    ...deps.clock,
    after: (ms: number, action: () => void) => {
      if (ms <= 10_000) return deps.clock.after(ms, action);
      far.push(action);
      return () => undefined;
    },
  };
  const desk = new UpdateDesk({ ...deps, clock, busy: () => undefined });
  await writeFile(it.at('agent/updates'), 'in the way');
  await expect(desk.want(both('1.0.0'))).rejects.toThrow();
  const failing = new UpdateDesk({ ...deps, clock, busy: () => undefined });
  const wanting = failing.want(both('1.0.0')).catch(() => undefined);
  await failing.stop();
  await wanting;
  await rm(it.at('agent/updates'));
  far[0]?.();
  await soon(() => desk.packages().length).toBe(2);
  await desk.stop();
});
