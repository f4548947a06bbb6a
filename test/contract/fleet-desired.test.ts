/** Layers and flags reach devices: retained, in order, again when they missed it, after any restart. */
import { describe, expect, it } from 'vitest';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { FleetRig } from '../support/fleet/rig.ts';
import { until } from '../support/inbox.ts';

const WHO = { by: 'ada', comment: '' };
const web = (interval: string) => ({ checks: { web: { interval } } });

describe('desired', () => {
  it('comes retained, composed of all layers, with the flags', async () => {
    await using rig = await FleetRig.start(new MemoryCatalog());
    const { desk } = rig.fleet;
    const early = await rig.device('pi-1', { ring: 'canary' });
    await desk.putLayer('fleet', {
      ...WHO,
      config: { checks: { web: { interval: '60s', of: 3 } } },
    });
    const [first] = await early.desired.take(1);
    expect(first?.config).toEqual({ checks: { web: { interval: '60s', of: 3 } } });
    await desk.putLayer('selector:canary', { ...WHO, selector: 'ring=canary', config: web('10s') });
    await desk.putFlag('new-ui', {
      ...{ ...WHO, type: 'boolean', description: '', default: false, off: false },
      rules: [{ selector: 'ring=canary', value: true, share: 100 }],
    });
    await rig.fleet.settled();
    const late = await rig.device('pi-2');
    const lastOf = async (device: typeof early) => {
      await until(() => device.desired.items.at(-1)?.flags.has('new-ui') === true);
      return device.desired.items.at(-1);
    };
    expect(await lastOf(early)).toMatchObject({
      config: { checks: { web: { interval: '10s', of: 3 } } },
    });
    expect((await lastOf(early))?.flags.get('new-ui')).toBe(true);
    expect((await lastOf(late))?.config).toEqual({ checks: { web: { interval: '60s', of: 3 } } });
    expect((await lastOf(late))?.flags.get('new-ui')).toBe(false);
    const versions = early.desired.items.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  it('follows labels, and says what became of it', async () => {
    await using rig = await FleetRig.start(new MemoryCatalog());
    const { desk } = rig.fleet;
    const device = await rig.device('pi-1');
    await desk.putLayer('selector:canary', { ...WHO, selector: 'ring=canary', config: web('10s') });
    await rig.fleet.settled();
    expect(device.desired.items).toEqual([]);
    expect(desk.desired('pi-1')).toMatchObject({ state: 'unasked', version: 0 });
    await device.state(new Map([['ring', 'canary']]));
    const [wanted] = await device.desired.take(1);
    expect(desk.desired('pi-1')).toMatchObject({ state: 'pending', version: wanted?.version });
    const problems = [{ path: 'checks.web', message: 'no such check' }];
    const { version = 0 } = wanted ?? {};
    await device.report({ seen: version, outcome: 'refused', problems });
    await until(() => desk.desired('pi-1').state === 'refused');
    expect(await desk.desiredSummary(10)).toMatchObject({
      counts: { refused: 1, pending: 0 },
      troubled: [{ device: 'pi-1', problems }],
    });
    // It leaves the ring: what was wanted once is taken back by an empty one.
    await device.state(new Map());
    const [, empty] = await device.desired.take(2);
    expect(empty?.config).toEqual({});
    expect(empty?.version).toBeGreaterThan(version);
  });

  it('is sent again to a device that missed it, but not at once and not for ever', async () => {
    await using rig = await FleetRig.start(new MemoryCatalog());
    const device = await rig.device('pi-1');
    await rig.fleet.desk.putLayer('fleet', { ...WHO, config: web('10s') });
    const [{ version } = { version: 0 }] = await device.desired.take(1);
    // As when a broker lost it: the device says that it has seen less.
    await device.report({ seen: version - 1, outcome: 'applied' });
    await until(() => rig.directory.get('pi-1')?.reported !== undefined);
    await rig.clock.advance(55_000);
    await rig.fleet.settled();
    expect(device.desired.items).toHaveLength(1);
    await rig.clock.advance(10_000);
    const [, again] = await device.desired.take(2);
    expect(again?.version).toBe(version);
    await device.report({ seen: version, version, outcome: 'applied' });
    await until(() => rig.fleet.desk.desired('pi-1').state === 'applied');
    await rig.clock.advance(1_200_000);
    await rig.fleet.settled();
    expect(device.desired.items).toHaveLength(2);
  });

  it('is the same after a restart, and goes above what a device saw from a newer life', async () => {
    const catalog = new MemoryCatalog();
    const before = await FleetRig.start(catalog);
    const first = await before.device('pi-1');
    await before.fleet.desk.putLayer('fleet', { ...WHO, config: web('10s') });
    const [wanted] = await first.desired.take(1);
    const left = await before.kill();

    await using rig = await FleetRig.start(catalog, left);
    await rig.fleet.settled();
    const device = await rig.device('pi-1');
    expect(await device.desired.take(1)).toEqual([wanted]);
    // A backup was restored: the device has seen a version of the time that is lost.
    const seen = (wanted?.version ?? 0) + 1_000_000_000;
    await device.report({ seen, version: seen, outcome: 'applied' });
    const [, above] = await device.desired.take(2);
    expect(above?.version).toBe(seen + 1);
    expect(above?.config).toEqual(wanted?.config);
  });

  it('of a collector that lost all memory empties no device', async () => {
    await using rig = await FleetRig.start(new MemoryCatalog());
    const device = await rig.device('pi-1');
    await device.report({ seen: 7, version: 7, outcome: 'applied' });
    await until(() => rig.directory.get('pi-1')?.reported?.seen === 7);
    await rig.fleet.settled();
    await rig.clock.advance(600_000);
    expect(device.desired.items).toEqual([]);
  });

  it('is written down before it is sent, and tried again when the disk refuses', async () => {
    const catalog = new MemoryCatalog();
    await using rig = await FleetRig.start(catalog);
    const device = await rig.device('pi-1');
    await rig.fleet.desk.putLayer('fleet', { ...WHO, config: web('10s') });
    await device.desired.take(1);
    await rig.fleet.settled();
    catalog.broken = true;
    await expect(
      rig.fleet.desk.putLayer('fleet', { ...WHO, config: web('20s') }),
    ).rejects.toThrow();
    catalog.broken = false;
    await device.state(new Map());
    await rig.fleet.settled();
    expect(rig.fleet.desk.layer('fleet').config).toEqual(web('10s'));
    expect(device.desired.items).toHaveLength(1);
    await rig.fleet.desk.putLayer('fleet', { ...WHO, config: web('30s') });
    expect((await device.desired.take(2))[1]?.config).toEqual(web('30s'));
  });
});
