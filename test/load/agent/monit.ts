/** Debian's monit, which looks at what the checks of `care/settings.ts` look at, as near as it can. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Targets } from '../care/settings.ts';
import { type PeerKind, peerOf } from './peer.ts';
import { Running } from './programs.ts';

const EVERY_SECONDS = 30;
/** As systemd starts a service (`DefaultLimitNOFILE`): it closes as many in each program that it starts. */
const OPEN_FILES = '--nofile=1024';

/** As `without-exec` of the agents, and as `all`. */
export const monits = [monit('monit', instead()), monit('monit with programs', starting())];

function monit(name: string, rest: readonly string[]): PeerKind<Targets> {
  return {
    name,
    packages: ['monit'],
    program: '/usr/bin/monit',
    async start(folder, targets) {
      const home = join(folder, name.replaceAll(' ', '-'));
      mkdirSync(home);
      const settings = join(home, 'monitrc');
      const lines = [...service(home), ...looking(targets), ...rest];
      // It refuses to read a file that others may read.
      writeFileSync(settings, `${lines.join('\n')}\n`, { mode: 0o600 });
      const command = [OPEN_FILES, this.program, '-I', '-c', settings];
      return peerOf(name, new Running('/usr/bin/prlimit', command, 'ignore'));
    },
  };
}

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
    ...Object.entries(files).flatMap(([name, path]) => file(name, path)),
    'check directory temporary with path /tmp',
    '  if does not exist then alert',
    ...disk('root', '/'),
    ...disk('devices', '/dev'),
    'check system here',
    '  if memory usage > 90% then alert',
    '  if cpu usage > 99% then alert',
    `check process collector with matching "${folder}/program-collector/main.js"`,
    '  if does not exist then alert',
    `check process small with matching "${folder}/program-collector"`,
    '  if total memory > 2 GB then alert',
  ];
}

function starting(): readonly string[] {
  return Object.entries({ true: '/bin/true', echo: '/bin/echo OK - fine' }).flatMap(
    ([name, command]) => [
      `check program ${name} with path "${command}" with timeout 5 seconds`,
      '  if status != 0 then alert',
    ],
  );
}

function instead(): readonly string[] {
  return [...disk('shm', '/dev/shm'), ...file('resolver', '/etc/resolv.conf')];
}

function file(name: string, path: string): readonly string[] {
  return [`check file ${name} with path ${path}`, '  if does not exist then alert'];
}

function disk(name: string, path: string): readonly string[] {
  return [`check filesystem ${name}-disk with path ${path}`, '  if space usage > 90% then alert'];
}
