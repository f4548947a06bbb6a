/** Debian's Prometheus on loopback: scraping, sending and taking remote write. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

export const PROMETHEUS = '/usr/bin/prometheus';

export interface Prometheus {
  readonly url: string;
  stop(): Promise<void>;
}

export interface RunningPrometheus extends Prometheus {
  readonly pid: number;
}

export interface PrometheusOptions {
  /** Scraped every second, as `job="test"`, `instance="one"`. */
  readonly target?: string;
  /** Where everything is written on to. */
  readonly remoteWrite?: string;
  /** Takes remote write itself. */
  readonly receives?: boolean;
}

export async function startPrometheus(options: PrometheusOptions): Promise<RunningPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  await writeFile(config, configFor(options));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    PROMETHEUS,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=error',
      ...(options.receives === true ? ['--web.enable-remote-write-receiver'] : []),
    ],
    { stdio: 'ignore' },
  );
  const url = `http://${address}`;
  await ready(url, child);
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configFor({ target, remoteWrite }: PrometheusOptions): string {
  const lines = ['global: { scrape_interval: 1s, scrape_timeout: 900ms }'];
  if (target !== undefined) {
    const targets = `[{ targets: ["${target}"], labels: { instance: one } }]`;
    lines.push(`scrape_configs: [{ job_name: test, static_configs: ${targets} }]`);
  }
  if (remoteWrite !== undefined) lines.push(`remote_write: [{ url: "${remoteWrite}" }]`);
  return lines.join('\n');
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + 120_000;
  for (;;) {
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (answer?.ok === true) return;
    if (child.exitCode !== null || Date.now() > until) throw new Error('prometheus did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
