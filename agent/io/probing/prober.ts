/** The network for checks. What a kind needs is loaded when the first check of it runs. */
import type { Prober } from '../../ports/probing.ts';
import { probed } from './probe.ts';

export function createProber(): Prober {
  return {
    http: (probe, signal) =>
      probed(signal, async (keep) => (await import('./http.ts')).probeHttp(probe, keep)),
    connect: (probe, signal) =>
      probed(signal, async (keep) => (await import('./tcp.ts')).probeConnection(probe, keep)),
    resolve: (probe, signal) =>
      probed(signal, async (keep) => (await import('./dns.ts')).probeDns(probe, keep)),
    datagram: (probe, signal) =>
      probed(signal, async (keep) => (await import('./datagram.ts')).probeDatagram(probe, keep)),
    mqtt: (probe, signal) =>
      probed(signal, async (keep) => (await import('./mqtt.ts')).probeMqtt(probe, keep)),
    postgres: (probe, signal) =>
      probed(signal, async (keep) => (await import('./postgres.ts')).probePostgres(probe, keep)),
    redis: (probe, signal) =>
      probed(signal, async (keep) => (await import('./redis.ts')).probeRedis(probe, keep)),
  };
}
