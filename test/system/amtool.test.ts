/** Debian's amtool against our routes: what operators type every day. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../collector/core/alerting/config/default.ts';
import { type AlertingServer, startAlerting } from '../support/alerting/server.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const AMTOOL = '/usr/bin/amtool';
const run = promisify(execFile);

const CONFIG = `
global:
  resolve_timeout: 5m
  smtp_require_tls: true
route:
  receiver: default
  group_by: [alertname, site]
  group_wait: 1h
  routes:
    - matchers: [severity="page"]
      receiver: pager
      continue: true
    - matchers: [severity=~"page|warn", team!="dev"]
      receiver: mail
      mute_time_intervals: [weekend]
inhibit_rules:
  - source_matchers: [alertname="SiteDown"]
    target_matchers: [alertname="DeviceDown"]
    equal: [site]
time_intervals:
  - name: weekend
    time_intervals:
      - weekdays: [saturday, sunday]
        location: Europe/Berlin
receivers:
  - name: default
  - name: pager
    webhook_configs:
      - url: http://127.0.0.1:1/hook?token=hidden
  - name: mail
    webhook_configs:
      - url: http://127.0.0.1:1/
`;

interface ShownAlert {
  readonly labels: Record<string, string>;
  readonly status: { readonly state: string };
}

describe.skipIf(!existsSync(AMTOOL))('amtool (skipped where it is missing)', () => {
  let server: AlertingServer;
  let folder: TempFolder;

  beforeAll(async () => {
    server = await startAlerting(CONFIG);
    folder = await tempFolder('amtool');
  });

  afterAll(async () => {
    await server.close();
    await folder[Symbol.asyncDispose]();
  });

  async function amtool(...args: string[]): Promise<string> {
    const address = `--alertmanager.url=${server.url}/`;
    const { stdout } = await run(AMTOOL, [...args, address], { env: { HOME: folder.path } });
    return stdout;
  }

  async function silenceIds(...args: string[]): Promise<string[]> {
    const text = await amtool('silence', 'query', '-q', ...args);
    return text.split('\n').filter((line) => line !== '');
  }

  it('adds alerts and lists them, all or by matchers', async () => {
    await amtool('alert', 'add', 'DeviceDown', 'instance=pi-1', 'site=berlin', 'severity=page');
    await amtool('alert', 'add', 'DeviceDown', 'instance=pi-2', 'site=bonn', 'severity=warn');
    await amtool(
      'alert',
      'add',
      'DiskFull',
      'instance=pi-2',
      'site=bonn',
      '--annotation=summary=x',
    );
    expect((await amtool('alert', 'query')).trim().split('\n')).toHaveLength(4);
    const down = JSON.parse(
      await amtool('-o', 'json', 'alert', 'query', 'alertname=DeviceDown', 'site=~"b.*"'),
    ) as ShownAlert[];
    expect(new Set(down.map(({ labels }) => labels['instance']))).toEqual(
      new Set(['pi-1', 'pi-2']),
    );
    const paged = await amtool('alert', 'query', '--receiver=pager', '-o', 'simple');
    expect(paged).toContain('DeviceDown');
    expect(paged).not.toContain('DiskFull');
  });

  it('sees what is inhibited', async () => {
    await amtool('alert', 'add', 'SiteDown', 'site=berlin');
    const inhibited = JSON.parse(
      await amtool('-o', 'json', 'alert', 'query', '--inhibited'),
    ) as ShownAlert[];
    expect(inhibited).toMatchObject([{ labels: { instance: 'pi-1' } }]);
  });

  it('adds, lists, updates, imports and expires silences', async () => {
    const id = (
      await amtool(
        'silence',
        'add',
        '-a',
        'me',
        '-c',
        'why',
        '-d',
        '2h',
        'site=bonn',
        'alertname!=X',
      )
    ).trim();
    expect(await silenceIds()).toEqual([id]);
    expect(await amtool('silence', 'query', 'site=bonn')).toContain('why');
    expect(await silenceIds('site=berlin')).toEqual([]);
    const silenced = JSON.parse(
      await amtool('-o', 'json', 'alert', 'query', '--silenced'),
    ) as ShownAlert[];
    expect(silenced.map(({ labels }) => labels['site'])).toEqual(['bonn', 'bonn']);

    // With -q amtool 0.25 prints the address of the id.
    expect(await amtool('silence', 'update', '-d', '4h', id)).toContain(id);
    expect(await silenceIds()).toEqual([id]);

    const exported = await amtool('-o', 'json', 'silence', 'query');
    await amtool('silence', 'expire', id);
    expect(await silenceIds()).toEqual([]);
    expect(await silenceIds('--expired', '--within=1h')).toEqual([id]);
    await expect(amtool('silence', 'expire', id)).rejects.toThrow(/already expired/);

    const file = join(folder.path, 'silences.json');
    await writeFile(file, exported.replaceAll(`"id":"${id}",`, ''));
    await amtool('silence', 'import', file);
    const [imported] = await silenceIds();
    expect(imported).not.toBe(id);
    expect(imported).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('refuses a silence that would match everything', async () => {
    await expect(amtool('silence', 'add', '-c', 'x', 'site=~".*"')).rejects.toThrow(
      /must not match the empty string/,
    );
  });

  it('shows the configuration without secrets, and the routes', async () => {
    const shown = await amtool('config', 'show');
    expect(shown).toContain('group_wait: 1h');
    expect(shown).not.toContain('hidden');
    const routes = await amtool('config', 'routes', 'show');
    expect(routes).toContain('{severity="page"}  continue: true  receiver: pager');
    const taken = await amtool('config', 'routes', 'test', 'severity=page', 'team=ops');
    expect(taken.trim()).toBe('pager,mail');
    expect((await amtool('config', 'routes', 'test', 'severity=none')).trim()).toBe('default');
  });

  it('finds nothing wrong in the configuration that we ship', async () => {
    const file = join(folder.path, 'alerting.yml');
    await writeFile(file, DEFAULT_CONFIG);
    for (const path of [file, 'deploy/alerting/muster-default.yml']) {
      const { stdout } = await run(AMTOOL, ['check-config', path]);
      expect(stdout).toContain('SUCCESS');
    }
  });

  it('knows the cluster as switched off', async () => {
    expect(await amtool('cluster', 'show')).toContain('disabled');
  });
});
