/** Neighbours known per interface: a flat network that grows, or one that is scanned. */

import { Scanner, words } from './parse/scanner.ts';
import { gauge, sampler } from './sampler.ts';

const DEVICE_COLUMN = 5;
const entries = gauge('node_arp_entries', 'Neighbours in the ARP table.', ['device']);

export const arp = sampler<string | undefined>({
  name: 'arp',
  summary: 'entries of the ARP table per interface',
  profiles: ['full'],
  intervalSeconds: 30,
  timeoutMs: 1000,
  metrics: [entries],

  read: (host) => host.readNow('/proc/net/arp'),

  parse(text, emit) {
    const counts = new Map<string, number>();
    const lines = new Scanner(text ?? '');
    for (lines.nextLine(); !lines.ended; lines.nextLine()) {
      const device = words(lines.rest())[DEVICE_COLUMN];
      if (device !== undefined) counts.set(device, (counts.get(device) ?? 0) + 1);
    }
    for (const [device, count] of counts) emit(entries, count, [device]);
  },
});
