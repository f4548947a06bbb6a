/** The check `clock` against time servers of the test: honest, wrong, tired and hostile ones. */
import { describe, expect, it } from 'vitest';
import { clockCheck } from '../../agent/checks/clock.ts';
import type { Runner } from '../../agent/ports/caretaking.ts';
import { refusals, runCheck } from '../support/checks/run-check.ts';
import { type TimeAnswer, TimeServer, timePacket } from '../support/checks/time-server.ts';

async function ask(answer: TimeAnswer, options = {}, settings = {}) {
  await using server = await TimeServer.start(answer);
  const tree = { server: '127.0.0.1', port: server.port, kernel: false, ...options };
  return await runCheck(clockCheck, tree, settings);
}

const shifted =
  (ms: number): TimeAnswer =>
  (request) => [timePacket(request, { received: Date.now() + ms })];

const figure = (found: Awaited<ReturnType<typeof ask>>, name: string) =>
  found.figures?.find((each) => each.name === name)?.value ?? Number.NaN;

/** timedatectl as it would answer; there is no systemd below the tests. */
const kernelSays = (stdout: string): { runner: Runner } => ({
  runner: {
    run: (command) => {
      expect(command[0]).toBe('timedatectl');
      const nothing = { code: 0, signal: undefined, timedOut: false, stderr: '', tail: '' };
      return Promise.resolve({ ...nothing, stdout });
    },
  },
});

describe('clock', () => {
  it('is good beside a server that agrees', async () => {
    const found = await ask(shifted(0), { warning: '10s', critical: '20s' });
    expect(found.state).toBe('ok');
    expect(Math.abs(figure(found, 'offset'))).toBeLessThan(10);
    expect(figure(found, 'round_trip')).toBeGreaterThanOrEqual(0);
    expect(figure(found, 'stratum')).toBe(2);
  });

  it.each([
    [60_000, 'warning', /^the clock is (60|59\.\d) s behind 127/],
    [-60_000, 'warning', /^the clock is (60|60\.\d) s ahead of 127/],
    [3_600_000, 'critical', /behind/],
    [-3_600_000, 'critical', /ahead of/],
    [60 * 365 * 86_400_000, 'critical', /is (21899|21900) days behind/],
  ])('judges an offset of %i ms: %s', async (ms, state, text) => {
    const found = await ask(shifted(ms), { warning: '30s', critical: '10m' });
    expect(found.state).toBe(state);
    expect(found.text).toMatch(text);
    expect(Math.abs(figure(found, 'offset') * 1000 - ms)).toBeLessThan(20_000);
  });

  it('takes the time that the server itself needed out of the round trip', async () => {
    const found = await ask(
      (request) => {
        const received = Date.now();
        return [timePacket(request, { received, sent: received + 4000 })];
      },
      { warning: '1m', critical: '2m' },
    );
    expect(figure(found, 'round_trip')).toBe(0);
    expect(Math.abs(figure(found, 'offset') - 2)).toBeLessThan(2);
  });

  it('drops what does not answer its request, and takes what does', async () => {
    const found = await ask(
      (request) => [
        Buffer.from('short'),
        timePacket(request, { originate: Buffer.alloc(8), received: 0 }),
        timePacket(request, { first: 0x23, received: 0 }),
        timePacket(request),
      ],
      { warning: '10s', critical: '20s' },
    );
    expect(found.state).toBe('ok');
  });

  it.each([
    ['kiss of death', { stratum: 0, reference: 'RATE' }, 'kiss of death RATE'],
    ['a kiss without a code', { stratum: 0, reference: '\u0001\u0002' }, 'kiss of death (no code)'],
    ['no synchronisation', { first: 0xe4 }, 'the server itself is not synchronised'],
    ['stratum 16', { stratum: 16 }, 'bogus reply was refused: stratum 16'],
    ['version 7', { first: 0x3c }, 'bogus reply was refused: version 7'],
    ['time backwards', { received: 2_000_000, sent: 1_000_000 }, 'sent before the request came'],
    ['no time', { received: -2_208_988_800_000 }, 'it carries no time'],
  ])('knows nothing after %s', async (_, change, text) => {
    const found = await ask((request) => [timePacket(request, change)]);
    expect(found).toMatchObject({
      state: 'unknown',
      text: expect.stringContaining(text) as string,
    });
    expect(found.figures).toBeUndefined();
  });

  it.each([
    ['says nothing', () => []],
    ['only sends forgeries', () => [timePacket(Buffer.alloc(48))]],
  ])('knows nothing when the server %s', async (_, answer: TimeAnswer) => {
    const found = await ask(answer, {}, { timeoutMs: 100 });
    expect(found).toMatchObject({ state: 'unknown' });
    expect(found.text).toContain('no answer in time');
  });

  it('knows nothing where nobody listens', async () => {
    const server = await TimeServer.start(() => []);
    const { port } = server;
    await server[Symbol.asyncDispose]();
    const found = await runCheck(clockCheck, { server: '127.0.0.1', port, kernel: false });
    expect(found).toMatchObject({ state: 'unknown' });
    expect(found.text).toContain('connection refused');
  });

  it('does not judge by an answer that came too slowly', async () => {
    const found = await ask(
      (request) => {
        const end = performance.now() + 5;
        while (performance.now() < end);
        return [timePacket(request)];
      },
      { mostRoundTrip: '1ms', warning: '10s', critical: '20s' },
    );
    expect(found).toMatchObject({ state: 'unknown' });
    expect(found.text).toContain('too slow to judge by');
  });

  it.each([
    ['yes\n', 'ok'],
    ['no\n', 'warning'],
    ['', 'unknown'],
  ])('asks the kernel alone: %j', async (said, state) => {
    expect(await runCheck(clockCheck, {}, kernelSays(said))).toMatchObject({ state });
  });

  it.each([
    ['yes', 0, 'ok'],
    ['no', 0, 'warning'],
    ['', 0, 'ok'],
    ['yes', 3_600_000, 'critical'],
    ['no', 3_600_000, 'critical'],
  ])('joins what the kernel (%j) and the server (%i ms) say', async (said, ms, state) => {
    const options = { kernel: true, warning: '10s', critical: '20s' };
    expect(await ask(shifted(ms), options, kernelSays(said))).toMatchObject({ state });
  });

  it.each([
    [{ kernel: false }, 'server: is needed when the kernel is not asked'],
    [{ server: 'x', warning: '10s', critical: '5s' }, 'warning: must not be above critical'],
    [{ server: 'x', port: 0 }, 'port: must be at least 1'],
    [{ server: '' }, 'server: must not be empty'],
  ])('%j is refused', (tree, message) => {
    expect(refusals(clockCheck, tree).join('\n')).toContain(message);
  });
});
