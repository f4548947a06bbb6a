/** Debian's node_exporter with its usual collectors, scraped. */
import { freePort } from '../../support/pipeline/programs.ts';
import { type PeerKind, peerOf } from './peer.ts';
import { Running } from './programs.ts';

/** Work: seconds between two scrapes. */
export const nodeExporter: PeerKind<number> = {
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
    return peerOf(this.name, running, () => clearInterval(scrape));
  },
};
