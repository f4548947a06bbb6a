/** Checks of the machine against the machine: real processes, files, kernel tables, programs. */
import { spawn } from 'node:child_process';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Check } from '../../agent/checks/check.ts';
import { cpuCheck } from '../../agent/checks/cpu.ts';
import { diskCheck } from '../../agent/checks/disk.ts';
import { fileCheck } from '../../agent/checks/file.ts';
import { memoryCheck } from '../../agent/checks/memory.ts';
import { processCheck } from '../../agent/checks/process.ts';
import { temperatureCheck } from '../../agent/checks/temperature.ts';
import { unitCheck } from '../../agent/checks/unit.ts';
import { createClock } from '../../agent/io/clock.ts';
import { openHost } from '../../agent/io/host.ts';
import { createRunner } from '../../agent/io/runner.ts';
import { checkContext, finding } from '../support/checks/context.ts';
import { tempFolder } from '../support/temp-folder.ts';

const host = openHost();
const real = (folder = '/') =>
  checkContext({ host, clock: createClock(), runner: createRunner(), folder });
const look = (of: Check, options: object, context = real()) => finding(of, options, context);

afterAll(() => host.close());

describe('of this machine', () => {
  it('memory, processors and disk can be told, and give figures', async () => {
    for (const [of, options] of [
      [memoryCheck, {}],
      [cpuCheck, {}],
      [diskCheck, { path: '/tmp' }],
    ] as const) {
      const { state, figures = [] } = await look(of, options);
      expect(['ok', 'warning', 'critical']).toContain(state);
      for (const { name, value } of figures) {
        expect(value, name).toBeGreaterThanOrEqual(0);
        if (name !== 'free') expect(value, name).toBeLessThanOrEqual(1);
      }
    }
  });

  it('thresholds of the extremes, and two at once on one mount', async () => {
    const states = await Promise.all([
      look(memoryCheck, { available: { critical: 100 } }),
      look(memoryCheck, { available: { critical: 0 } }),
      look(diskCheck, { used: { critical: 0 } }),
      look(diskCheck, { free: { critical: '1B' }, inodes: {}, writable: false }),
    ]);
    expect(states.map(({ state }) => state)).toEqual(['critical', 'ok', 'critical', 'ok']);
  });

  it('temperature tells of a sensor or that there is none', async () => {
    const { state, text } = await look(temperatureCheck, {});
    expect(text).toMatch(state === 'unknown' ? /no sensor/ : /°C/);
  });

  it('a unit is told by systemd, or it is said why not', async () => {
    const asked = look(unitCheck, { unit: 'no-such-unit-of-muster.service' });
    const said = await asked.then(
      ({ state, text }) => `${state} ${text}`,
      (error: Error) => error.message,
    );
    expect(said).toMatch(/critical .*no such unit|systemd|systemctl/);
  });
});

describe('processes', () => {
  it('one that runs, one that was killed, one that is a zombie no more', async () => {
    const child = spawn('sleep', ['86399'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    try {
      const context = real();
      const options = { pattern: '^sleep 86399$' };
      const first = await look(processCheck, options, context);
      expect(first.state).toBe('ok');
      expect(first.figures?.find(({ name }) => name === 'memory')?.value).toBeGreaterThan(0);
      // The second time it is known.
      expect((await look(processCheck, options, context)).state).toBe('ok');
      expect((await look(processCheck, { ...options, minAge: '1h' })).state).toBe('warning');
      child.kill('SIGKILL');
      await ended;
      expect((await look(processCheck, options, context)).text).toContain('0 processes');
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('files', () => {
  it('there or not, kind, size, growth', async () => {
    await using folder = await tempFolder('mstr-checks');
    const context = real(folder.path);
    await writeFile(join(folder.path, 'app.log'), 'one\n');
    expect((await look(fileCheck, { path: 'app.log', kind: 'file' }, context)).state).toBe('ok');
    expect((await look(fileCheck, { path: '.', kind: 'folder' }, context)).state).toBe('ok');
    expect((await look(fileCheck, { path: '.', kind: 'file' }, context)).text).toContain(
      'is a folder',
    );
    expect((await look(fileCheck, { path: 'app.log', kind: 'folder' }, context)).state).toBe(
      'critical',
    );
    expect((await look(fileCheck, { path: 'gone' }, context)).state).toBe('critical');
    await appendFile(join(folder.path, 'app.log'), 'x'.repeat(5000));
    const large = await look(fileCheck, { path: 'app.log', size: { warning: '4KiB' } }, context);
    expect(large.state).toBe('warning');
    expect(large.figures).toContainEqual({ name: 'size', unit: 'bytes', value: 5004 });
  });
});
