/** The configuration of alerts, from its files to what is taken over; or what is wrong with it. */
import type { ConfigProblem } from '../../../protocol/config/problem.ts';
import { DEFAULT_CONFIG } from '../../core/alerting/config/default.ts';
import { type AlertingConfig, loadConfig } from '../../core/alerting/config/load.ts';
import type { AlertingFiles } from '../../ports/alerting.ts';
import type { IntegrationDeps } from './integration.ts';
import { asProblem, type Channels, integrations, type Receivers } from './receivers.ts';

export interface Ready {
  readonly config: AlertingConfig;
  readonly resolveTimeoutMs: number;
  readonly receivers: Receivers;
}

export type Configuration =
  | { readonly ok: true; readonly ready: Ready }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

const RESOLVE_TIMEOUT_MS = 300_000;

export async function readConfiguration(
  files: AlertingFiles,
  channels: Channels,
  deps: IntegrationDeps,
): Promise<Configuration> {
  try {
    const { text } = await files.config();
    const loaded = loadConfig(text);
    if (!loaded.ok) return { ok: false, problems: loaded.problems.map(asProblem) };
    const { config } = loaded;
    const templates = await files.templates(config.templates);
    const bound = channels.bind(config.global, config.receivers, templates);
    if (!bound.ok) return { ok: false, problems: bound.findings.map(asProblem) };
    const receivers = integrations(config, bound.receivers, deps);
    return { ok: true, ready: { config, resolveTimeoutMs: bound.resolveTimeoutMs, receivers } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, problems: [{ code: 'unreadable', path: '', keys: [], message }] };
  }
}

/** In force while there has been no configuration that is right. */
export function nobodyTold(): Ready {
  const loaded = loadConfig(DEFAULT_CONFIG);
  if (!loaded.ok) throw new Error('the built-in configuration of alerts is wrong');
  return {
    config: loaded.config,
    resolveTimeoutMs: RESOLVE_TIMEOUT_MS,
    receivers: new Map(),
  };
}
