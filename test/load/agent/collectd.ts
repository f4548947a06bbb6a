/** Debian's collectd, which sends what it reads by MQTT at QoS 1 to Debian's mosquitto. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../support/pipeline/programs.ts';
import { type PeerKind, peerOf } from './peer.ts';
import { Running } from './programs.ts';

const PLUGINS = ['cpu', 'load', 'memory', 'vmem', 'interface', 'disk', 'df', 'uptime', 'swap'];

/** Work: seconds between two readings. */
export const collectd: PeerKind<number> = {
  name: 'collectd',
  packages: ['collectd-core', 'libmosquitto1', 'mosquitto'],
  program: '/usr/sbin/collectd',
  async start(folder, intervalSeconds) {
    const port = await freePort();
    const broker = new Running('/usr/sbin/mosquitto', ['-p', String(port)], 'ignore');
    const home = join(folder, 'collectd');
    mkdirSync(home);
    const lines = [
      'Hostname "bench"',
      `BaseDir "${home}"`,
      `PIDFile "${home}/pid"`,
      'TypesDB "/usr/share/collectd/types.db"',
      `Interval ${intervalSeconds}`,
      ...[...PLUGINS, 'mqtt'].map((name) => `LoadPlugin ${name}`),
      `<Plugin mqtt>\n<Publish "bench">\nHost "127.0.0.1"\nPort ${port}\nQoS 1\n</Publish>\n</Plugin>`,
    ];
    writeFileSync(join(home, 'collectd.conf'), `${lines.join('\n')}\n`);
    const running = new Running(this.program, ['-f', '-C', join(home, 'collectd.conf')], 'ignore');
    return peerOf(this.name, running, () => void broker.stop('SIGKILL'));
  },
};
