/** Layers, flags, commands and tasks by HTTP and by command: asked, answered, refused in clear words. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { FleetRig, type TestDevice } from '../support/fleet/rig.ts';
import { muster, serveFleet } from '../support/fleet/server.ts';
import { until } from '../support/inbox.ts';
import { tempFolder } from '../support/temp-folder.ts';

let rig: FleetRig;
let app: FastifyInstance;
let device: TestDevice;

beforeEach(async () => {
  rig = await FleetRig.start(new MemoryCatalog());
  app = serveFleet(rig);
  device = await rig.device('pi-1', { ring: 'canary' });
  await rig.device('pi-2');
});

afterEach(async () => {
  await app.close();
  await rig[Symbol.asyncDispose]();
});

async function ask(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: object) {
  const url = `/api/muster/v1/${path}`;
  const answer = await app.inject({ method, url, ...(body && { payload: body }) });
  const json = answer.body === '' ? {} : (JSON.parse(answer.body) as Record<string, unknown>);
  return { status: answer.statusCode, body: json };
}

const canary = { selector: 'ring=canary', config: { checks: { web: { of: 3 } } }, by: 'ada' };

describe('layers', () => {
  it('are set, shown, compared, reverted and taken away', async () => {
    const path = 'layers/selector:canary';
    const first = await ask('PUT', path, { ...canary, comment: 'try' });
    expect(first).toMatchObject({ status: 200, body: { version: 1, by: 'ada', comment: 'try' } });
    await ask('PUT', path, { ...canary, config: { checks: { web: { of: 5 } } }, share: 50 });
    expect((await ask('GET', `${path}/diff?from=1&to=2`)).body).toEqual({
      differences: [
        { path: 'config.checks.web.of', change: 'changed', before: 3, after: 5 },
        { path: 'share', change: 'changed', before: 100, after: 50 },
      ],
    });
    expect((await ask('GET', path)).body).toMatchObject({ before: { checks: { web: { of: 3 } } } });
    const back = await ask('POST', `${path}/revert`, { version: 1, by: 'bob' });
    expect(back.body).toMatchObject({
      version: 3,
      config: { checks: { web: { of: 3 } } },
      by: 'bob',
    });
    expect((await ask('DELETE', `${path}?by=bob`)).status).toBe(204);
    expect((await ask('GET', path)).status).toBe(404);
    expect((await ask('GET', 'layers')).body).toEqual({ layers: [] });
    const { versions } = (await ask('GET', `${path}/history`)).body;
    expect(versions).toMatchObject([
      { version: 4, deleted: true, by: 'bob' },
      { version: 3, comment: 'as in version 1' },
      { version: 2 },
      { version: 1 },
    ]);
    await ask('POST', `${path}/revert`, { version: 2, by: 'bob' });
    await rig.fleet.settled();
    const desired = await ask('GET', 'devices/pi-1/desired');
    expect(desired.body).toMatchObject({
      config: { checks: { web: { of: 5 } } },
      layers: [{ id: 'selector:canary', version: 5, variant: 'new' }],
      state: 'pending',
    });
    expect((await ask('GET', 'desired')).body).toMatchObject({
      counts: { pending: 1, unasked: 1 },
    });
  });

  it('keep what was there for devices outside of the share of a change', async () => {
    await ask('PUT', 'layers/fleet', { config: { a: 1 }, by: 'ada' });
    await ask('PUT', 'layers/fleet', { config: { a: 2 }, share: 0, by: 'ada' });
    expect((await ask('GET', 'devices/pi-1/desired')).body).toMatchObject({ config: { a: 1 } });
    await ask('PUT', 'layers/fleet', { config: { a: 3 }, share: 100, by: 'ada' });
    expect((await ask('GET', 'devices/pi-1/desired')).body).toMatchObject({ config: { a: 3 } });
    await ask('PUT', 'layers/fleet', { config: { a: 3 }, enabled: false, by: 'ada' });
    expect((await ask('GET', 'devices/pi-1/desired')).body).toMatchObject({ config: {} });
  });

  it.each([
    ['layers/all', { config: {}, by: 'a' }, '"all" is no layer'],
    ['layers/site:Berlin', { config: {}, by: 'a' }, '"site:Berlin" is no layer'],
    ['layers/fleet', { config: {} }, "must have required property 'by'"],
    ['layers/fleet', { config: [], by: 'a' }, 'must be object'],
    ['layers/fleet', { config: {}, by: 'a', selector: 'all' }, 'only layers named selector:'],
    ['layers/selector:a', { config: {}, by: 'a' }, 'say which devices'],
    ['layers/selector:a', { config: {}, by: 'a', selector: 'a=b=c' }, 'character 4'],
    ['layers/fleet', { config: {}, by: 'a', share: 101 }, 'must be <= 100'],
    ['layers/fleet', { config: { a: 'x'.repeat(5_000) }, by: 'a' }, 'a is longer than'],
  ])('%s is refused: %j', async (path, body, detail) => {
    const refused = await ask('PUT', path, body);
    expect(refused.status).toBe(400);
    expect(String(refused.body['detail'])).toContain(detail);
  });
});

describe('flags', () => {
  const flag = {
    ...{ type: 'boolean', default: false, by: 'ada' },
    rules: [{ selector: 'ring=canary', value: true }],
  };

  it('are set, evaluated, killed, shared and taken away', async () => {
    expect(await ask('PUT', 'flags/new-ui', flag)).toMatchObject({
      status: 200,
      body: { off: false },
    });
    expect((await ask('GET', 'flags/new-ui/evaluate?device=pi-1')).body).toEqual({
      ...{ value: true, reason: 'rule', rule: 0 },
    });
    expect((await ask('GET', 'flags/new-ui/evaluate')).body).toEqual({
      values: [
        { value: true, devices: 1 },
        { value: false, devices: 1 },
      ],
    });
    await ask('POST', 'flags/new-ui/kill', { by: 'bob', comment: 'broken' });
    expect((await ask('GET', 'flags/new-ui/evaluate?device=pi-1')).body).toMatchObject({
      reason: 'killed',
    });
    const set = await ask('PUT', 'flags/new-ui', flag);
    expect(set.body).toMatchObject({ version: 3, killed: true });
    await ask('POST', 'flags/new-ui/kill', { by: 'bob', killed: false });
    const shared = await ask('POST', 'flags/new-ui/share', { share: 0, by: 'bob' });
    expect(shared.body).toMatchObject({ rules: [{ share: 0 }] });
    expect((await ask('DELETE', 'flags/new-ui')).status).toBe(204);
    expect((await ask('GET', 'flags')).body).toEqual({ flags: [] });
    expect((await ask('GET', 'flags/new-ui/history')).body['versions']).toHaveLength(6);
  });

  it('go on by their plan, and stop where devices fall ill', async () => {
    const plan = {
      steps: [
        { share: 1, for: '1h' },
        { share: 100, for: '1h' },
      ],
      maxUnhealthy: 10,
    };
    await ask('PUT', 'flags/new-ui', { ...flag, plan });
    const now = async () => (await ask('GET', 'flags/new-ui')).body;
    expect(await now()).toMatchObject({
      rules: [{ share: 1 }],
      plan: { step: 0, state: 'running' },
    });
    await rig.clock.advance(3_630_000);
    expect(await now()).toMatchObject({ by: 'plan', rules: [{ share: 100 }], plan: { step: 1 } });
    const ill = rig.directory.get('pi-1');
    if (ill !== undefined) {
      ill.health = { wall: 1, overall: 'unhealthy', reason: 'web', since: 1, checks: [] };
    }
    await rig.clock.advance(30_000);
    expect(await now()).toMatchObject({
      rules: [{ share: 100 }],
      plan: { state: 'paused', reason: expect.stringContaining('1 of 1') as string },
    });
  });

  it('whose devices fall ill are off again for all, where the plan says so', async () => {
    const plan = { steps: [{ share: 100, for: '1h' }], maxUnhealthy: 10, onFailure: 'off' };
    await ask('PUT', 'flags/new-ui', { ...flag, plan });
    const ill = rig.directory.get('pi-1');
    if (ill !== undefined) {
      ill.health = { wall: 1, overall: 'unhealthy', reason: 'web', since: 1, checks: [] };
    }
    await rig.clock.advance(30_000);
    expect((await ask('GET', 'flags/new-ui')).body).toMatchObject({
      ...{ by: 'plan', rules: [{ share: 0 }], plan: { state: 'off' } },
      comment: expect.stringMatching(/^off: 1 of 1 devices/) as string,
    });
    expect((await ask('GET', 'flags/new-ui/evaluate?device=pi-1')).body).toMatchObject({
      value: false,
    });
    const wrong = await ask('PUT', 'flags/new-ui', { ...flag, plan: { ...plan, onFailure: 'x' } });
    expect(wrong.status).toBe(400);
  });

  it.each([
    ['a b', flag, 'is no name of a flag'],
    ['a', { ...flag, default: 1 }, 'default: 1 is no boolean'],
    ['a', { ...flag, type: 'list' }, 'allowed values'],
    ['a', { ...flag, rules: [{ selector: '=', value: true }] }, 'rules[0].selector'],
    ['a', { ...flag, plan: { steps: [] } }, 'plan.steps: give 1 to'],
    ['a', { ...flag, plan: { steps: [{ share: 9 }, { share: 1 }] } }, 'shares rise'],
    ['a', { ...flag, plan: { steps: [{ share: 9, for: 'long' }] } }, 'plan.steps[0].for'],
  ])('%s is refused: %j', async (name, body, detail) => {
    const refused = await ask('PUT', `flags/${encodeURIComponent(name)}`, body);
    expect(refused.status).toBe(400);
    expect(String(refused.body['detail'])).toContain(detail);
  });
});

describe('commands and tasks', () => {
  it('are previewed, sent, followed and cancelled', async () => {
    const selector = encodeURIComponent('ring in (canary)');
    expect((await ask('GET', `selectors/preview?selector=${selector}`)).body).toEqual({
      ...{ total: 1, devices: ['pi-1'] },
    });
    const made = await ask('POST', 'tasks/run', {
      ...{ selector: 'all', task: 'tidy', dryRun: true, deadline: '30d', by: 'ada' },
    });
    expect(made).toMatchObject({ status: 200, body: { name: 'run-task', total: 2 } });
    const id = String(made.body['id']);
    const [told] = await device.commands.take(1);
    expect(told?.args).toEqual(
      new Map([
        ['task', 'tidy'],
        ['dryRun', 'true'],
      ]),
    );
    await device.answer(id, { text: 'nothing to do', output: 'would remove 3 files' });
    await until(() => rig.fleet.desk.command(id).counts.succeeded === 1);
    expect((await ask('GET', `commands/${id}/devices?state=succeeded`)).body).toMatchObject({
      devices: [{ device: 'pi-1', text: 'nothing to do' }],
    });
    expect((await ask('GET', `commands/${id}/devices/pi-1/output`)).body).toEqual({
      output: 'would remove 3 files',
    });
    expect((await ask('POST', `commands/${id}/cancel`, { by: 'bob' })).body).toMatchObject({
      ...{ cancelledBy: 'bob', counts: { cancelled: 1 }, successRate: 0.5 },
    });
    expect((await ask('GET', 'commands')).body['commands']).toHaveLength(1);
    expect((await ask('GET', 'commands/none')).status).toBe(404);
    expect((await ask('GET', 'tasks')).body).toEqual({ tasks: [] });
  });

  it.each([
    [{ selector: 'all', name: 'ping' }, "must have required property 'by'"],
    [{ selector: 'pi-9', name: 'ping', by: 'a' }, 'no device matches'],
    [{ selector: '', name: 'ping', by: 'a' }, 'fewer than 1 characters'],
    [{ selector: 'all', name: 'ping', by: 'a', deadline: '31d' }, 'is not a duration up to 30d'],
    [{ selector: 'all', name: 'x'.repeat(65), by: 'a' }, 'name: longer than 64'],
  ])('are refused: %j', async (body, detail) => {
    const refused = await ask('POST', 'commands', body);
    expect(refused.status).toBe(400);
    expect(String(refused.body['detail'])).toContain(detail);
  });
});

describe('muster', () => {
  it('config', async () => {
    await using folder = await tempFolder('fleet');
    const file = join(folder.path, 'canary.yml');
    await writeFile(file, 'checks:\n  web: { interval: 10s }\n');
    const args = ['config', 'set', 'selector:canary', file, '--selector', 'ring=canary'];
    expect(await muster(app, args)).toBe('selector:canary is at version 1\n');
    await writeFile(file, 'checks:\n  web: { interval: 20s }\n');
    await muster(app, [...args, '--comment', 'slower']);
    expect(await muster(app, ['config'])).toMatch(
      /selector:canary +2 +ring=canary .* ada +slower\n/,
    );
    expect(await muster(app, ['config', 'diff', 'selector:canary', '1'])).toBe(
      '- config.checks.web.interval: "10s"\n+ config.checks.web.interval: "20s"\n',
    );
    expect(await muster(app, ['config', 'revert', 'selector:canary', '1'])).toContain('version 3');
    expect(await muster(app, ['config', 'history', 'selector:canary'])).toContain(
      'as in version 1',
    );
    expect(await muster(app, ['config', 'show', 'selector:canary'])).toContain('"interval": "10s"');
    await rig.fleet.settled();
    expect(await muster(app, ['config', 'device', 'pi-1'])).toMatch(/state: +pending\n/);
    expect(await muster(app, ['config', 'status'])).toMatch(/unasked: +1 device\n/);
    expect(await muster(app, ['config', 'delete', 'selector:canary'])).toContain('is gone');
    await writeFile(file, 'a: [');
    await expect(muster(app, args)).rejects.toThrow(file);
    await expect(muster(app, ['config', 'set', 'fleet', '/none'])).rejects.toThrow('no such file');
  });

  it('flags', async () => {
    const set = (...more: string[]) => muster(app, ['flags', 'set', 'new-ui', ...more]);
    await expect(set()).rejects.toThrow('--type and --default');
    await set('--type', 'boolean', '--default', 'false', '--rule', 'ring=canary => true @ 10');
    expect(await muster(app, ['flags', 'list'])).toContain('ring=canary => true @ 10 %');
    expect(await muster(app, ['flags', 'share', 'new-ui', '100'])).toContain('version 2');
    expect(await muster(app, ['flags', 'evaluate', 'new-ui', 'pi-1'])).toBe('true (rule 0)\n');
    expect(await muster(app, ['flags', 'evaluate', 'new-ui'])).toMatch(/true +1\n/);
    expect(await muster(app, ['flags', 'kill', 'new-ui'])).toContain('killed');
    expect(await muster(app, ['flags', 'kill', 'new-ui', '--undo'])).toBe(
      'new-ui is at version 4\n',
    );
    await set('--description', 'the new page', '--plan', '1:1h,100');
    expect(await muster(app, ['flags', 'show', 'new-ui'])).toMatch(/plan: +step 1 of 2/);
    expect(await muster(app, ['flags', 'history', 'new-ui'])).toMatch(/^ *1 +/m);
    await expect(set('--default', 'maybe')).rejects.toThrow('neither true nor false');
    await expect(set('--rule', 'x')).rejects.toThrow('selector => value @ share');
    expect(await muster(app, ['flags', 'delete', 'new-ui'])).toContain('is gone');
  });

  it('commands and tasks', async () => {
    const answers = device.commands.take(1).then(async ([told]) => {
      await device.answer(told?.id ?? '', { state: 'accepted' });
      await device.answer(told?.id ?? '', { state: 'succeeded', part: 1, output: 'pong\n' });
    });
    const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 2));
    const out = await muster(app, ['commands', 'send', 'pi-1', 'ping', '--wait'], turn);
    await answers;
    expect(out).toContain('1 succeeded (100 % succeeded)');
    const list = await muster(app, ['commands']);
    const id = /^(c\S+)/m.exec(list)?.[1] ?? '';
    expect(await muster(app, ['commands', 'show', id])).toMatch(/pi-1 +succeeded +1/);
    expect(await muster(app, ['commands', 'show', id, 'pi-1'])).toBe('pong\n');
    const run = ['--json', 'tasks', 'run', 'pi-2', 'tidy', '--dry-run'];
    const made = JSON.parse(await muster(app, run)) as { id: string };
    expect(await muster(app, ['commands', 'cancel', made.id])).toContain('1 cancelled');
    await expect(muster(app, ['commands', 'send', 'all', 'ping', 'x'])).rejects.toThrow(
      'name=value',
    );
    expect(await muster(app, ['tasks'])).toBe('no tasks\n');
    expect(await muster(app, ['tasks', 'history', 'tidy'])).toBe('tidy never ran\n');
  });
});
