/** Receivers made from the configuration: every channel bound to its notifier. */
import type { ConfigProblem, Finding } from '../../../protocol/config/problem.ts';
import { finding } from '../../../protocol/config/problem.ts';
import type { AlertingConfig } from '../../core/alerting/config/load.ts';
import type { ReceiverDraft } from '../../core/alerting/config/receivers.ts';
import { TemplateSet } from '../../core/template/template-set.ts';
import { readGlobals, readReceiver } from '../../notifiers/index.ts';
import type { Notifier } from '../../notifiers/notifier.ts';
import type { TemplateFile } from '../../ports/alerting.ts';
import type { NotifyPorts } from '../../ports/notify.ts';
import { Integration, type IntegrationDeps } from './integration.ts';

export interface BoundChannel {
  /** e.g. `webhook_configs[0]`. */
  readonly name: string;
  readonly notifier: Notifier;
}

export type BoundChannels =
  | { readonly ok: false; readonly findings: readonly Finding[] }
  | {
      readonly ok: true;
      readonly resolveTimeoutMs: number;
      /** In the order of the drafts. */
      readonly receivers: readonly (readonly BoundChannel[])[];
    };

/** The registry of notifiers, as alerting needs it. */
export interface Channels {
  bind(
    global: unknown,
    receivers: readonly ReceiverDraft[],
    templates: readonly TemplateFile[],
  ): BoundChannels;
}

/** All channels that there are, bound to the world. */
export function notifierChannels(ports: NotifyPorts): Channels {
  return {
    bind(global, drafts, files) {
      const templates = templateSet(files);
      if (!(templates instanceof TemplateSet)) return { ok: false, findings: [templates] };
      const { globals, findings } = readGlobals(global, ['global']);
      const read = drafts.map(({ tree, path }) => readReceiver(tree, path, globals, templates));
      const all = [...findings, ...read.flatMap((one) => one.findings)];
      if (all.length > 0) return { ok: false, findings: all };
      const receivers = read.map(({ receiver }) =>
        receiver.channels.map(({ name, create }) => ({ name, notifier: create(ports) })),
      );
      return { ok: true, resolveTimeoutMs: globals.resolveTimeoutMs, receivers };
    },
  };
}

function templateSet(files: readonly TemplateFile[]): TemplateSet | Finding {
  try {
    return new TemplateSet(files.map(({ path, text }) => ({ name: path, text })));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return finding('malformed', ['templates'], message);
  }
}

export type Receivers = ReadonlyMap<string, readonly Integration[]>;

/** Integrations by the name of their receiver. */
export function integrations(
  { receivers }: AlertingConfig,
  bound: readonly (readonly BoundChannel[])[],
  deps: IntegrationDeps,
): Receivers {
  return new Map(
    receivers.map(({ name }, i) => [
      name,
      (bound[i] ?? []).map(
        (channel) => new Integration(name, channel.name, channel.notifier, deps),
      ),
    ]),
  );
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
