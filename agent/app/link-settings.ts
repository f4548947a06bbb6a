/** From the configuration to how the link connects and how patient it is. */
import type { AgentConfig } from '../config.ts';
import { createMqttTransport } from '../io/mqtt-transport.ts';
import type { LinkDeps } from '../work/link.ts';

const CONNECT_TIMEOUT_MS = 20_000;
const PUBACK_TIMEOUT_MS = 30_000;
const MAX_SENDS = 10;

export function mqttTransport({ broker, device }: AgentConfig): LinkDeps['transport'] {
  return createMqttTransport({
    ...broker,
    clientId: device,
    keepaliveMs: broker.keepalive,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  });
}

export function linkLimits({ link }: AgentConfig): LinkDeps['limits'] {
  return {
    window: link.window,
    ackTimeoutMs: link.ackTimeout,
    maxSends: MAX_SENDS,
    backoff: { minMs: link.backoff.min, maxMs: link.backoff.max },
    pubackTimeoutMs: PUBACK_TIMEOUT_MS,
  };
}
