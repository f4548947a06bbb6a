/** Commands reach devices: again when one was lost, later when the device was away, never for ever. */
import { describe, expect, it } from 'vitest';
import { LATE_MS } from '../../collector/core/fleet/command.ts';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { FleetRig } from '../support/fleet/rig.ts';
import { until } from '../support/inbox.ts';

const MINUTE = 60_000;
const ping = { name: 'ping', args: {}, by: 'ada', comment: '', forMs: 10 * MINUTE };
const none = { after: '', limit: 100 };

/** Writes wait until they are let go. */
class SlowCatalog extends MemoryCatalog {
  isSlow = true;
  private waiting: (() => void)[] = [];

  override async write(changes: Parameters<MemoryCatalog['write']>[0]): Promise<void> {
    if (this.isSlow) await new Promise<void>((resolve) => this.waiting.push(resolve));
    await super.write(changes);
  }

  letGo(): void {
    for (const go of this.waiting.splice(0)) go();
  }
}

describe('a command', () => {
  it('is sent, answered and over', async () => {
    await using rig = await FleetRig.start(new MemoryCatalog());
    const { desk } = rig.fleet;
    const device = await rig.device('pi-1');
    await rig.device('pi-2');
    const order = { ...ping, name: 'run-check', args: { check: 'web' }, selector: 'pi-1' };
    const { id, deadline } = await desk.send(order);
    const [told] = await device.commands.take(1);
    expect(told).toMatchObject({ id, name: 'run-check', by: 'ada', deadline });
    expect(told?.args.get('check')).toBe('web');
    await device.answer(id, { state: 'accepted' });
    await until(() => desk.command(id).counts.accepted === 1);
    await device.answer(id, { state: 'running', part: 1, output: 'one\n' });
    await device.answer(id, { state: 'succeeded', part: 2, text: 'good', output: 'two\n' });
    await until(() => desk.command(id).endedAt > 0);
    expect(desk.command(id)).toMatchObject({ total: 1, successRate: 1, selector: 'device=pi-1' });
    expect(await desk.targets(id, none)).toMatchObject([
      { device: 'pi-1', text: 'good', attempts: 1 },
    ]);
    expect(await desk.output(id, 'pi-1')).toBe('one\ntwo\n');
    await rig.clock.advance(30 * MINUTE);
    expect(device.commands.items).toHaveLength(1);
  });

  it('is sent again, later and later, until it is answered', async () => {
    await using rig = await FleetRig.start(new MemoryCatalog());
    const device = await rig.device('pi-1');
    const { id } = await rig.fleet.desk.send({ ...ping, selector: 'all' });
    await device.commands.take(1);
    const times = [rig.clock.wall()];
    while (device.commands.items.length < 4) {
      const before = device.commands.items.length;
      const beat = rig.directory.get('pi-1');
      if (beat !== undefined) beat.lastSeen = rig.clock.wall();
      await rig.clock.advance(1_000);
      // What was sent has arrived before time goes on.
      const [target] = await rig.fleet.desk.targets(id, none);
      await device.commands.take(target?.attempts ?? 0);
      if (device.commands.items.length > before) times.push(rig.clock.wall());
    }
    const gaps = times.slice(1).map((at, i) => Math.round((at - (times[i] ?? 0)) / 1_000));
    expect(gaps.map((gap, i) => gap >= [30, 60, 120][i]!)).toEqual([true, true, true]);
    await device.answer(id, { state: 'refused', text: 'not on the list' });
    await until(() => rig.fleet.desk.command(id).counts.refused === 1);
    expect(rig.fleet.desk.command(id).endedAt).toBeGreaterThan(0);
  });

  it('waits for devices that are away, until its deadline', async () => {
    await using rig = await FleetRig.start(new MemoryCatalog());
    const { desk } = rig.fleet;
    for (const id of ['pi-1', 'pi-2']) await (await rig.device(id)).end();
    await rig.clock.advance(3 * MINUTE);
    const { id } = await desk.send({ ...ping, selector: 'all', forMs: 60 * MINUTE });
    await rig.clock.advance(30 * MINUTE);
    expect(desk.command(id).counts.waiting).toBe(2);
    const back = await rig.device('pi-1');
    await back.commands.take(1);
    await back.answer(id, { state: 'succeeded' });
    await until(() => desk.command(id).counts.succeeded === 1);
    await rig.clock.advance(30 * MINUTE);
    await until(() => desk.command(id).endedAt > 0);
    expect(desk.command(id)).toMatchObject({ counts: { expired: 1 }, successRate: 0.5 });
    const late = await rig.device('pi-2');
    await rig.clock.advance(MINUTE);
    expect(late.commands.items).toEqual([]);
    expect(await desk.targets(id, { ...none, state: 'expired' })).toMatchObject([
      { device: 'pi-2', text: 'the device was away until the deadline' },
    ]);
  });

  it('that was lost with a connection goes out on the next one', async () => {
    await using rig = await FleetRig.start(new MemoryCatalog());
    const first = await rig.device('pi-1');
    const { id } = await rig.fleet.desk.send({ ...ping, selector: 'pi-1' });
    await first.commands.take(1);
    await first.end();
    const second = await rig.device('pi-1');
    expect(await second.commands.take(1)).toMatchObject([{ id }]);
    expect(await rig.fleet.desk.targets(id, none)).toMatchObject([{ attempts: 2 }]);
  });

  it('goes out when a device is heard again on the connection that it had', async () => {
    await using rig = await FleetRig.start(new MemoryCatalog());
    const device = await rig.device('pi-1');
    await rig.fleet.desk.send({ ...ping, selector: 'pi-1', forMs: 60 * MINUTE });
    await device.commands.take(1);
    // Its time comes while nothing is heard of the device.
    await rig.clock.advance(20 * MINUTE);
    expect(device.commands.items.length).toBeLessThan(4);
    const before = device.commands.items.length;
    await device.state();
    await device.commands.take(before + 1);
  });

  it('goes out once to a device that is heard again and again while that is written down', async () => {
    const catalog = new SlowCatalog();
    await using rig = await FleetRig.start(catalog);
    const device = await rig.device('pi-1');
    const sending = rig.fleet.desk.send({ ...ping, selector: 'pi-1' });
    for (let write = 0; write < 4; write++) {
      await rig.clock.advance(1);
      await device.state();
      await until(() => rig.directory.get('pi-1')?.lastSeen === rig.clock.wall());
      catalog.letGo();
    }
    catalog.isSlow = false;
    catalog.letGo();
    const { id } = await sending;
    await device.commands.take(1);
    await device.answer(id, { state: 'succeeded' });
    await until(() => rig.fleet.desk.command(id).endedAt > 0);
    expect(device.commands.items).toHaveLength(1);
    expect(await rig.fleet.desk.targets(id, none)).toMatchObject([{ attempts: 1 }]);
  });

  it('is not sent more often because a device reconnects', async () => {
    await using rig = await FleetRig.start(new MemoryCatalog());
    const { id } = await (async () => {
      await rig.device('pi-1');
      return rig.fleet.desk.send({ ...ping, selector: 'pi-1', forMs: 60 * MINUTE });
    })();
    let last = await rig.device('pi-1');
    for (let i = 0; i < 4; i++) {
      await last.commands.take(1);
      await last.end();
      last = await rig.device('pi-1');
    }
    await last.commands.take(1);
    const attempts = async () => (await rig.fleet.desk.targets(id, none))[0]?.attempts ?? 0;
    const before = await attempts();
    // The next pause is at least eight minutes; left-over ones of earlier sends are shorter.
    for (let i = 0; i < 7; i++) {
      await last.state();
      await until(() => rig.directory.get('pi-1')?.lastSeen === rig.clock.wall());
      await rig.clock.advance(MINUTE);
    }
    expect(await attempts()).toBe(before);
  });

  it('is forgotten when it is older than it is kept', async () => {
    const catalog = new MemoryCatalog();
    await using rig = await FleetRig.start(catalog, { settings: { retentionMs: 60 * MINUTE } });
    const device = await rig.device('pi-1');
    const { id } = await rig.fleet.desk.send({ ...ping, selector: 'pi-1' });
    await device.commands.take(1);
    await device.answer(id, { output: 'pong' });
    await until(() => rig.fleet.desk.command(id).endedAt > 0);
    await rig.clock.advance(59 * MINUTE);
    expect(rig.fleet.desk.commands(9)).toHaveLength(1);
    await rig.clock.advance(90 * MINUTE);
    await until(() => catalog.entries.size === 0);
    expect(rig.fleet.desk.commands(9)).toEqual([]);
  });

  it('is cancelled where it has not begun; what devices say later counts', async () => {
    await using rig = await FleetRig.start(new MemoryCatalog());
    const { desk } = rig.fleet;
    const [begun, sent] = [await rig.device('pi-1'), await rig.device('pi-2')];
    await (await rig.device('pi-3')).end();
    await rig.clock.advance(MINUTE);
    const { id } = await desk.send({ ...ping, selector: 'all' });
    await Promise.all([begun.commands.take(1), sent.commands.take(1)]);
    await begun.answer(id, { state: 'accepted' });
    await until(() => desk.command(id).counts.accepted === 1);
    expect(await desk.cancelCommand(id, 'bob')).toMatchObject({
      ...{ cancelledBy: 'bob', endedAt: 0 },
      counts: { cancelled: 2, accepted: 1 },
    });
    await begun.answer(id, { state: 'failed', part: 1 });
    await until(() => desk.command(id).endedAt > 0);
    await sent.answer(id, { state: 'succeeded' });
    await until(() => desk.command(id).counts.succeeded === 1);
    expect(desk.command(id).counts).toMatchObject({ cancelled: 1, succeeded: 1, failed: 1 });
    expect(await desk.targets(id, none)).toMatchObject([
      { state: 'failed' },
      { state: 'succeeded' },
      { state: 'cancelled' },
    ]);
  });

  it('that began and never ended is given up a while after the deadline', async () => {
    await using rig = await FleetRig.start(new MemoryCatalog());
    const device = await rig.device('pi-1');
    const { id } = await rig.fleet.desk.send({ ...ping, selector: 'pi-1' });
    await device.commands.take(1);
    await device.answer(id, { state: 'accepted' });
    await until(() => rig.fleet.desk.command(id).counts.accepted === 1);
    await rig.clock.advance(ping.forMs + 2_000);
    expect(rig.fleet.desk.command(id).counts.accepted).toBe(1);
    await rig.clock.advance(LATE_MS);
    await until(() => rig.fleet.desk.command(id).counts.expired === 1);
  });

  it('goes out no faster than the rate', async () => {
    await using rig = await FleetRig.start(new MemoryCatalog(), { settings: { perSecond: 3 } });
    const devices = await Promise.all(
      Array.from({ length: 8 }, (_, index) => rig.device(`pi-${index}`)),
    );
    await rig.fleet.desk.send({ ...ping, selector: 'all' });
    const told = () => devices.filter(({ commands }) => commands.items.length > 0).length;
    await until(() => told() === 3);
    await rig.clock.advance(500);
    await until(() => told() >= 4);
    await rig.clock.advance(1_500);
    await until(() => told() === 8);
  });

  it('is refused when nobody is meant, when it is too long, when the disk is full', async () => {
    const catalog = new MemoryCatalog();
    await using rig = await FleetRig.start(catalog);
    await rig.device('pi-1');
    const { desk } = rig.fleet;
    await expect(desk.send({ ...ping, selector: 'pi-9' })).rejects.toThrow('no device matches');
    await expect(desk.send({ ...ping, selector: 'a=,' })).rejects.toThrow('character 4');
    await expect(desk.send({ ...ping, selector: 'all', forMs: 31 * 86_400_000 })).rejects.toThrow(
      '30 days',
    );
    const args = { task: 'x'.repeat(5_000) };
    await expect(desk.send({ ...ping, selector: 'all', args })).rejects.toThrow('args.task');
    catalog.broken = true;
    await expect(desk.send({ ...ping, selector: 'all' })).rejects.toThrow('disk full');
    catalog.broken = false;
    expect(desk.commands(10)).toEqual([]);
  });
});

describe('a collector that is killed', () => {
  it('at any write of a command knows afterwards all of it or nothing', async () => {
    for (let dieAt = 1; dieAt <= 8; dieAt++) {
      for (const dieAfter of [false, true]) {
        const catalog = new MemoryCatalog();
        const before = await FleetRig.start(catalog);
        const device = await before.device('pi-1');
        Object.assign(before.gate, { dieAt, dieAfter });
        const asked = before.fleet.desk.send({ ...ping, selector: 'pi-1' });
        const made = await Promise.race([asked, before.gate.died.then(() => undefined)]);
        if (made !== undefined) {
          const sent = await Promise.race([device.commands.take(1), before.gate.died]);
          if (sent !== undefined) await device.answer(made.id, { state: 'succeeded' });
        }
        // Some of the later writes never come.
        await Promise.race([before.gate.died, new Promise((r) => setTimeout(r, 20))]);
        const left = await before.kill();

        await using rig = await FleetRig.start(catalog, left);
        const [known] = rig.fleet.desk.commands(10);
        if (made !== undefined) expect(known?.id).toBe(made.id);
        if (known === undefined) {
          expect([...catalog.entries.keys()]).toEqual([]);
          continue;
        }
        const again = await rig.device('pi-1');
        if (known.endedAt > 0 || rig.fleet.desk.command(known.id).counts.succeeded === 1) {
          await rig.clock.advance(2 * MINUTE);
          expect(again.commands.items).toEqual([]);
          continue;
        }
        await again.commands.take(1);
        await again.answer(known.id, { state: 'succeeded' });
        await until(() => rig.fleet.desk.command(known.id).endedAt > 0);
        expect(rig.fleet.desk.command(known.id)).toMatchObject({
          total: 1,
          counts: { succeeded: 1 },
        });
      }
    }
  });
});
