/** Debian's monit, which looks at what the checks of `care/settings.ts` look at, as near as it can. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Targets } from '../care/settings.ts';
import { type PeerKind, peerOf } from './peer.ts';
import { Running } from './programs.ts';

const EVERY_SECONDS = 30;

export const monit: PeerKind<Targets> = {
  name: 'monit',
  packages: ['monit'],
  program: '/usr/bin/monit',
  async start(folder, targets) {
    const home = join(folder, 'monit');
    mkdirSync(home);
    const file = join(home, 'monitrc');
    // It refuses to read a file that others may read.
    writeFileSync(file, `${[...service(home), ...looking(targets)].join('\n')}\n`, { mode: 0o600 });
    const running = new Running(this.program, ['-I', '-c', file], 'ignore');
    return peerOf(this.name, running);
  },
};

function service(home: string): readonly string[] {
  return [
    `set daemon ${EVERY_SECONDS}`,
    `set pidfile ${join(home, 'pid')}`,
    `set idfile ${join(home, 'id')}`,
    `set statefile ${join(home, 'state')}`,
    `set logfile ${join(home, 'log')}`,
  ];
}

/** A certificate in a file and a temperature are files to it, and a file system has to be a mount point. */
function looking({ folder, http, mqtt }: Targets): readonly string[] {
  const web = (path: string) => `protocol http request "/${path}"`;
  const files = {
    passwd: '/etc/passwd',
    hosts: '/etc/hosts',
    resolver: '/etc/resolv.conf',
    certificate: join(folder, 'certificate.pem'),
    temperature: '/proc/loadavg',
  };
  return [
    'check host web with address 127.0.0.1',
    ...[web('health'), web('page'), `${web('health')} content = "fine"`, '', ''].map(
      (what) => `  if failed port ${http} ${what} with timeout 5 seconds then alert`,
    ),
    'check host broker with address 127.0.0.1',
    `  if failed port ${mqtt} with timeout 5 seconds then alert`,
    `  if failed port ${mqtt} protocol mqtt with timeout 5 seconds then alert`,
    ...Object.entries(files).flatMap(([name, path]) => [
      `check file ${name} with path ${path}`,
      '  if does not exist then alert',
    ]),
    'check directory temporary with path /tmp',
    '  if does not exist then alert',
    ...Object.entries({ root: '/', devices: '/dev', shm: '/dev/shm' }).flatMap(([name, path]) => [
      `check filesystem ${name}-disk with path ${path}`,
      '  if space usage > 90% then alert',
    ]),
    'check system here',
    '  if memory usage > 90% then alert',
    '  if cpu usage > 99% then alert',
    `check process collector with matching "${folder}/program-collector/main.js"`,
    '  if does not exist then alert',
    `check process small with matching "${folder}/program-collector"`,
    '  if total memory > 2 GB then alert',
  ];
}
