/** The broker that the configuration asks for: our own, or a connection to another. */
import { readFileSync } from 'node:fs';
import type { CollectorConfig } from '../config.ts';
import { createEmbeddedBroker } from '../io/broker/embedded-broker.ts';
import { createExternalBroker } from '../io/broker/external-broker.ts';
import type { Bus, Log } from '../ports.ts';

export function createBus({ bus }: CollectorConfig, log: Log): Bus {
  if (bus.kind === 'embedded') {
    const { host, port } = bus.listen;
    const tls = bus.tls && {
      key: readFileSync(bus.tls.keyFile),
      cert: readFileSync(bus.tls.certFile),
    };
    const listen = { host, port, ...(tls === undefined ? {} : { tls }) };
    return createEmbeddedBroker({ listen, limits: bus.limits, log });
  }
  const { url, username, password, caFile } = bus;
  return createExternalBroker({
    url,
    log,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(caFile === undefined ? {} : { tls: { ca: readFileSync(caFile) } }),
  });
}
