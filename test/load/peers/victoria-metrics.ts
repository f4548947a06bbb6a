/** Debian's VictoriaMetrics, single node. */
import { join } from 'node:path';
import { ensureOk } from './http.ts';
import { bytesAtRest, launch, type Peer } from './peer.ts';

export const victoriaMetrics: Peer = {
  name: 'VictoriaMetrics',
  packages: ['victoria-metrics'],
  program: '/usr/bin/victoria-metrics',
  paths: { 'remote write': '/api/v1/write', text: '/api/v1/import/prometheus' },
  settling: '/internal/force_flush, /internal/force_merge, size still for 12 s',
  async start(folder) {
    const data = join(folder, 'victoria-metrics');
    const flags = (address: string) => [
      `-storageDataPath=${data}`,
      `-httpListenAddr=${address}`,
      '-retentionPeriod=100y',
      '-search.latencyOffset=0s',
      '-loggerLevel=ERROR',
    ];
    const { url, running } = await launch(this.program, flags, '/health');
    return {
      url,
      pid: running.pid,
      async settledBytes() {
        await ensureOk(`${url}/internal/force_flush`);
        await ensureOk(`${url}/internal/force_merge`);
        return bytesAtRest(data);
      },
      stop: () => running.stop('SIGKILL'),
    };
  },
};
