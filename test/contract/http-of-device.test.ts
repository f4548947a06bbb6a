/** The rollouts of one device, asked for at once: the same that each rollout says of it. */
import { expect, it } from 'vitest';
import type { DeviceRollout, DeviceRow, RolloutView } from '../../collector/ports/rollouts.ts';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { SimulatedFleet } from '../support/rollouts/fleet.ts';
import { muster, serveRollouts } from '../support/rollouts/server.ts';

const API = '/api/muster/v1/rollouts';
const file = (version: string, target: string) => `packages: [{ name: app, version: ${version} }]
target: ${target}
limits: { parallel: 10 }
stages: [{ name: few, count: 2 }, { name: all, share: 100 }]
`;

it('lists what each rollout says of a device, while it goes on, after its end and a restart', async () => {
  const catalog = new MemoryCatalog();
  const fleet = new SimulatedFleet({ devices: 12, offline: 10, seed: 5 });
  let engine = await fleet.collector(catalog);
  let app = serveRollouts(fleet, engine);
  const ask = async <T>(path: string) => (await app.inject({ url: API + path })).json<T>();
  const some = [...fleet.directory.keys()];

  async function agrees(): Promise<number> {
    const { rollouts } = await ask<{ rollouts: RolloutView[] }>('');
    let rows = 0;
    for (const device of some) {
      const own: Record<string, DeviceRow> = {};
      for (const { id } of rollouts) {
        const { devices } = await ask<{ devices: DeviceRow[] }>(`/${id}/devices`);
        const row = devices.find((one) => one.device === device);
        if (row !== undefined) own[id] = row;
      }
      const listed = await ask<{ rollouts: DeviceRollout[] }>(`?device=${device}`);
      expect(Object.fromEntries(listed.rollouts.map((one) => [one.id, one.device]))).toEqual(own);
      rows += listed.rollouts.length;
    }
    return rows;
  }

  for (const [version, target] of [
    ['2.0.0', 'all'],
    ['3.0.0', `device=${some[3]}`],
  ] as const) {
    const made = await app.inject({
      ...{ method: 'POST', url: API },
      payload: { file: file(version, target), by: 'ada' },
    });
    expect(made.statusCode, made.body).toBe(200);
    await fleet.pass(30_000);
    await agrees();
    await app.inject({
      ...{ method: 'POST', url: `${API}/${made.json<{ id: string }>().id}/abort` },
      payload: { by: 'ada' },
    });
    await fleet.pass(600_000);
    expect(await agrees()).toBeGreaterThan(0);
  }
  const named = `?device=${some[3]}`;
  expect((await ask<{ rollouts: object[] }>(named)).rollouts.length).toBeGreaterThan(0);
  expect((await ask<{ rollouts: object[] }>(`${named}&limit=1`)).rollouts).toHaveLength(1);
  expect((await ask<{ rollouts: object[] }>(`${named}&state=done`)).rollouts).toEqual([]);
  expect((await ask<{ rollouts: object[] }>('?device=nobody')).rollouts).toEqual([]);
  expect(await muster(app, ['rollouts', 'list', '--device', 'nobody'])).toBe('no rollouts\n');

  await engine.stop();
  await app.close();
  engine = await fleet.collector(catalog);
  app = serveRollouts(fleet, engine);
  expect(await agrees()).toBeGreaterThan(0);
  await engine.stop();
  await app.close();
});
