/** The network for checks. What a kind needs is loaded when the first check of it runs. */
import type { Prober } from '../../ports/probing.ts';
import { loaded } from '../loaded.ts';
import { probed } from './probe.ts';

export function createProber(): Prober {
  const http = loaded(() => import('./http.ts'));
  const tcp = loaded(() => import('./tcp.ts'));
  const dns = loaded(() => import('./dns.ts'));
  const datagram = loaded(() => import('./datagram.ts'));
  const mqtt = loaded(() => import('./mqtt.ts'));
  const postgres = loaded(() => import('./postgres.ts'));
  const redis = loaded(() => import('./redis.ts'));
  return {
    http: (probe, ending) => probed(ending, async (keep) => (await http()).probeHttp(probe, keep)),
    connect: (probe, ending) =>
      probed(ending, async (keep) => (await tcp()).probeConnection(probe, keep)),
    resolve: (probe, ending) => probed(ending, async (keep) => (await dns()).probeDns(probe, keep)),
    datagram: (probe, ending) =>
      probed(ending, async (keep) => (await datagram()).probeDatagram(probe, keep)),
    mqtt: (probe, ending) => probed(ending, async (keep) => (await mqtt()).probeMqtt(probe, keep)),
    postgres: (probe, ending) =>
      probed(ending, async (keep) => (await postgres()).probePostgres(probe, keep)),
    redis: (probe, ending) =>
      probed(ending, async (keep) => (await redis()).probeRedis(probe, keep)),
  };
}
