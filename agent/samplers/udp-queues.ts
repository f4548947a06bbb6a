/** Bytes waiting in UDP sockets: a receiver that does not keep up. */

import { Scanner } from './parse/scanner.ts';
import { gauge, sampler } from './sampler.ts';

/** Columns before `tx_queue:rx_queue`. */
const OTHER_COLUMNS = 4;
const PROTOCOLS = ['v4', 'v6'];

const queues = gauge('node_udp_queues', 'Bytes queued in UDP sockets.', ['queue', 'ip']);

export const udpQueues = sampler<readonly (string | undefined)[]>({
  name: 'udp_queues',
  summary: 'bytes waiting in UDP sockets',
  profiles: ['full'],
  intervalSeconds: 30,
  timeoutMs: 1000,
  metrics: [queues],

  read: (host) => [host.readNow('/proc/net/udp'), host.readNow('/proc/net/udp6')],

  parse(texts, emit) {
    PROTOCOLS.forEach((protocol, index) => {
      const text = texts[index];
      if (text === undefined) return;
      let sent = 0;
      let received = 0;
      const lines = new Scanner(text);
      for (lines.nextLine(); !lines.ended; lines.nextLine()) {
        lines.skip(OTHER_COLUMNS);
        const [out = '', into = ''] = lines.word().split(':');
        sent += Number.parseInt(out, 16) || 0;
        received += Number.parseInt(into, 16) || 0;
      }
      emit(queues, sent, ['tx', protocol]);
      emit(queues, received, ['rx', protocol]);
    });
  },
});
