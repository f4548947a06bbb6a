/** What holds notifications back: acknowledgement, maintenance, recurring silences, flap damping. */
import { describe, expect, it } from 'vitest';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { MINUTE, OnCallRig, START } from '../support/oncall/rig.ts';

const A = { alertname: 'Disk', instance: 'a', site: 'berlin' };
const B = { alertname: 'Disk', instance: 'b', site: 'berlin' };
const who = { by: 'ada', comment: 'on it', via: 'api' } as const;

const start = (policies = '', catalog = new MemoryCatalog(), wall = START) =>
  new OnCallRig({ catalog, policies, wall }).start();

const heard = (rig: OnCallRig) => rig.take().map(({ alerts }) => alerts.join(' '));

describe('an acknowledged alert', () => {
  it('is not repeated; what is new or over is told', async () => {
    const rig = await start();
    await rig.fire(A);
    await rig.advance(MINUTE);
    expect(heard(rig)).toEqual(['+Disk a']);
    await rig.desk.acknowledge({ matchers: ['alertname="Disk"'], ...who });
    await rig.advance(30 * MINUTE);
    expect(heard(rig)).toEqual([]);
    await rig.fire(B);
    await rig.advance(2 * MINUTE);
    expect(heard(rig)).toEqual(['+Disk a +Disk b']);
    await rig.resolve(A, B);
    await rig.advance(2 * MINUTE);
    expect(heard(rig)).toEqual(['-Disk a -Disk b']);
    // The same alert, fired anew, is nobody's.
    await rig.fire(A);
    await rig.advance(2 * MINUTE);
    expect(rig.desk.alerts()[0]?.conditions).toEqual([]);
  });

  it('is repeated again when it is given back', async () => {
    const rig = await start();
    await rig.fire(A);
    await rig.desk.acknowledge({ matchers: ['alertname="Disk"'], ...who });
    await rig.advance(20 * MINUTE);
    rig.take();
    await rig.desk.unacknowledge({ matchers: ['alertname="Disk"'] }, 'ada');
    await rig.advance(2 * MINUTE);
    expect(heard(rig)).toEqual(['+Disk a']);
  });

  it('is named by what fires, or refused', async () => {
    const rig = await start();
    const refused = (choice: object) => rig.desk.acknowledge({ ...choice, ...who });
    await expect(refused({ fingerprints: ['0123456789abcdef'] })).rejects.toThrow(
      'no firing alert',
    );
    await expect(refused({ matchers: ['=x'] })).rejects.toThrow('matchers: ');
    await expect(refused({})).rejects.toThrow('name the alerts by one of');
    await expect(refused({ notification: 'x' })).rejects.toThrow('no notification has the key');
  });
});

describe('a signed link', () => {
  it('opens the alerts of its message, and takes them once somebody presses', async () => {
    const rig = await start();
    await rig.fire(A, B);
    await rig.advance(MINUTE);
    const [told] = rig.take();
    const token = told?.acknowledgeUrl?.replace('http://muster.test/ack/', '') ?? '';
    const opened = await rig.desk.openLink(token);
    expect(opened.ok && opened.alerts.map(({ conditions }) => conditions)).toEqual([[], []]);
    expect(await rig.desk.openLink(`${token.slice(0, -2)}AA`)).toEqual({
      ok: false,
      reason: 'forged',
    });
    await rig.resolve(B);
    const used = await rig.desk.useLink(token, 'ada');
    expect(used.ok && used.alerts.map(({ acknowledgement }) => acknowledgement?.via)).toEqual([
      'link',
    ]);
    expect(await rig.desk.acknowledge({ notification: told?.key ?? '', ...who })).toHaveLength(1);
    rig.clock.stall(8 * 24 * 60 * MINUTE);
    expect(await rig.desk.openLink(token)).toEqual({ ok: false, reason: 'expired' });
  });
});

describe('maintenance', () => {
  it('keeps alerts and tells nobody, until its end', async () => {
    const rig = await start();
    rig.labels.set('a', { ring: 'canary' });
    await rig.desk.beginMaintenance({
      scope: { kind: 'selector', labels: { ring: 'canary' } },
      endsAt: rig.clock.wall() + 30 * MINUTE,
      by: 'ada',
      comment: 'new disks',
    });
    await rig.fire(A, B);
    await rig.advance(20 * MINUTE);
    expect(heard(rig)).toEqual(['+Disk b', '+Disk b']);
    expect(rig.views.alerts()).toHaveLength(2);
    await rig.advance(12 * MINUTE);
    expect(heard(rig).at(-1)).toBe('+Disk a +Disk b');
  });
});

describe('a recurring silence', () => {
  it('holds at its times alone', async () => {
    const policies = 'silences: { backup: { matchers: [instance="a"], timeIntervals: [nights] } }';
    const wall = Date.UTC(2026, 10, 22, 5, 30);
    const rig = await start(policies, new MemoryCatalog(), wall);
    await rig.fire(A);
    await rig.advance(29 * MINUTE);
    expect(heard(rig)).toEqual([]);
    expect(rig.desk.alerts()[0]).toMatchObject({ conditions: ['muted'], mutedBy: ['backup'] });
    await rig.advance(3 * MINUTE);
    expect(heard(rig)).toEqual(['+Disk a']);
  });
});

describe('flap damping', () => {
  const POLICIES = 'flapping: { window: 1h, changes: 4, hold: 10m }';

  async function flap(rig: OnCallRig, times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      await rig.fire(A);
      await rig.advance(2 * MINUTE);
      await rig.resolve(A);
      await rig.advance(2 * MINUTE);
    }
  }

  it('tells once of an alert that comes and goes, and of its end', async () => {
    const rig = await start(POLICIES);
    await flap(rig, 2);
    rig.take();
    await flap(rig, 4);
    // It fires, as far as people see: told again only by its interval.
    expect(heard(rig).every((text) => text === '+Disk a')).toBe(true);
    expect(rig.desk.alerts()[0]?.conditions).toEqual(['flapping']);
    expect(rig.metrics.text()).toContain('muster_alerts_held_flapping 1');
    await rig.advance(12 * MINUTE);
    expect(heard(rig).at(-1)).toBe('-Disk a');
    expect(rig.desk.alerts()).toEqual([]);
    expect(rig.metrics.text()).toContain('muster_alerts_held_flapping 0');
    const kinds = (await rig.alerting.history.list({ limit: 100 })).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'flapping' || kind === 'steady')).toEqual([
      'steady',
      'flapping',
    ]);
  });

  it('goes on after a restart, and forgets what is steady', async () => {
    const catalog = new MemoryCatalog();
    const first = await start(POLICIES, catalog);
    await flap(first, 3);
    first.catalog.dead = true;
    const rig = await start(POLICIES, catalog, first.clock.wall() + MINUTE);
    expect(rig.desk.alerts()[0]?.conditions).toEqual(['flapping']);
    await rig.advance(MINUTE);
    expect(heard(rig)).toEqual([]);
    await rig.advance(10 * MINUTE);
    expect(heard(rig).at(-1)).toBe('-Disk a');
    await rig.advance(60 * MINUTE);
    expect([...catalog.entries.keys()].filter((key) => key.startsWith('x/f/'))).toEqual([]);
  });

  it('lets alerts pass that are steady', async () => {
    const rig = await start(POLICIES);
    await flap(rig, 1);
    expect(heard(rig)).toEqual(['+Disk a', '-Disk a']);
  });
});

describe('policies', () => {
  it('are taken over as a whole or not at all', async () => {
    const rig = await start('flapping: { changes: 4 }');
    rig.policies = 'flapping: { changes: 1 }';
    expect(await rig.onCall.reload()).toMatchObject([{ path: 'flapping.changes', line: 1 }]);
    rig.policies = 'summaries: { day: { receivers: [nobody] } }';
    expect(await rig.onCall.reload()).toMatchObject([{ path: 'summaries.day.receivers[0]' }]);
    rig.policies = 'summaries: { day: { receivers: [team] } }';
    expect(await rig.onCall.reload()).toEqual([]);
  });
});
