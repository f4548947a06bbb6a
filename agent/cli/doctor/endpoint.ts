/** The broker's address in parts. */
import type { AgentConfig } from '../../config.ts';
import type { Endpoint } from '../../ports/world.ts';

export interface Broker extends Endpoint {
  readonly encrypted: boolean;
}

export function brokerOf({ broker }: AgentConfig): Broker {
  const url = new URL(broker.url);
  const encrypted = url.protocol === 'mqtts:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(url.port) || (encrypted ? 8883 : 1883), encrypted };
}
