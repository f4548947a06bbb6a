/** The check `ping` with the system's own program (skipped where it is missing or not permitted). */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { pingCheck } from '../../agent/checks/ping.ts';
import type { Runner } from '../../agent/ports/caretaking.ts';
import { refusals, runCheck } from '../support/checks/run-check.ts';

const canPing = spawnSync('ping', ['-c', '1', '-W', '2', '127.0.0.1']).status === 0;
const LOOPBACK = { host: '127.0.0.1', count: 1 };

describe.skipIf(!canPing)('ping (skipped where it is missing or not permitted)', () => {
  it('is good when the packets come back', async () => {
    const found = await runCheck(pingCheck, LOOPBACK);
    expect(found).toMatchObject({ state: 'ok' });
    expect(found.text).toContain('127.0.0.1: 1 of 1 packets came back, in ');
    expect(found.figures?.map(({ name }) => name)).toEqual([
      'loss',
      'rtt_min',
      'rtt_average',
      'rtt_max',
    ]);
  });

  it('fails with an address where nobody is', async () => {
    const found = await runCheck(pingCheck, { ...LOOPBACK, host: '240.0.0.1' });
    expect(found).toMatchObject({ state: 'critical' });
  });

  it('fails with a name that is not known', async () => {
    const found = await runCheck(pingCheck, { ...LOOPBACK, host: 'nobody.invalid' });
    expect(found).toMatchObject({ state: 'critical' });
    expect(found.text).toContain('nobody.invalid');
  });

  it('ends when its time is over', async () => {
    const found = await runCheck(pingCheck, { ...LOOPBACK, count: 20 }, { timeoutMs: 300 });
    expect(found).toMatchObject({ state: 'critical', text: '127.0.0.1: no answer in time' });
  });
});

describe('ping as it says', () => {
  const result = { code: 0, signal: undefined, timedOut: false, stdout: '', stderr: '', tail: '' };
  const says = (more: Partial<typeof result> & { refused?: string }): { runner: Runner } => ({
    runner: { run: () => Promise.resolve({ ...result, ...more }) },
  });
  const came = (received: number, times = '10.0/20.0/30.0/1.0') =>
    says({
      stdout:
        `--- x ping statistics ---\n10 packets transmitted, ${received} received, 0% packet loss\n` +
        (received > 0 ? `rtt min/avg/max/mdev = ${times} ms\n` : ''),
    });

  it.each([
    [10, {}, 'ok'],
    [6, {}, 'warning'],
    [0, {}, 'critical'],
    [9, { warningLoss: 10 }, 'warning'],
    [4, { criticalLoss: 60 }, 'critical'],
    [10, { warningRtt: '19ms' }, 'warning'],
    [10, { warningRtt: '20ms' }, 'ok'],
    [10, { warningRtt: '1ms', criticalRtt: '19ms' }, 'critical'],
  ])('%i of 10 with %j is %s', async (received, options, state) => {
    const found = await runCheck(pingCheck, { host: 'x', ...options }, came(received));
    expect(found.state).toBe(state);
  });

  it.each([
    'ping: socket: Operation not permitted\n',
    'ping: permission denied (are you root?)\n',
    'ping: Lacking privilege for icmp socket.\n',
  ])('says that it is not permitted: %j', async (stderr) => {
    const found = await runCheck(pingCheck, { host: 'x' }, says({ code: 2, stderr }));
    expect(found).toMatchObject({ state: 'unknown' });
    expect(found.text).toMatch(/^not permitted to ping .*cap_net_raw/);
  });

  it('says that the program is missing', async () => {
    const found = await runCheck(pingCheck, { host: 'x' }, says({ refused: 'ENOENT' }));
    expect(found).toEqual({
      state: 'unknown',
      text: 'cannot ping x: there is no program ping here',
    });
  });

  it.each([
    [{}, 'host: is needed'],
    [{ host: '-f' }, 'host: '],
    [{ host: 'a b' }, 'host: '],
    [{ host: 'x', count: 0 }, 'count: must be at least 1'],
    [{ host: 'x', warningLoss: 60, criticalLoss: 50 }, 'warningLoss: must not be above'],
    [{ host: 'x', warningRtt: '2s', criticalRtt: '1s' }, 'warningRtt: must not be above'],
  ])('%j is refused', (tree, message) => {
    expect(refusals(pingCheck, tree).join('\n')).toContain(message);
  });
});
