/** Rollouts as people reach them: files with problems, dry runs, actions, reports, commands. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RolloutView } from '../../collector/ports/rollouts.ts';
import type { RolloutEngine } from '../../collector/work/rollouts/engine.ts';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { SimulatedFleet } from '../support/rollouts/fleet.ts';
import { muster, serveRollouts } from '../support/rollouts/server.ts';
import { tempFolder } from '../support/temp-folder.ts';

const FILE = `packages:
  - name: app
    version: 2.0.0
limits: { parallel: 10 }
stages:
  - name: canary
    count: 2
    gates: { approval: true, soak: 1m }
  - name: all
    share: 100
    gates: { success: 50 }
`;

let fleet: SimulatedFleet;
let engine: RolloutEngine;
let catalog: MemoryCatalog;
let app: ReturnType<typeof serveRollouts>;

beforeEach(async () => {
  catalog = new MemoryCatalog();
  fleet = new SimulatedFleet({ devices: 40, offline: 20, seed: 5 });
  engine = await fleet.collector(catalog);
  app = serveRollouts(fleet, engine);
});

afterEach(async () => {
  await engine.stop();
  await app.close();
});

const API = '/api/muster/v1/rollouts';

async function start(file = FILE): Promise<RolloutView> {
  const answer = await app.inject({ method: 'POST', url: API, payload: { file, by: 'ada' } });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json<RolloutView>();
}

async function act(id: string, action: string, body: object = {}) {
  return app.inject({
    method: 'POST',
    url: `${API}/${id}/${action}`,
    payload: { by: 'ada', ...body },
  });
}

const get = async (id: string) => (await app.inject({ url: `${API}/${id}` })).json<RolloutView>();

describe('a rollout file', () => {
  it('is refused with every problem and its line', async () => {
    const file = FILE.replace('2.0.0', 'two')
      .replace('count: 2', 'count: 2\n    share: 5')
      .replace('limits', 'limit');
    const answer = await app.inject({ method: 'POST', url: API, payload: { file, by: 'ada' } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ detail: string }>().detail).toMatch(/line 4.*limit.*did you mean limits/);
    const second = await app.inject({
      method: 'POST',
      url: API,
      payload: { file: file.replace('limit:', 'limits:'), by: 'ada' },
    });
    const { detail } = second.json<{ detail: string }>();
    expect(detail).toMatch(/line 3: packages.0.version: two is no semantic version/);
    expect(detail).toMatch(/line 6: stages.0: says its devices twice: count and share/);
  });

  it('is refused for an expression that is none', async () => {
    const file = FILE.replace('{ success: 50 }', '{ expressions: [{ expr: "up ==" }] }');
    const answer = await app.inject({ method: 'POST', url: API, payload: { file, by: 'ada' } });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('up ==');
  });
});

describe('a rollout over HTTP', () => {
  it('says before who gets it and who not', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: `${API}/dry-run`,
      payload: { file: FILE },
    });
    const { total, stages, reasons } = answer.json<{
      total: number;
      stages: { devices: number }[];
      reasons: object;
    }>();
    expect(total).toBe(40);
    expect(stages.map(({ devices }) => devices)).toEqual([2, 38]);
    expect(reasons).toHaveProperty('offline');
    expect(catalog.writes).toBe(0);
  });

  it('asks a person, goes on, waits for who is offline, and is reported', async () => {
    const { id } = await start();
    await fleet.pass(600_000);
    expect((await get(id)).stages.map(({ state }) => state)).toEqual(['asking', 'waiting']);
    expect((await act(id, 'approve')).statusCode).toBe(200);
    await fleet.pass(1_200_000);
    const view = await get(id);
    const { offline = 0, ...others } = view.reasons;
    expect(others).toEqual({});
    expect(view.counts.succeeded + offline).toBe(40);
    expect(offline).toBeGreaterThan(2);
    for (const device of fleet.directory.keys()) fleet.comes(device);
    await fleet.pass(1_200_000);
    expect(await get(id)).toMatchObject({ state: 'done', reasons: {} });
    const page = await app.inject({ url: `${API}/${id}/report` });
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).toContain('app 2.0.0');
    const all = await app.inject({ url: `${API}/${id}/report?format=json` });
    expect(all.json<{ devices: object[] }>().devices).toHaveLength(40);
  });

  it('pauses, resumes, and refuses what its state does not allow', async () => {
    const { id } = await start();
    expect((await act(id, 'approve')).statusCode).toBe(400);
    await act(id, 'pause', { comment: 'lunch' });
    await fleet.pass(60_000);
    expect(await get(id)).toMatchObject({ state: 'paused', why: 'lunch', counts: { updating: 0 } });
    expect((await act(id, 'pause')).json()).toMatchObject({
      detail: 'pause: the rollout is paused',
    });
    await act(id, 'resume');
    await fleet.pass(5_000);
    expect((await get(id)).counts.updating).toBe(2);
    expect((await app.inject({ url: `${API}/r-none` })).statusCode).toBe(404);
  });

  it('aborts: what is on its way is called off, what is updated stays', async () => {
    const { id } = await start();
    await fleet.pass(5_000);
    await act(id, 'abort');
    await fleet.pass(600_000);
    expect(await get(id)).toMatchObject({ state: 'aborted', counts: { updating: 0, skipped: 2 } });
    expect(fleet.running('2.0.0')).toBe(0);
  });

  it('goes back after its end and a restart, to another release too', async () => {
    const { id } = await start();
    await fleet.pass(600_000);
    await act(id, 'approve');
    for (const device of fleet.directory.keys()) fleet.comes(device);
    await fleet.pass(3_600_000);
    expect((await get(id)).state).toBe('done');
    await engine.stop();
    await app.close();
    engine = await fleet.collector(catalog);
    app = serveRollouts(fleet, engine);
    expect(
      (await act(id, 'rollback', { to: [{ name: 'radio', version: '1.0.0' }] })).statusCode,
    ).toBe(400);
    expect(
      (await act(id, 'rollback', { to: [{ name: 'app', version: '1.5.0' }] })).statusCode,
    ).toBe(200);
    await fleet.pass(1_200_000);
    expect(await get(id)).toMatchObject({ state: 'reverted', counts: { reverted: 40 } });
    expect(fleet.running('1.5.0')).toBe(40);
    expect(engine.wants.packagesFor('d-1')).toEqual([{ name: 'app', version: '1.5.0' }]);
  });

  it('lets a device be in one rollout of a package at a time', async () => {
    await fleet.pass(1);
    const first = await start(FILE.replace('count: 2', 'devices: [d-1]'));
    await fleet.pass(2_000);
    const second = await start(
      FILE.replace('count: 2', 'devices: [d-1, d-2]').replace('2.0.0', '2.0.1'),
    );
    await fleet.pass(2_000);
    expect(engine.wants.packagesFor('d-1')).toEqual([{ name: 'app', version: '2.0.0' }]);
    const rows = await app.inject({ url: `${API}/${second.id}/devices?reason=other-rollout` });
    expect(
      rows.json<{ devices: { device: string }[] }>().devices.map(({ device }) => device),
    ).toEqual(['d-1']);
    expect((await get(first.id)).reasons).toHaveProperty('other-rollout');
  });
});

describe('muster rollout', () => {
  it('starts a file, shows a bar and ends with the rollout', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'app.yaml');
    await writeFile(path, FILE.replace('approval: true, ', ''));
    expect(await muster(app, ['rollout', 'dry-run', path])).toMatch(/canary +2 +2/);
    for (const device of fleet.directory.keys()) fleet.comes(device);
    const out = await muster(app, ['rollout', 'start', path, '--watch'], () => fleet.pass(60_000));
    expect(out).toMatch(/\[#{40}\] done: 40 succeeded/);
    const list = await muster(app, ['rollouts']);
    expect(list).toMatch(/app 2.0.0 +done/);
    const [id = ''] = engine.over.keys();
    expect(await muster(app, ['rollouts', 'show', id, '--devices'])).toMatch(
      /d-1 +all +succeeded|d-1 +canary +succeeded/,
    );
    expect(await muster(app, ['rollout', 'report', id])).toContain('<!doctype html>');
    expect(JSON.parse(await muster(app, ['--json', 'rollouts', 'statistics']))).toMatchObject({
      rollouts: 1,
      states: { done: 1 },
    });
    expect(await muster(app, ['rollout', 'rollback', id, '--comment', 'bad battery'])).toContain(
      'reverting (bad battery)',
    );
  });
});
