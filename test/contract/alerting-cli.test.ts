/** `muster alerts` and `muster silences` against the routes they speak to. */
import { Command } from 'commander';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alerts } from '../../collector/cli/commands/alerts.ts';
import { silences } from '../../collector/cli/commands/silences.ts';
import { CliError, type CliIo } from '../../collector/cli/io.ts';
import { alertHistory } from '../../collector/io/http/alert-history.ts';
import { alertmanager } from '../../collector/io/http/alertmanager/routes.ts';
import { Rig } from '../support/alerting/rig.ts';
import { silentLog } from '../support/silent-log.ts';

const CONFIG = `
route:
  receiver: ops
  routes: [{ receiver: pager, matchers: ['severity="page"'] }]
receivers: [{ name: ops, webhook_configs: [{}] }, { name: pager }]
`;

let rig: Rig;
let app: FastifyInstance;
let url: string;

beforeEach(async () => {
  rig = await new Rig(CONFIG).start();
  app = fastify();
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  const build = { version: '0.1.0', revision: '' };
  await app.register(
    alertmanager({ clock: rig.clock, log: silentLog, alerting: rig.views, build }),
  );
  alertHistory(app, rig.views.history);
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});

afterEach(() => app.close());

async function muster(...args: string[]): Promise<string> {
  let out = '';
  const io: CliIo = {
    out: (text) => {
      out += text;
    },
    err: () => {},
    fetch,
    env: { USER: 'tester', MUSTER_URL: url },
    terminal: false,
    signal: new AbortController().signal,
    now: () => rig.clock.wall(),
    sleep: () => Promise.resolve(),
  };
  const program = new Command('muster').option('--url <address>').option('--json').exitOverride();
  alerts(program, io);
  silences(program, io);
  await program.parseAsync(args, { from: 'user' });
  return out;
}

describe('muster alerts', () => {
  beforeEach(() =>
    rig.fire(
      { alertname: 'Disk', instance: 'pi-1', severity: 'warn' },
      { alertname: 'Down', instance: 'pi-2', severity: 'page' },
    ),
  );

  it('lists what fires, by matchers and receivers', async () => {
    const lines = (await muster('alerts')).split('\n').map((line) => line.split(/ {2,}/));
    expect(lines).toEqual([
      ['ALERT', 'SINCE', 'STATE', 'RECEIVERS', 'LABELS', 'SUMMARY'],
      ['Disk', 'just now', 'active', 'ops', 'instance="pi-1" severity="warn"'],
      ['Down', 'just now', 'active', 'pager', 'instance="pi-2" severity="page"'],
      [''],
    ]);
    expect(await muster('alerts', 'list', 'Disk')).not.toContain('Down');
    expect(await muster('alerts', 'list', 'severity=~"p.*"')).not.toContain('Disk');
    expect(await muster('alerts', 'list', '--receiver', 'pager')).not.toContain('Disk');
    expect(await muster('alerts', 'list', 'x=y')).toBe('no alert fires\n');
    const json = JSON.parse(await muster('--json', 'alerts', 'list', 'Disk')) as object[];
    expect(json).toMatchObject([{ labels: { instance: 'pi-1' } }]);
  });

  it('shows one with its history', async () => {
    await rig.advance(60_000);
    const text = await muster('alerts', 'show', 'Disk');
    expect(text).toMatch(/^alert: +Disk\n/);
    expect(text).toContain('a receiver was told');
    expect(text).toContain('began to fire');
    await expect(muster('alerts', 'show', 'Nothing')).rejects.toThrow(CliError);
  });

  it('says what is wrong with a matcher', async () => {
    await expect(muster('alerts', 'list', '=x')).rejects.toThrow('bad matcher format: =x');
  });

  it('tells the history of all', async () => {
    expect(await muster('alerts', 'history')).toContain('{alertname="Disk"');
  });
});

describe('muster silences', () => {
  it('makes, lists, shows and ends them', async () => {
    await rig.fire({ alertname: 'Disk', instance: 'pi-1' });
    const id = (
      await muster(
        'silences',
        'add',
        'Disk',
        'instance=~"pi-.*"',
        '--duration',
        '2h',
        '--comment',
        'swap',
      )
    ).trim();
    const list = await muster('silences');
    expect(list).toContain('{alertname="Disk",instance=~"pi-.*"}');
    expect(list).toMatch(/in 2 h +tester/);
    expect(await muster('alerts')).toBe('no alert fires\n');
    expect(await muster('alerts', 'list', '--all')).toContain('silenced');
    expect(await muster('silences', 'show', id)).toMatch(/comment: +"swap"/);
    expect(await muster('silences', 'expire', id)).toBe(`${id} is over\n`);
    expect(await muster('silences')).toBe('no silence\n');
    expect(await muster('silences', 'list', '--all')).toContain('expired');
  });

  it('says what is wrong', async () => {
    await expect(muster('silences', 'add', 'x', '--duration', 'long')).rejects.toThrow(
      '"long" is not a duration',
    );
    await expect(muster('silences', 'add', 'x=~".*"')).rejects.toThrow(/empty string/);
    await expect(muster('silences', 'expire', 'nobody')).rejects.toThrow(
      'silence nobody not found',
    );
  });
});
