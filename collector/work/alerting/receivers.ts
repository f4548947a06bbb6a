/** Receivers made from the configuration: every channel bound to its notifier. */
import type { ConfigProblem, Finding } from '../../../protocol/config/problem.ts';
import { finding } from '../../../protocol/config/problem.ts';
import type { AlertingConfig } from '../../core/alerting/config/load.ts';
import type { ChannelDraft, ChannelRules } from '../../core/alerting/config/receivers.ts';
import type { Mapping } from '../../core/alerting/config/section.ts';
import type { Notifier } from '../../notifiers/notifier.ts';
import type { TemplateFile } from '../../ports/alerting.ts';
import { Integration, type IntegrationDeps } from './integration.ts';

/** The registry of notifiers, as alerting needs it. */
export interface Channels extends ChannelRules {
  /** `value` has passed `check`. Throws when it cannot be bound, e.g. a template is wrong. */
  bind(draft: ChannelDraft, global: Mapping, templates: readonly TemplateFile[]): Notifier;
}

export type Receivers = ReadonlyMap<string, readonly Integration[]>;

export type BoundReceivers =
  | { readonly ok: true; readonly receivers: Receivers }
  | { readonly ok: false; readonly problems: readonly Finding[] };

export function bindReceivers(
  config: AlertingConfig,
  channels: Channels,
  templates: readonly TemplateFile[],
  deps: IntegrationDeps,
): BoundReceivers {
  const problems: Finding[] = [];
  const receivers = new Map<string, readonly Integration[]>();
  for (const { name, channels: drafts } of config.receivers) {
    const bound = drafts.flatMap((draft) => {
      try {
        const notifier = channels.bind(draft, config.global, templates);
        return [new Integration(name, kindOf(draft), draft.index, notifier, deps)];
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        problems.push(finding('malformed', draft.path, message));
        return [];
      }
    });
    receivers.set(name, bound);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, receivers };
}

/** `webhook_configs` is about webhooks. */
function kindOf({ key }: ChannelDraft): string {
  return key.replace(/_configs$/, '');
}

export function asProblem(found: Finding & { readonly line?: number }): ConfigProblem {
  return { ...found, path: pathText(found.keys) };
}

/** `route.routes[2].receiver`. */
function pathText(keys: readonly string[]): string {
  return keys
    .map((key, i) => (/^\d+$/.test(key) ? `[${key}]` : `${i === 0 ? '' : '.'}${key}`))
    .join('');
}
