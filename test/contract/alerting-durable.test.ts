/** What a restart, a reload and a failing disk leave of alerts, silences and notifications. */
import { describe, expect, it } from 'vitest';
import { createMatcher } from '../../collector/core/alerting/matcher.ts';
import type { Outcome } from '../../collector/notifiers/notifier.ts';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { Rig } from '../support/alerting/rig.ts';
import { FakeClock } from '../support/fake-clock.ts';

const CONFIG = `
route:
  receiver: ops
  group_by: [alertname]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 1h
receivers:
  - name: ops
    webhook_configs: [{}]
  - name: others
    webhook_configs: [{}]
`;

const A = { alertname: 'Disk', instance: 'a' };
const B = { alertname: 'Disk', instance: 'b' };
const MINUTE = 60_000;

/** The same catalog in another life; what the one before was doing goes on nowhere. */
function copyOf(catalog: MemoryCatalog): MemoryCatalog {
  const copy = new MemoryCatalog();
  for (const [key, value] of catalog.entries) copy.entries.set(key, value);
  return copy;
}

function later(rig: Rig, ms: number): FakeClock {
  return new FakeClock(0, rig.clock.wall() + ms);
}

describe('writing', () => {
  it('puts ten thousand alerts into one synced write, and repeats into none', async () => {
    const rig = await new Rig(CONFIG).start();
    const labels = Array.from({ length: 10_000 }, (_, i) => ({ alertname: 'x', instance: `${i}` }));
    const before = rig.catalog.writes;
    await rig.fire(...labels);
    expect(rig.catalog.writes - before).toBe(1);
    await rig.clock.advance(5000);
    await rig.fire(...labels);
    await rig.fire(...labels);
    expect(rig.catalog.writes - before).toBe(1);
    expect(rig.alerting.store.size).toBe(10_000);
  });

  it('joins what comes at the same time', async () => {
    const rig = await new Rig(CONFIG).start();
    const before = rig.catalog.writes;
    await Promise.all(Array.from({ length: 100 }, (_, i) => rig.fire({ ...A, instance: `${i}` })));
    expect(rig.catalog.writes - before).toBe(1);
  });

  it('rejects when the disk refuses, and takes the same alerts later', async () => {
    const rig = await new Rig(CONFIG).start();
    rig.catalog.broken = true;
    await expect(rig.fire(A)).rejects.toThrow('disk full');
    expect(rig.views.alerts()).toEqual([]);
    rig.catalog.broken = false;
    await rig.fire(A);
    expect(rig.views.alerts()).toHaveLength(1);
  });

  it('tells nobody what it could not note before, and tells once the disk is back', async () => {
    const rig = await new Rig(CONFIG).start();
    await rig.fire(A);
    rig.catalog.broken = true;
    await rig.advance(MINUTE);
    expect(rig.take()).toEqual([]);
    rig.catalog.broken = false;
    await rig.advance(MINUTE);
    expect(rig.take()).toHaveLength(1);
  });

  it('does not repeat what was answered while the disk refused the note of it', async () => {
    const rig = new Rig(CONFIG);
    rig.answer = () => {
      rig.catalog.broken = true;
      return { ok: true };
    };
    await rig.start();
    await rig.fire(A);
    await rig.advance(2 * MINUTE);
    expect(rig.take()).toHaveLength(1);
    rig.catalog.broken = false;
    await rig.advance(2 * MINUTE);
    const next = await new Rig(CONFIG, {
      catalog: copyOf(rig.catalog),
      clock: later(rig, 1000),
    }).start();
    await next.advance(5 * MINUTE);
    expect(next.take()).toEqual([]);
  });
});

describe('a restart', () => {
  it('forgets nothing that fires, and tells nobody twice', async () => {
    const first = await new Rig(CONFIG).start();
    await first.fire(A);
    await first.advance(10_000);
    expect(first.take()).toHaveLength(1);
    const second = await new Rig(CONFIG, {
      catalog: copyOf(first.catalog),
      clock: later(first, MINUTE),
    }).start();
    await second.advance(5 * MINUTE);
    expect(second.take()).toEqual([]);
    await second.resolve(A);
    await second.advance(MINUTE);
    expect(second.take()).toMatchObject([{ alerts: ['-Disk a'] }]);
  });

  it('tells of alerts that were waiting for their group', async () => {
    const first = await new Rig(CONFIG).start();
    await first.fire(A);
    await first.advance(5000);
    const clock = later(first, 1000);
    const second = await new Rig(CONFIG, { catalog: copyOf(first.catalog), clock }).start();
    await second.advance(10_000);
    expect(second.take()).toMatchObject([{ alerts: ['+Disk a'] }]);
  });

  it('after a long time off does not take silence for the end of an alert', async () => {
    const first = await new Rig(CONFIG).start();
    await first.fire(A);
    await first.advance(10_000);
    const second = await new Rig(CONFIG, {
      catalog: copyOf(first.catalog),
      clock: later(first, 30 * MINUTE + 3_600_000),
    }).start();
    await second.advance(5 * MINUTE);
    expect(second.take().filter(({ alerts }) => alerts.includes('-Disk a'))).toEqual([]);
    // When the rules stay silent for as long as the alert was said to hold, it is over.
    await second.advance(3_600_000);
    expect(second.take().map(({ alerts }) => alerts)).toContainEqual(['-Disk a']);
  });

  it('sends what was not answered again with the same key, and counts it', async () => {
    const first = new Rig(CONFIG);
    first.answer = () => new Promise<Outcome>(() => {});
    await first.start();
    await first.fire(A);
    await first.advance(10_000);
    const [sent] = first.take();
    const clock = later(first, 1000);
    const second = await new Rig(CONFIG, { catalog: copyOf(first.catalog), clock }).start();
    await second.advance(1);
    const again = second.take();
    expect(again.map(({ key, alerts }) => [key, alerts])).toEqual([[sent?.key, ['+Disk a']]]);
    expect(second.metrics.text()).toContain('muster_notifications_repeated_total 1\n');
    await second.advance(5 * MINUTE);
    expect(second.take()).toEqual([]);
  });

  it('gives up what is for a receiver that is gone, and says so', async () => {
    const first = new Rig(CONFIG);
    first.answer = () => new Promise<Outcome>(() => {});
    await first.start();
    await first.fire(A);
    await first.advance(10_000);
    const second = await new Rig(CONFIG.replaceAll('ops', 'new'), {
      catalog: copyOf(first.catalog),
      clock: later(first, 1000),
    }).start();
    await second.advance(10_000);
    expect(second.take().map(({ receiver }) => receiver)).toEqual(['new']);
    const events = await second.alerting.history.list({ limit: 100 });
    expect(events.map(({ kind }) => kind)).toContain('notify-abandoned');
  });

  it('keeps silences', async () => {
    const first = await new Rig(CONFIG).start();
    const now = first.clock.wall();
    const id = await first.alerting.silences.set({
      matchers: [createMatcher('instance', '=~', 'a|b')],
      startsAt: now,
      endsAt: now + 10 * MINUTE,
      createdBy: 'me',
      comment: 'why',
    });
    const clock = later(first, 1000);
    const second = await new Rig(CONFIG, { catalog: copyOf(first.catalog), clock }).start();
    expect(second.alerting.silences.get(id)).toMatchObject({ createdBy: 'me', comment: 'why' });
    await second.fire(A, B);
    await second.advance(MINUTE);
    expect(second.take()).toEqual([]);
  });
});

describe('a configuration that is wrong at the start', () => {
  it('keeps and shows alerts; what was open is told when the file is right', async () => {
    const first = new Rig(CONFIG);
    first.answer = () => new Promise<Outcome>(() => {});
    await first.start();
    await first.fire(A);
    await first.advance(10_000);
    const [sent] = first.take();
    const clock = later(first, 1000);
    const second = new Rig('route: {}', { catalog: copyOf(first.catalog), clock });
    expect(await second.alerting.start()).not.toEqual([]);
    await second.fire(B);
    await second.advance(MINUTE);
    expect(second.take()).toEqual([]);
    expect(second.views.alerts()).toHaveLength(2);
    expect(second.views.figures().reloadOk).toBe(false);
    second.text = CONFIG;
    expect(await second.alerting.reload()).toEqual([]);
    await second.advance(2 * MINUTE);
    expect(second.take().map(({ key, alerts }) => [key === sent?.key, alerts])).toEqual([
      [true, ['+Disk a']],
      [false, ['+Disk a', '+Disk b']],
    ]);
  });
});

describe('a reload', () => {
  it('changes nothing when the file is wrong, and says where', async () => {
    const rig = await new Rig(CONFIG).start();
    await rig.fire(A);
    rig.text = CONFIG.replace('receiver: ops', 'receiver: opps');
    expect(await rig.alerting.reload()).toMatchObject([
      { path: 'route.receiver', hint: 'did you mean ops?' },
    ]);
    expect(rig.alerting.reloadOk).toBe(false);
    await rig.advance(10_000);
    expect(rig.take()).toMatchObject([{ receiver: 'ops' }]);
  });

  it('keeps what was told: the same receiver does not hear it again, a new one does', async () => {
    const rig = await new Rig(CONFIG).start();
    await rig.fire(A);
    await rig.advance(10_000);
    rig.take();
    rig.text = CONFIG.replace('group_interval: 1m', 'group_interval: 2m');
    expect(await rig.alerting.reload()).toEqual([]);
    await rig.advance(10 * MINUTE);
    expect(rig.take()).toEqual([]);
    rig.text = CONFIG.replace('receiver: ops', 'receiver: others');
    expect(await rig.alerting.reload()).toEqual([]);
    await rig.advance(MINUTE);
    expect(rig.take()).toMatchObject([{ receiver: 'others', alerts: ['+Disk a'] }]);
  });
});

describe('history and retention', () => {
  it('tells what happened to one alert, newest first, and forgets it in time', async () => {
    const rig = await new Rig(CONFIG).start();
    await rig.fire(A, B);
    await rig.advance(10_000);
    await rig.resolve(A);
    await rig.advance(MINUTE);
    const [view] = rig.views
      .alerts(true)
      .filter(({ alert }) => alert.labels.get('instance') === 'a');
    const fingerprint = view?.fingerprint ?? '';
    const events = await rig.alerting.history.list({ fingerprint, limit: 10 });
    expect(events.map(({ kind }) => kind)).toEqual(['notified', 'resolved', 'notified', 'fired']);
    expect(events[0]?.data).toMatchObject({ receiver: 'ops', integration: 'webhook_configs[0]' });
    expect(await rig.alerting.history.list({ fingerprint, limit: 1 })).toEqual(events.slice(0, 1));
    const since = rig.clock.wall() - 30_000;
    expect(await rig.alerting.history.list({ fingerprint, since, limit: 9 })).toHaveLength(1);

    await rig.resolve(B);
    // Six days in steps: housekeeping goes on meanwhile.
    for (let hour = 0; hour < 6 * 24; hour++) await rig.clock.advance(3_600_000);
    await rig.turns();
    await rig.advance(30 * MINUTE);
    expect(rig.alerting.store.size).toBe(0);
    const left = [...rig.catalog.entries.keys()].filter((key) => !key.startsWith('c/'));
    expect(left).toEqual([]);
  });
});
