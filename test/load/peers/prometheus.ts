/** Debian's Prometheus as a receiver of remote write. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureOk } from './http.ts';
import { bytesIn, launch, type Peer } from './peer.ts';

export const prometheus: Peer = {
  name: 'Prometheus',
  packages: ['prometheus'],
  program: '/usr/bin/prometheus',
  paths: { 'remote write': '/api/v1/write' },
  settling: 'a TSDB snapshot with the head, which is blocks alone, without the log',
  async start(folder) {
    const data = join(folder, 'prometheus');
    mkdirSync(data);
    const config = join(data, 'prometheus.yml');
    writeFileSync(config, 'global: { scrape_interval: 10s }\n');
    const flags = (address: string) => [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(data, 'tsdb')}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=${address}`,
      '--web.enable-remote-write-receiver',
      '--web.enable-admin-api',
      '--log.level=error',
    ];
    const { url, running } = await launch(this.program, flags, '/-/ready');
    return {
      url,
      pid: running.pid,
      async settledBytes() {
        const text = await ensureOk(`${url}/api/v1/admin/tsdb/snapshot`, { method: 'POST' });
        const { data: made } = JSON.parse(text) as { data: { name: string } };
        return bytesIn(join(data, 'tsdb/snapshots', made.name));
      },
      stop: () => running.stop('SIGKILL'),
    };
  },
};
