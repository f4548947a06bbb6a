/** From the configuration to how the link connects and how patient it is. */
import { randomBytes } from 'node:crypto';
import type { AgentConfig } from '../config.ts';
import { createMqttTransport } from '../io/mqtt-transport.ts';
import type { LinkDeps } from '../work/link.ts';

/** What is decided once, at the start. */
export function linkSettings(config: AgentConfig) {
  const { site, device } = config;
  return {
    ...{ site, device, random: Math.random },
    transport: mqttTransport(config),
    limits: linkLimits(config),
    newSession: () => randomBytes(8).toString('hex'),
  };
}

const CONNECT_TIMEOUT_MS = 20_000;
const PUBACK_TIMEOUT_MS = 30_000;
const MAX_SENDS = 10;

function mqttTransport({ broker, device }: AgentConfig): LinkDeps['transport'] {
  return createMqttTransport({
    ...broker,
    clientId: device,
    keepaliveMs: broker.keepalive,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  });
}

function linkLimits({ link }: AgentConfig): LinkDeps['limits'] {
  return {
    window: link.window,
    ackTimeoutMs: link.ackTimeout,
    maxSends: MAX_SENDS,
    backoff: { minMs: link.backoff.min, maxMs: link.backoff.max },
    pubackTimeoutMs: PUBACK_TIMEOUT_MS,
  };
}
