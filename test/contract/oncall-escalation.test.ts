/** Ladders over LevelDB and a clock that the test moves: who is told, when, and after a crash. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LevelCatalog, openCatalog } from '../../collector/io/level-catalog.ts';
import { MINUTE, OnCallRig, type OnCallRigOptions } from '../support/oncall/rig.ts';
import { stride } from '../support/rounds.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const POLICIES = `
escalations:
  page:
    steps:
      - after: 5m
        receivers: [second]
      - after: 5m
        receivers: [second, boss]
    acknowledgeTimeout: 30m
routes:
  - matchers: [severity="page"]
    escalation: page
silences:
  backup:
    matchers: [alertname="Backup"]
    timeIntervals: [nights]
`;

const A = { alertname: 'Disk', instance: 'a', severity: 'page' };
const B = { alertname: 'Disk', instance: 'b', severity: 'page' };
const ids = { fingerprints: [] as string[] };

let folder: TempFolder;
let catalog: LevelCatalog;

beforeEach(async () => {
  folder = await tempFolder('oncall');
  catalog = await openCatalog(join(folder.path, 'catalog'));
});

afterEach(async () => {
  await catalog.close();
  await folder[Symbol.asyncDispose]();
});

const rigOf = (more: Partial<OnCallRigOptions> = {}) =>
  new OnCallRig({ catalog, policies: POLICIES, ...more });

/** Whom a ladder told: minute, receiver, alerts. */
const ladder = (rig: OnCallRig) =>
  rig
    .take()
    .filter(({ groupKey }) => groupKey.includes('#page/'))
    .map(({ at, receiver, alerts }) => `${Math.floor(at)} ${receiver} ${alerts.join(' ')}`);

const who = { by: 'ada', comment: '', via: 'api' } as const;

describe('a ladder', () => {
  it('tells step after step, and those whom it told that it is over', async () => {
    const rig = await rigOf().start();
    await rig.fire(A);
    await rig.advance(4 * MINUTE);
    expect(ladder(rig)).toEqual([]);
    await rig.advance(2 * MINUTE);
    expect(ladder(rig)).toEqual(['5 second +Disk a']);
    await rig.advance(5 * MINUTE);
    expect(ladder(rig)).toEqual(['10 second +Disk a', '10 boss +Disk a']);
    await rig.advance(60 * MINUTE);
    expect(ladder(rig)).toEqual([]);
    await rig.resolve(A);
    await rig.advance(MINUTE);
    expect(ladder(rig).sort()).toEqual(['71 boss -Disk a', '71 second -Disk a']);
    expect(rig.desk.climbs()).toEqual([]);
  });

  it('stops when somebody has the alerts, and begins anew when the time is over', async () => {
    const rig = await rigOf().start();
    await rig.fire(A);
    await rig.advance(6 * MINUTE);
    expect(ladder(rig)).toEqual(['5 second +Disk a']);
    const [taken] = await rig.desk.acknowledge({ matchers: ['instance="a"'], ...who });
    expect(taken).toMatchObject({ by: 'ada', via: 'api' });
    await rig.advance(29 * MINUTE);
    expect(ladder(rig)).toEqual([]);
    expect(rig.desk.alerts()[0]?.conditions).toEqual(['acknowledged']);
    await rig.advance(7 * MINUTE);
    expect(ladder(rig)).toEqual(['41 second +Disk a']);
    const events = await rig.alerting.history.list({ limit: 100 });
    const kinds = events.map(({ kind }) => kind).reverse();
    expect(kinds.filter((kind) => /acknowledged|escalated/.test(kind))).toEqual([
      'escalated',
      'acknowledged',
      'unacknowledged',
      'escalated',
    ]);
  });

  it('goes on for an alert that nobody has', async () => {
    const rig = await rigOf().start();
    await rig.fire(A, B);
    const fingerprint = rig.desk.alerts().find(({ alert }) => alert.labels.get('instance') === 'a');
    await rig.desk.acknowledge({
      ...ids,
      ...who,
      fingerprints: [fingerprint?.fingerprint ?? ''],
    });
    await rig.advance(6 * MINUTE);
    expect(ladder(rig)).toEqual(['5 second +Disk b']);
  });

  it('does not begin while the alert is held back', async () => {
    const rig = await rigOf().start();
    const maintenance = await rig.desk.beginMaintenance({
      scope: { kind: 'device', device: 'a' },
      endsAt: rig.clock.wall() + 60 * MINUTE,
      by: 'ada',
      comment: 'new disk',
    });
    await rig.fire(A);
    await rig.advance(20 * MINUTE);
    expect(rig.take()).toEqual([]);
    expect(rig.desk.alerts()[0]?.conditions).toEqual(['maintenance']);
    await rig.desk.endMaintenance(maintenance.id, 'ada');
    await rig.advance(6 * MINUTE);
    const heard = rig.take().map(({ receiver }) => receiver);
    expect(heard).toEqual(['team', 'second']);
  });

  it('is told again to a receiver that did not answer, under the same key', async () => {
    const rig = await rigOf().start();
    rig.answer = ({ receiver }) =>
      receiver === 'second' ? { ok: false, retry: false, reason: 'HTTP 400' } : { ok: true };
    await rig.fire(A);
    await rig.advance(6 * MINUTE);
    rig.answer = () => ({ ok: true });
    await rig.advance(3 * MINUTE);
    const second = rig.take().filter(({ receiver }) => receiver === 'second');
    expect(second.length).toBeGreaterThan(1);
    expect(new Set(second.map(({ key }) => key)).size).toBe(1);
    await rig.advance(MINUTE / 2);
    expect(ladder(rig)).toEqual([]);
  });
});

/** Runs one life until its catalog dies at a write, then another; answers what both told. */
async function twoLives(dieAt: number, dieAfter: boolean) {
  const first = rigOf();
  first.catalog.dieAt = dieAt;
  first.catalog.dieAfter = dieAfter;
  await Promise.race([first.start(), first.catalog.died]);
  if (!first.catalog.dead) await first.fire(A);
  if (!first.catalog.dead) await first.advance(12 * MINUTE);
  const wall = first.clock.wall();
  if (!first.catalog.dead) return undefined;
  const second = await rigOf({ wall }).start();
  // Rules say again what fires.
  await second.fire(A);
  await second.advance(30 * MINUTE);
  await second.onCall.stop();
  return { heard: [...first.heard, ...second.heard], died: first.clock.wall() };
}

describe('a crash', () => {
  it('at any write loses no rung and tells none under two keys', async () => {
    let lived = 0;
    for (const dieAfter of [false, true]) {
      for (let dieAt = 1; dieAt < 60; dieAt += stride) {
        await catalog.close();
        await folder[Symbol.asyncDispose]();
        folder = await tempFolder('oncall');
        catalog = await openCatalog(join(folder.path, 'catalog'));
        const lives = await twoLives(dieAt, dieAfter);
        if (lives === undefined) break;
        lived += 1;
        const told = new Map<string, Set<string>>();
        const times = new Map<string, number>();
        for (const { receiver, groupKey, key } of lives.heard) {
          const [, rung] = groupKey.split('#page/');
          if (rung === undefined) continue;
          const name = `${receiver} ${rung}`;
          told.set(name, (told.get(name) ?? new Set()).add(key));
          times.set(name, (times.get(name) ?? 0) + 1);
        }
        const rungs = [...told.keys()].map((name) => name.replace(/ \d+\//, ' ')).sort();
        expect(rungs).toEqual(['boss 0/1', 'second 0/0', 'second 0/1']);
        for (const keys of told.values()) expect(keys.size).toBe(1);
        for (const count of times.values()) expect(count).toBeLessThanOrEqual(2);
      }
    }
    expect(lived).toBeGreaterThan(10 / stride);
  });

  it('while nobody looks: steps that fell due are told at once, late', async () => {
    const first = await rigOf().start();
    await first.fire(A);
    await first.advance(MINUTE);
    first.catalog.dead = true;
    const second = await rigOf({ wall: first.clock.wall() + 20 * MINUTE }).start();
    await second.advance(MINUTE);
    expect(ladder(second)).toEqual(['21 second +Disk a', '21 second +Disk a', '21 boss +Disk a']);
  });

  it('forgets no acknowledgement and no maintenance', async () => {
    const first = await rigOf().start();
    await first.fire(A);
    await first.desk.acknowledge({ matchers: ['instance="a"'], ...who });
    await first.desk.beginMaintenance({
      scope: { kind: 'site', site: 'berlin' },
      endsAt: first.clock.wall() + 60 * MINUTE,
      by: 'ada',
      comment: '',
    });
    first.catalog.dead = true;
    const second = await rigOf({ wall: first.clock.wall() + MINUTE }).start();
    expect(second.desk.alerts()[0]?.acknowledgement?.by).toBe('ada');
    expect(second.desk.maintenances()).toHaveLength(1);
  });
});
