/** Health, reports and events from a message to what is kept: once, and over a crash. */
import { describe, expect, it } from 'vitest';
import { viewDevice } from '../../collector/core/device-view.ts';
import { EPOCH, T0, TestDevice } from '../support/ingest/device.ts';
import { Rig } from '../support/ingest/rig.ts';
import {
  header,
  health,
  report,
  reported,
  result,
  sendHealth,
  sendReport,
  sendReported,
  sendResult,
} from '../support/reports/messages.ts';

const device = new TestDevice();
const ALL = { limit: 100 };

async function runs(rig: Rig): Promise<string[]> {
  const { entries } = await rig.reports.reports(ALL);
  return entries.map(({ run, state }) => `${run} ${state}`);
}

async function events(rig: Rig): Promise<string[]> {
  return (await rig.reports.events(ALL)).entries.map(({ name }) => name);
}

describe('what a device says of itself', () => {
  it('is kept and shown, and comes back after a crash', async () => {
    const first = await Rig.open();
    await first.send(device.state(), sendHealth(health()), sendReported(reported()));
    await first.memory.checkpoint();
    await first.send(
      sendHealth(health({ overall: 'healthy', reason: '', wall: T0 + 1, checks: [] })),
    );
    await using rig = await first.crash();
    const known = rig.device();
    expect(known?.reported).toEqual(reported());
    expect(known?.health).toMatchObject({ overall: 'healthy', checks: [] });
    expect(known && viewDevice(known, true)).toMatchObject({
      health: { overall: 'healthy', failing: 0, at: T0 + 1 },
      reported: { version: 2, flags: { fast: true } },
    });
  });

  it('is taken from a broker’s memory only when it says more than is known', async () => {
    await using rig = await Rig.open();
    await rig.send({ ...sendHealth(health({ wall: 5 })), retained: true });
    expect(rig.device()).toMatchObject({ lastSeen: 0, health: { wall: 5 } });
    await rig.send(sendHealth(health({ wall: 9 })));
    await rig.send({ ...sendHealth(health({ wall: 7 })), retained: true });
    expect(rig.device()?.health?.wall).toBe(9);
  });

  it('is asked for while it is missing', async () => {
    await using rig = await Rig.open();
    await rig.send(device.state());
    expect(rig.acks().at(-1)?.needKinds).toEqual(['health', 'reported']);
    await rig.send(sendHealth(health()), device.state());
    expect(rig.acks().at(-1)?.needKinds).toEqual(['reported']);
  });

  it('is set aside when it cannot be read', async () => {
    await using rig = await Rig.open();
    const { topic, payload } = sendHealth(health());
    await rig.send({ topic, payload: payload.subarray(0, 9) });
    expect(rig.counts.quarantined).toBe(1);
    expect(rig.device()?.health).toBeUndefined();
  });
});

describe('reports', () => {
  it('are acknowledged, and the newest state of a run stays, whatever order they come in', async () => {
    await using rig = await Rig.open();
    await rig.send(device.state(), sendReport('r1', report(2)));
    const running = report(1, { state: 'running', endedAt: 0 });
    await rig.send(sendReport('r1', running), sendReport('r2', report(3, { state: 'failed' })));
    expect(rig.acked()).toEqual([1, 2, 3]);
    expect((await runs(rig)).sort()).toEqual(['r1 succeeded', 'r2 failed']);
  });

  it('are kept once over a crash, written or not, and the journal is cut behind them', async () => {
    const first = await Rig.open();
    await first.send(device.state(), sendReport('r1', report(1)), device.event(2, []));
    await first.memory.checkpoint();
    await first.send(sendReport('r2', report(3)), device.event(4, []));
    const second = await first.crash();
    expect(await runs(second)).toEqual(['r2 succeeded', 'r1 succeeded']);
    expect((await events(second)).length).toBe(2);
    // What the history has written is in the journal, too.
    await using rig = await second.crash();
    expect(await runs(rig)).toEqual(['r2 succeeded', 'r1 succeeded']);
    expect((await events(rig)).length).toBe(2);
    await rig.send(sendReport('r2', report(3)));
    expect(rig.counts.repeats).toBe(1);
    expect((await rig.reports.reports(ALL)).entries.length).toBe(2);
  });

  it('stay in the journal while the disk refuses them where they are kept', async () => {
    const first = await Rig.open();
    const { fleetCatalog } = first.parts;
    const write = fleetCatalog.write.bind(fleetCatalog);
    fleetCatalog.write = () => Promise.reject(new Error('no room'));
    await first.send(device.state(), sendReport('r1', report(1)), device.event(2, []));
    await expect(first.memory.checkpoint()).rejects.toThrow('no room');
    const second = await first.crash();
    expect(await runs(second)).toEqual(['r1 succeeded']);
    expect((await events(second)).length).toBe(1);
    fleetCatalog.write = write;
    await second[Symbol.asyncDispose]();
  });

  it('wait with the device while too many wait for the disk, and are written in groups else', async () => {
    await using rig = await Rig.open();
    const { fleetCatalog } = rig.parts;
    const write = fleetCatalog.write.bind(fleetCatalog);
    fleetCatalog.write = () => Promise.reject(new Error('no room'));
    await rig.send(device.state());
    for (let n = 1; n <= 2_010; n++)
      void rig.ingest.receive({ ...sendReport(`r${n}`, report(n)), retained: false });
    await rig.settled();
    await rig.send(sendReport('r3000', report(3_000)));
    expect(rig.counts.deferred.storage).toBe(1);
    fleetCatalog.write = write;
    await rig.reports.flush();
    await rig.send(sendReport('r3000', report(3_000)));
    expect(rig.counts.deferred.storage).toBe(1);
    expect((await rig.reports.reports({ limit: 1 })).entries.length).toBe(1);
  });

  it('of a clock that was never set stand where they were heard', async () => {
    await using rig = await Rig.open();
    const lost = report(1, { startedAt: 7_000, endedAt: 8_000, header: header(1, { clock: 0 }) });
    await rig.send(device.state(), sendReport('r1', lost));
    const since = T0 - 1;
    expect((await rig.reports.reports({ limit: 5, since })).entries).toMatchObject([
      { run: 'r1', startedAt: 7_000 },
    ]);
  });

  it('that cannot be read are a gap, not a stop', async () => {
    await using rig = await Rig.open();
    const { topic, payload } = sendReport('r1', report(1));
    await rig.send(device.state(), { topic, payload: payload.subarray(0, 70) });
    expect(rig.acked()).toEqual([1]);
    expect(rig.device()?.gaps).toMatchObject([{ cause: 'undecodable', epoch: EPOCH }]);
  });
});

describe('results', () => {
  it('stay with the device while nobody wants them', async () => {
    await using rig = await Rig.open();
    await rig.send(device.state(), sendResult('c1', result(1)));
    expect(rig.acked()).toEqual([]);
    expect(rig.counts.deferred['unsupported-kind']).toBe(1);
  });

  it('are told to whoever wants them, and then acknowledged', async () => {
    await using rig = await Rig.open();
    const told: string[] = [];
    Object.assign(rig.reports, {
      result: (id: string, site: string, command: string, { text }: { text: string }) =>
        told.push([id, site, command, text].join(' ')),
    });
    await rig.send(device.state(), sendResult('c1', result(1)));
    expect(rig.acked()).toEqual([1]);
    expect(told).toEqual(['pi-1 berlin c1 pong']);
  });
});
