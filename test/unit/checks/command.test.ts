/** `muster-agent check`: what people and scripts get from it. */
import { describe, expect, it } from 'vitest';
import { runChecks } from '../../../agent/cli/check-now.ts';
import { agentUsage, runAgentCommand } from '../../../agent/cli/index.ts';
import { checksMentioned, checksSchema, resolveChecks } from '../../../agent/config/checks.ts';
import type { CommandIo, World } from '../../../agent/ports/world.ts';
import { check as validate } from '../../../protocol/config/check.ts';
import { checkContext } from '../../support/checks/context.ts';
import { planned, watchedDevice } from '../../support/checks/scripted.ts';
import { memoryHost } from '../../support/memory-host.ts';

const FILES = { '/proc/meminfo': 'MemTotal: 1000 kB\nMemAvailable: 20 kB\n' };

function commandIo(agentStatus: World['agentStatus']) {
  const said = { out: '', err: '' };
  const io: CommandIo = {
    env: { MUSTER_DEVICE: 'd' },
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    world: { agentStatus } as World,
    openHost: () => memoryHost(FILES),
    checkTools: () => Promise.resolve(checkContext()),
  };
  return { io, said };
}

/** The agent is the real loop; only the socket between is left out. */
async function asked(args: readonly string[], webState: 'ok' | 'critical' = 'critical') {
  const device = watchedDevice([
    planned('gateway', () => 'ok', { critical: true }),
    planned('web', () => webState),
  ]);
  await device.clock.advance(60_000);
  const questions: string[] = [];
  const { io, said } = commandIo((_, question = '') => {
    questions.push(question);
    const value = JSON.parse(JSON.stringify(device.checking.status())) as Record<string, unknown>;
    return Promise.resolve({ ok: true, value });
  });
  const code = await runAgentCommand('check', args, io);
  return { code, ...said, questions };
}

describe('of the running agent', () => {
  it('is one line for each check, and the exit code', async () => {
    const { code, out, questions } = await asked(['--socket', '/s']);
    expect(questions).toEqual(['/health']);
    expect(code).toBe(1);
    expect(out).toMatch(/^degraded: failed: web\nok +gateway {2}found ok \(since 2026-/);
    expect(out).toContain('critical  web      found critical');
    expect((await asked(['--socket', '/s'], 'ok')).code).toBe(0);
  });

  it('of the checks that were named', async () => {
    const { code, out } = await asked(['gateway', '--socket', '/s']);
    expect([code, out.includes('web      ')]).toEqual([0, false]);
    const wrong = await asked(['gatewya', '--socket', '/s']);
    expect([wrong.code, wrong.err]).toEqual([
      2,
      expect.stringContaining('there are: gateway, web'),
    ]);
  });

  it('as JSON', async () => {
    const { out } = await asked(['web', '--socket', '/s', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      overall: 'degraded',
      checks: [{ name: 'web', state: 'critical', result: 'critical', pending: false }],
    });
  });

  it('no agent: exit code 3, and what to do', async () => {
    const { io, said } = commandIo(() => Promise.resolve({ ok: false, why: 'nobody listens' }));
    expect(await runAgentCommand('check', ['--socket', '/s'], io)).toBe(3);
    expect(said.err).toContain('/s: nobody listens');
    expect(said.err).toContain('--now');
    expect(agentUsage()).toContain('3 no agent answers');
  });

  it('an agent that knows no health is said to be one', async () => {
    const { io, said } = commandIo(() => Promise.resolve({ ok: true, value: { error: 'x' } }));
    expect(await runAgentCommand('check', ['--socket', '/s'], io)).toBe(3);
    expect(said.err).toContain('tells no health');
  });

  it('--now and --socket contradict each other', async () => {
    expect((await asked(['--now', '--socket', '/s'])).code).toBe(2);
  });
});

describe('now, without an agent', () => {
  const tree = {
    ram: { memory: {} },
    app: { process: { name: 'x' }, dependsOn: ['ram'] },
    off: { cpu: {}, enabled: false },
    unit: { unit: { unit: 'a.service' } },
  };

  async function now(names: readonly string[]) {
    const kinds = await checksMentioned({ checks: tree });
    const { value } = validate(checksSchema(kinds), tree);
    if (value === undefined) throw new Error('refused');
    const { io } = commandIo(() => Promise.reject(new Error('nobody is asked')));
    return runChecks(resolveChecks(kinds, value), names, '/etc/muster', io);
  }

  it('each result counts, and dependencies hold', async () => {
    const { overall, reason, checks } = await now([]);
    expect([overall, reason]).toEqual(['degraded', 'failed: ram; behind them: app']);
    expect(checks.map(({ name, state, text }) => `${name} ${state} ${text}`)).toEqual([
      'ram critical 2 % of memory available (20 KiB)',
      'app unknown behind ram: x: 0 processes, fewer than 1',
      'unit unknown systemctl cannot run: ENOENT',
    ]);
  });

  it('only those named, by themselves', async () => {
    const { checks } = await now(['app']);
    expect(checks.map(({ name, state }) => `${name} ${state}`)).toEqual(['app critical']);
  });
});
