/** Debian's agents beside ours, doing the same work: read this machine every ten seconds. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../support/pipeline/programs.ts';
import { ensureInstalled, type Packaged, versionOf } from '../peers/install.ts';
import { Running } from './programs.ts';

export interface Peer {
  readonly name: string;
  readonly pid: number;
  stop(): Promise<void>;
}

interface PeerKind extends Packaged {
  start(folder: string, intervalSeconds: number): Promise<Peer>;
}

const nodeExporter: PeerKind = {
  name: 'node_exporter',
  packages: ['prometheus-node-exporter'],
  program: '/usr/bin/prometheus-node-exporter',
  async start(_, intervalSeconds) {
    const port = await freePort();
    const args = [`--web.listen-address=127.0.0.1:${port}`];
    const running = new Running(this.program, args, 'ignore');
    const scrape = setInterval(() => {
      fetch(`http://127.0.0.1:${port}/metrics`)
        .then((answer) => answer.arrayBuffer())
        .catch(() => undefined);
    }, intervalSeconds * 1000);
    return peerOf('node_exporter', running, () => clearInterval(scrape));
  },
};

const PLUGINS = ['cpu', 'load', 'memory', 'vmem', 'interface', 'disk', 'df', 'uptime', 'swap'];

const collectd: PeerKind = {
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
    return peerOf('collectd', running, () => void broker.stop('SIGKILL'));
  },
};

function peerOf(name: string, running: Running, end: () => void): Peer {
  const stop = async () => {
    end();
    await running.stop('SIGKILL');
  };
  return { name, pid: running.pid, stop };
}

/** Those that are here or can be installed. */
export async function startPeers(folder: string, intervalSeconds: number): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const kind of [nodeExporter, collectd].filter(ensureInstalled)) {
    const peer = await kind.start(folder, intervalSeconds);
    peers.push({ ...peer, name: `${peer.name} ${versionOf(kind)}` });
  }
  return peers;
}
