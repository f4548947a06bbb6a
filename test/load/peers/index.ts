/** The databases that the collector is measured beside. */
import { influxdb } from './influxdb.ts';
import { ensureInstalled } from './install.ts';
import type { Peer } from './peer.ts';
import { prometheus } from './prometheus.ts';
import { victoriaMetrics } from './victoria-metrics.ts';

const PEERS: readonly Peer[] = [victoriaMetrics, prometheus, influxdb];

/** Those that are here or could be fetched. */
export function peersHere(): Peer[] {
  return PEERS.filter(ensureInstalled);
}
