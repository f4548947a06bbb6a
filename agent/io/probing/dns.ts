/** One question to a name server, by a resolver of its own that can be cancelled. */
import { Resolver } from 'node:dns/promises';
import type { DnsAnswer, DnsProbe } from '../../ports/probing.ts';
import type { Keep } from './probe.ts';
import { secondsSince } from './socket.ts';

/** A lost datagram is sent again after that long, and then after twice that. */
const RETRY_MS = 1000;
const TRIES = 4;

export async function probeDns(probe: DnsProbe, keep: Keep): Promise<DnsAnswer> {
  const resolver = new Resolver({ timeout: RETRY_MS, tries: TRIES });
  keep(() => resolver.cancel());
  if (probe.server !== undefined) resolver.setServers([probe.server]);
  const began = performance.now();
  const values = await ask(resolver, probe);
  return { values, seconds: secondsSince(began) };
}

async function ask(resolver: Resolver, { name, type }: DnsProbe): Promise<readonly string[]> {
  switch (type) {
    case 'A':
      return resolver.resolve4(name);
    case 'AAAA':
      return resolver.resolve6(name);
    case 'CAA':
      return (await resolver.resolveCaa(name)).map(({ critical, ...rest }) => {
        const [tag, value] = Object.entries(rest).find(([key]) => key !== 'type') ?? ['', ''];
        return `${critical} ${tag} "${String(value)}"`;
      });
    case 'CNAME':
      return resolver.resolveCname(name);
    case 'MX':
      return (await resolver.resolveMx(name)).map((mx) => `${mx.priority} ${mx.exchange}`);
    case 'NS':
      return resolver.resolveNs(name);
    case 'PTR':
      return resolver.resolvePtr(name);
    case 'SOA': {
      const soa = await resolver.resolveSoa(name);
      const times = [soa.serial, soa.refresh, soa.retry, soa.expire, soa.minttl];
      return [[soa.nsname, soa.hostmaster, ...times].join(' ')];
    }
    case 'SRV':
      return (await resolver.resolveSrv(name)).map(
        (srv) => `${srv.priority} ${srv.weight} ${srv.port} ${srv.name}`,
      );
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((pieces) => pieces.join(''));
  }
}
