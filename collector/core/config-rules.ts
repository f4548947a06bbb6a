/** Rules between the collector's keys, which a schema of single keys cannot say. */
import type { Listen } from '../../protocol/config/address.ts';
import { formatListen, isLoopback } from '../../protocol/config/address.ts';
import type { Tree } from '../../protocol/config/check.ts';
import type { Finding } from '../../protocol/config/problem.ts';
import { finding } from '../../protocol/config/problem.ts';

interface Listener {
  readonly listen: Listen;
  readonly tls?: object;
}

export interface RuledSettings {
  readonly http: Listener;
  readonly mqtt: Listener;
  readonly broker?: {
    readonly url: string;
    readonly username?: string;
    readonly password?: string;
    readonly passwordFile?: string;
    readonly caFile?: string;
  };
  readonly store: { readonly retention: Readonly<Record<'raw' | '1m' | '1h', number>> };
  readonly insecure: boolean;
}

/** `written` tells what stands in the file or environment from what is a default. */
export function collectorRules(settings: RuledSettings, written: Tree): readonly Finding[] {
  const { http, mqtt, broker, insecure } = settings;
  const listeners = broker === undefined ? { http, mqtt } : { http };
  const open = Object.entries(listeners).filter(([, { listen }]) => !isLoopback(listen.host));
  return [
    ...(insecure ? [] : open.map(([name, { listen }]) => exposed(name, listen))),
    ...(broker === undefined ? [] : brokerRules(broker, written)),
    ...retentionRules(settings.store.retention),
  ];
}

/** TLS alone does not help: this version has no login yet, so everybody could speak to it. */
function exposed(name: string, listen: Listen): Finding {
  return finding(
    'insecure',
    [name, 'listen'],
    `${formatListen(listen)} can be reached from other machines, and there is no login yet`,
    'listen on 127.0.0.1 behind a proxy or broker with TLS and login, or, on a network where' +
      ' everybody may see and do everything, set insecure: true or start with --insecure',
  );
}

function brokerRules(broker: NonNullable<RuledSettings['broker']>, written: Tree): Finding[] {
  const found: Finding[] = [];
  if ((written['mqtt'] ?? undefined) !== undefined) {
    const message = 'broker.url replaces the built-in broker, so mqtt means nothing';
    found.push(finding('conflict', ['mqtt'], message, 'remove mqtt, or remove broker'));
  }
  const hasPassword = broker.password !== undefined || broker.passwordFile !== undefined;
  if (hasPassword && broker.username === undefined) {
    const keys = ['broker', broker.password === undefined ? 'passwordFile' : 'password'];
    const message = 'MQTT sends no password without a name';
    found.push(finding('conflict', keys, message, 'set broker.username'));
  }
  if (broker.caFile !== undefined && !broker.url.startsWith('mqtts:')) {
    const message = `means nothing with ${broker.url}, which is not encrypted`;
    found.push(finding('conflict', ['broker', 'caFile'], message, 'write mqtts://'));
  }
  return found;
}

function retentionRules(retention: RuledSettings['store']['retention']): Finding[] {
  const pairs = [
    ['1m', 'raw'],
    ['1h', '1m'],
  ] as const;
  return pairs
    .filter(([coarse, fine]) => retention[coarse] < retention[fine])
    .map(([coarse, fine]) => {
      const message = `rollups must not be dropped before what they are made of (${fine})`;
      return finding('out-of-range', ['store', 'retention', coarse], message);
    });
}
