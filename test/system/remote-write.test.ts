/** Debian's Prometheus scrapes, and writes on to the collector: both then tell the same. */
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CollectorApp } from '../../collector/app.ts';
import { collectorInProcess } from '../support/collector-in-process.ts';
import { PROMETHEUS, type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

interface Series {
  readonly metric: Record<string, string>;
  readonly values: readonly (readonly [number, string])[];
}

describe.skipIf(!existsSync(PROMETHEUS))(
  'remote write from Prometheus (skipped where /usr/bin/prometheus is missing)',
  () => {
    let folder: TempFolder;
    let exporter: Server;
    let collector: CollectorApp;
    let prometheus: Prometheus;
    let scrapes = 0;

    beforeAll(async () => {
      folder = await tempFolder('remote-write');
      exporter = createServer((_request, response) => {
        scrapes++;
        const many = Array.from(
          { length: 700 },
          (_, n) => `many{n="${n}",path="/ü\\"${n}"} ${n / 7}`,
        );
        const lines = ['# TYPE moving_total counter', '# HELP moving_total It moves.'];
        lines.push(`moving_total ${scrapes}`, 'odd NaN', scrapes > 3 ? '' : 'gone 1', ...many);
        response.end(`${lines.join('\n')}\n`);
      });
      await new Promise<void>((resolve) => exporter.listen(0, '127.0.0.1', resolve));
      collector = await collectorInProcess(folder.path);
      prometheus = await startPrometheus({
        target: `127.0.0.1:${(exporter.address() as AddressInfo).port}`,
        remoteWrite: `${collector.httpAddress()}/api/v1/write`,
      });
    });

    afterAll(async () => {
      await prometheus.stop();
      await collector.stop();
      exporter.close();
      await folder[Symbol.asyncDispose]();
    });

    async function raw(url: string, selector: string, time: number): Promise<Map<string, unknown>> {
      const query = new URLSearchParams({ query: selector, time: String(time) });
      const response = await fetch(`${url}/api/v1/query?${query.toString()}`);
      const { data } = (await response.json()) as { data: { result: Series[] } };
      return new Map(
        data.result.map(({ metric, values }) => [
          JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1))),
          values,
        ]),
      );
    }

    it('arrives sample for sample', async () => {
      while (scrapes < 7) await new Promise((resolve) => setTimeout(resolve, 50));
      const [newest] = (await raw(prometheus.url, 'moving_total[1m]', Date.now() / 1000)).values();
      const until = (newest as [number, string][]).at(-1)?.[0] ?? 0;
      const ours = collector.httpAddress();
      const arrived = async () =>
        (await raw(ours, 'many{n="699"}[1m]', until)).values().next().value;
      const last = async () => ((await arrived()) as [number, string][] | undefined)?.at(-1)?.[0];
      while ((await last()) !== until) await new Promise((resolve) => setTimeout(resolve, 100));
      const selector = '{job="test"}[1m]';
      const theirs = await raw(prometheus.url, selector, until);
      expect(theirs.size).toBeGreaterThan(700);
      expect(await raw(ours, selector, until)).toEqual(theirs);
    });

    it('ends series where Prometheus does, by its staleness markers', async () => {
      const now = Date.now() / 1000;
      expect((await raw(prometheus.url, 'gone', now)).size).toBe(0);
      expect((await raw(collector.httpAddress(), 'gone', now)).size).toBe(0);
    });
  },
);
