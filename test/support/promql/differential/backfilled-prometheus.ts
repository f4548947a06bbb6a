/** Debian's Prometheus over recorded samples, which promtool writes as blocks beforehand. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { METRIC_NAME } from '../../../../collector/core/label-set.ts';
import { formatValue } from '../../../../collector/core/query/number.ts';
import { compareText } from '../../../../collector/core/text.ts';
import { PROMETHEUS, type Prometheus } from '../../prometheus.ts';
import type { Recorded } from './data.ts';

export const PROMTOOL = '/usr/bin/promtool';

/** `folder` is the caller's: empty, and removed by him. */
export async function backfilledPrometheus(
  series: readonly Recorded[],
  folder: string,
): Promise<Prometheus> {
  const data = join(folder, 'data');
  await mkdir(data);
  const samples = join(folder, 'samples.om');
  await writeFile(samples, openMetrics(series));
  await promisify(execFile)(PROMTOOL, ['tsdb', 'create-blocks-from', 'openmetrics', samples, data]);
  const config = join(folder, 'prometheus.yml');
  await writeFile(config, 'global: { evaluation_interval: 1m }\n');
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    PROMETHEUS,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=${address}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const url = `http://${address}`;
  await ready(url, child);
  return {
    url,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Series of one name stand together, each in order of time. */
function openMetrics(series: readonly Recorded[]): string {
  const lines: string[] = [];
  const named = series.map((one) => [one.labels.get(METRIC_NAME), one] as const);
  for (const [name, { labels, times, values }] of named.sort(([a], [b]) => compareText(a, b))) {
    const pairs = [...labels.withoutName().entries()].map(
      ([label, value]) => `${label}="${value}"`,
    );
    const metric = pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
    times.forEach((time, i) => {
      lines.push(`${metric} ${formatValue(values[i] ?? 0)} ${(time / 1000).toFixed(3)}`);
    });
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (answer?.ok === true) return;
    if (child.exitCode !== null || Date.now() > until) throw new Error('prometheus did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
