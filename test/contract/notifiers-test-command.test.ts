/** `muster notify test` over the real route. */
import { Command } from 'commander';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notify as command } from '../../collector/cli/commands/notify.ts';
import type { CliIo } from '../../collector/cli/io.ts';
import { notify as route } from '../../collector/io/http/notify.ts';
import { refusals } from '../../collector/io/http/refusals.ts';
import type { NotifyTestReport } from '../../collector/ports/notify.ts';
import { silentLog } from '../support/silent-log.ts';

const REPORTS: Readonly<Record<string, NotifyTestReport>> = {
  good: {
    receiver: 'good',
    results: [{ channel: 'webhook_configs[0]', ok: true, answer: 'HTTP 200' }],
  },
  mixed: {
    receiver: 'mixed',
    results: [
      { channel: 'slack_configs[0]', ok: false, answer: 'HTTP 404: no_team', retry: false },
      { channel: 'webhook_configs[0]', ok: true, answer: 'HTTP 200' },
    ],
  },
  empty: { receiver: 'empty', results: [] },
};

const app = fastify();
let url = '';

beforeAll(async () => {
  refusals(app, silentLog);
  route(app, {
    test: (name) => Promise.resolve(Object.hasOwn(REPORTS, name) ? REPORTS[name] : undefined),
  });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(() => app.close());

async function run(...args: string[]): Promise<string> {
  let out = '';
  const io: CliIo = {
    out: (text) => {
      out += text;
    },
    err: () => undefined,
    fetch,
    env: { MUSTER_URL: url },
    terminal: false,
    signal: new AbortController().signal,
    now: () => 0,
    sleep: () => Promise.resolve(),
  };
  const program = new Command('muster').option('--json').option('--url <address>').exitOverride();
  command(program, io);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    out += `! ${error instanceof Error ? error.message : String(error)}`;
  }
  return out;
}

describe('muster notify test', () => {
  it('shows what each channel answered', async () => {
    expect(await run('notify', 'test', 'good')).toMatch(/webhook_configs\[0\] +sent +HTTP 200\n$/);
    expect(await run('notify', 'test', 'empty')).toBe('empty has no channels\n');
  });

  it('fails when one of them does', async () => {
    const out = await run('notify', 'test', 'mixed');
    expect(out).toMatch(/slack_configs\[0\] +failed +HTTP 404: no_team\n/);
    expect(out).toContain('! 1 of 2 channels of mixed failed');
  });

  it('answers in JSON', async () => {
    const out = await run('--json', 'notify', 'test', 'good');
    expect(JSON.parse(out)).toEqual(REPORTS['good']);
  });

  it('names a receiver that is not there, and a collector that does not answer', async () => {
    expect(await run('notify', 'test', 'gone')).toBe('! No receiver is called "gone".');
    expect(await run('--url', 'http://127.0.0.1:1', 'notify', 'test', 'good')).toContain(
      'does not answer at http://127.0.0.1:1',
    );
  });
});
