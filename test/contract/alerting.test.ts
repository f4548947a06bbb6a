/** The stages from an alert to its receivers, over memory and a clock that the test moves. */
import { describe, expect, it } from 'vitest';
import { createMatcher } from '../../collector/core/alerting/matcher.ts';
import { Rig } from '../support/alerting/rig.ts';

const SIMPLE = `
route:
  receiver: ops
  group_by: [alertname]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 1h
receivers:
  - name: ops
    webhook_configs: [{}]
`;

const A = { alertname: 'Disk', instance: 'a' };
const B = { alertname: 'Disk', instance: 'b' };
const MINUTE = 60_000;

describe('groups', () => {
  it('wait, then tell, then tell changes at their interval', async () => {
    const rig = await new Rig(SIMPLE).start();
    await rig.fire(A);
    await rig.advance(9_999);
    expect(rig.take()).toEqual([]);
    await rig.advance(1);
    expect(rig.take()).toMatchObject([
      { receiver: 'ops', groupKey: '{}:{alertname="Disk"}', alerts: ['+Disk a'], at: 10_000 },
    ]);
    await rig.fire(B);
    await rig.advance(59_999);
    expect(rig.take()).toEqual([]);
    await rig.advance(1);
    expect(rig.take()).toMatchObject([{ alerts: ['+Disk a', '+Disk b'], at: 70_000 }]);
    await rig.resolve(A);
    await rig.advance(MINUTE);
    expect(rig.take()).toMatchObject([{ alerts: ['-Disk a', '+Disk b'] }]);
    await rig.resolve(B);
    await rig.advance(MINUTE);
    expect(rig.take()).toMatchObject([{ alerts: ['-Disk b'] }]);
    await rig.advance(10 * MINUTE);
    expect(rig.take()).toEqual([]);
  });

  it('repeat after repeat_interval, with another key', async () => {
    const rig = await new Rig(SIMPLE).start();
    await rig.fire(A);
    await rig.advance(10_000);
    const [first] = rig.take();
    for (let i = 0; i < 59; i++) {
      await rig.fire(A);
      await rig.advance(MINUTE);
    }
    expect(rig.take()).toEqual([]);
    await rig.fire(A);
    await rig.advance(2 * MINUTE);
    const [again, ...more] = rig.take();
    expect(more).toEqual([]);
    expect(again?.alerts).toEqual(['+Disk a']);
    expect(again?.key).not.toBe(first?.key);
  });

  it('say nothing of an alert that came and went between two flushes', async () => {
    const rig = await new Rig(SIMPLE).start();
    await rig.fire(A);
    await rig.advance(1000);
    await rig.resolve(A);
    await rig.advance(10 * MINUTE);
    expect(rig.take()).toEqual([]);
  });

  it('resolve an alert that nobody renews', async () => {
    const rig = await new Rig(SIMPLE).start();
    await rig.fire(A);
    await rig.advance(61 * MINUTE);
    expect(rig.take().map(({ alerts }) => alerts)).toEqual([['+Disk a'], ['-Disk a']]);
    const events = await rig.alerting.history.list({ limit: 10 });
    expect(events.map(({ kind }) => kind).reverse()).toEqual([
      'fired',
      'notified',
      'expired',
      'notified',
    ]);
  });
});

describe('what is held back', () => {
  const RULES = `${SIMPLE}
inhibit_rules:
  - source_matchers: [alertname="Down"]
    target_matchers: [alertname=~"Disk|Down"]
    equal: [instance]
`;

  it('by inhibition: targets of the same instance, never the source itself', async () => {
    const rig = await new Rig(RULES).start();
    await rig.fire({ alertname: 'Down', instance: 'a' }, A, B);
    await rig.advance(10_000);
    expect(
      rig
        .take()
        .map(({ alerts }) => alerts)
        .sort((a, b) => String(a).localeCompare(String(b))),
    ).toEqual([['+Disk b'], ['+Down a']]);
    expect(rig.views.alerts().filter(({ inhibitedBy }) => inhibitedBy.length > 0)).toHaveLength(1);
    await rig.resolve({ alertname: 'Down', instance: 'a' });
    await rig.advance(MINUTE);
    expect(rig.take().map(({ alerts }) => alerts)).toContainEqual(['+Disk a', '+Disk b']);
  });

  it('by a silence, from when it is set until it ends', async () => {
    const rig = await new Rig(SIMPLE).start();
    const now = rig.clock.wall();
    const id = await rig.alerting.silences.set({
      matchers: [createMatcher('instance', '=', 'a')],
      startsAt: now,
      endsAt: now + 10 * MINUTE,
      createdBy: 'test',
      comment: '',
    });
    await rig.fire(A, B);
    await rig.advance(10_000);
    expect(rig.take()).toMatchObject([{ alerts: ['+Disk b'] }]);
    expect(rig.views.alerts().map(({ silencedBy }) => silencedBy)).toContainEqual([id]);
    await rig.alerting.silences.expire(id);
    await rig.advance(MINUTE);
    expect(rig.take()).toMatchObject([{ alerts: ['+Disk a', '+Disk b'] }]);
  });

  it('by time intervals of the route', async () => {
    // The clock starts at midnight UTC.
    const rig = await new Rig(`
route:
  receiver: ops
  routes:
    - matchers: [alertname="Disk"]
      mute_time_intervals: [night]
      group_wait: 1s
      group_interval: 1m
time_intervals:
  - name: night
    time_intervals: [{ times: [{ start_time: "00:00", end_time: "00:30" }] }]
receivers:
  - name: ops
    webhook_configs: [{}]
`).start();
    await rig.fire(A);
    await rig.advance(29 * MINUTE);
    expect(rig.take()).toEqual([]);
    expect(rig.views.alerts()[0]?.mutedBy).toEqual(['night']);
    await rig.advance(2 * MINUTE);
    expect(rig.take()).toMatchObject([{ alerts: ['+Disk a'] }]);
  });

  it('by stages that others bring', async () => {
    const rig = await new Rig(SIMPLE, {
      stages: [
        {
          name: 'maintenance',
          run: (_context, alerts, hold) =>
            alerts.filter((one) => {
              const away = one.alert.labels.get('instance') === 'a';
              if (away) hold(one, ['window-1']);
              return !away;
            }),
        },
      ],
    }).start();
    await rig.fire(A, B);
    await rig.advance(10_000);
    expect(rig.take()).toMatchObject([{ alerts: ['+Disk b'] }]);
    const kinds = (await rig.alerting.history.list({ limit: 10 })).map(({ kind }) => kind);
    expect(kinds).toContain('muted');
  });
});

describe('receivers', () => {
  const TWO = `
route:
  receiver: ops
  group_wait: 1s
  group_interval: 1m
  routes:
    - receiver: broken
      continue: true
    - receiver: ops
receivers:
  - name: ops
    webhook_configs: [{}]
  - name: broken
    webhook_configs: [{}]
`;

  it('do not wait for each other, and are tried until the interval is over', async () => {
    const rig = new Rig(TWO);
    rig.answer = ({ receiver }) =>
      receiver === 'broken' ? { ok: false, retry: true, reason: 'HTTP 500' } : { ok: true };
    await rig.start();
    await rig.fire(A);
    await rig.advance(1000);
    const first = rig.take();
    expect(first.filter(({ receiver }) => receiver === 'ops')).toHaveLength(1);
    await rig.advance(2 * MINUTE);
    const later = rig.take();
    expect(later.every(({ receiver }) => receiver === 'broken')).toBe(true);
    expect(new Set(later.map(({ key }) => key)).size).toBe(1);
    expect(rig.metrics.text()).toMatch(
      /muster_notifications_failed_total\{integration="webhook",receiver="broken",reason="timeout"\} [12]\n/,
    );
    rig.answer = () => ({ ok: true });
    await rig.advance(MINUTE);
    const last = rig.take();
    expect(last).toHaveLength(1);
    expect(last[0]?.key).toBe(later[0]?.key);
  });

  it('that refuse for good are not tried again before the next interval', async () => {
    const rig = new Rig(SIMPLE);
    rig.answer = () => ({ ok: false, retry: false, reason: 'HTTP 404' });
    await rig.start();
    await rig.fire(A);
    await rig.advance(69_999);
    expect(rig.take()).toHaveLength(1);
    await rig.advance(1);
    expect(rig.take()).toHaveLength(1);
    const [event] = await rig.alerting.history.list({ limit: 1 });
    expect(event).toMatchObject({ kind: 'notify-failed', data: { reason: 'HTTP 404' } });
  });

  it('without send_resolved hear of firing alerts alone, and of the next firing again', async () => {
    const rig = await new Rig(SIMPLE.replace('[{}]', '[{ send_resolved: false }]')).start();
    await rig.fire(A);
    await rig.advance(10_000);
    await rig.resolve(A);
    await rig.advance(MINUTE);
    await rig.fire(A);
    await rig.advance(2 * MINUTE);
    expect(rig.take().map(({ alerts }) => alerts)).toEqual([['+Disk a'], ['+Disk a']]);
  });
});
