/** From settings to what the program runs with. */
import { resolve } from 'node:path';
import type { Infer } from '../../protocol/config/schema.ts';
import type { Secret } from '../../protocol/config/secret.ts';
import type { collectorSchema } from './schema.ts';

/** What passes the schema. Durations are milliseconds, sizes bytes. */
export type CollectorSettings = Infer<typeof collectorSchema>;

type ExternalSettings = NonNullable<CollectorSettings['broker']>;

export type TlsFiles = NonNullable<CollectorSettings['http']['tls']>;

/** The broker: one of the two, never both. */
export type BusConfig =
  | ({ readonly kind: 'embedded' } & CollectorSettings['mqtt'])
  | ({ readonly kind: 'external'; readonly password?: Secret } & Omit<
      ExternalSettings,
      'password' | 'passwordFile'
    >);

/** What the collector runs with. Durations are milliseconds, sizes bytes, paths absolute. */
export interface CollectorConfig extends Omit<CollectorSettings, 'mqtt' | 'broker'> {
  readonly bus: BusConfig;
}

export function resolveCollector(
  settings: CollectorSettings,
  folder: string,
  password: Secret | undefined,
): CollectorConfig {
  const { mqtt, broker, ...rest } = settings;
  return {
    ...rest,
    data: resolve(folder, settings.data),
    releases: settings.releases.folder ? { folder: resolve(folder, settings.releases.folder) } : {},
    http: { ...settings.http, ...absoluteTls(settings.http, folder) },
    rules: {
      ...settings.rules,
      files: settings.rules.files.map((pattern) => resolve(folder, pattern)),
    },
    alerting: {
      ...settings.alerting,
      ...(settings.alerting.file && { file: resolve(folder, settings.alerting.file) }),
      ...(settings.alerting.policies && { policies: resolve(folder, settings.alerting.policies) }),
    },
    bus:
      broker === undefined
        ? { kind: 'embedded', ...mqtt, ...absoluteTls(mqtt, folder) }
        : external(broker, folder, password),
  };
}

function external(
  { password: _, passwordFile: __, ...broker }: ExternalSettings,
  folder: string,
  password: Secret | undefined,
): BusConfig {
  return {
    kind: 'external',
    ...broker,
    ...(broker.caFile === undefined ? {} : { caFile: resolve(folder, broker.caFile) }),
    ...(password === undefined ? {} : { password }),
  };
}

function absoluteTls({ tls }: { readonly tls?: TlsFiles }, folder: string) {
  if (tls === undefined) return {};
  return {
    tls: { certFile: resolve(folder, tls.certFile), keyFile: resolve(folder, tls.keyFile) },
  };
}
