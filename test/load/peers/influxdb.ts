/** Debian's InfluxDB 1.6. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../support/pipeline/programs.ts';
import { ensureOk } from './http.ts';
import { bytesAtRest, launch, type Peer } from './peer.ts';

const DATABASE = 'bench';

export const influxdb: Peer = {
  name: 'InfluxDB',
  packages: ['influxdb'],
  program: '/usr/bin/influxd',
  paths: { 'line protocol': `/write?db=${DATABASE}&precision=ms` },
  settling:
    'started again with snapshots and full compactions of what is a second old, then still for 12 s; without the log',
  async start(folder) {
    const home = join(folder, 'influxdb');
    mkdirSync(home);
    const rpc = `127.0.0.1:${await freePort()}`;
    const begin = (age: string) =>
      launch(
        this.program,
        (address) => {
          const path = join(home, 'influxdb.conf');
          writeFileSync(path, configuration(home, address, rpc, age));
          return ['-config', path];
        },
        '/ping',
      );
    let { url, running } = await begin('4h');
    await ensureOk(`${url}/query?q=${encodeURIComponent(`CREATE DATABASE ${DATABASE}`)}`, {
      method: 'POST',
    });
    return {
      url,
      pid: running.pid,
      async settledBytes() {
        // It writes what it has in memory when it is asked to end.
        await running.stop('SIGTERM');
        ({ url, running } = await begin('1s'));
        return bytesAtRest(join(home, 'data'));
      },
      stop: () => running.stop('SIGKILL'),
    };
  },
};

function configuration(home: string, address: string, rpc: string, age: string): string {
  const snapshot = age === '1s' ? '1s' : '10m';
  return [
    'reporting-disabled = true',
    `bind-address = "${rpc}"`,
    `[meta]\n  dir = "${home}/meta"`,
    '[data]',
    `  dir = "${home}/data"`,
    `  wal-dir = "${home}/wal"`,
    '  query-log-enabled = false',
    `  cache-snapshot-write-cold-duration = "${snapshot}"`,
    `  compact-full-write-cold-duration = "${age}"`,
    `[http]\n  bind-address = "${address}"\n  log-enabled = false\n  max-body-size = 0`,
    '[monitor]\n  store-enabled = false',
    '[logging]\n  level = "error"\n',
  ].join('\n');
}
