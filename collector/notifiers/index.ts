/** Every channel, by the key under which a receiver lists it. A new one is its file and a line here. */
import { type Finding, finding } from '../../protocol/config/problem.ts';
import type { TemplateSet } from '../core/template/template-set.ts';
import type { NotifyPorts } from '../ports/notify.ts';
import { email } from './email.ts';
import { exec } from './exec.ts';
import { Fields } from './kit/fields.ts';
import { applyGlobals, type Globals } from './kit/globals.ts';
import { mqtt } from './mqtt.ts';
import type { Notifier, NotifierKind } from './notifier.ts';
import { slack } from './slack.ts';
import { webhook } from './webhook.ts';

export { readGlobals } from './kit/globals.ts';

export const notifierKinds: readonly NotifierKind[] = [email, exec, mqtt, slack, webhook];

/** One channel of a receiver, not yet bound to the world. */
export interface Channel {
  /** `slack_configs[0]`: the same as long as the configuration is. */
  readonly name: string;
  create(ports: NotifyPorts): Notifier;
}

export interface ReceiverConfig {
  readonly name: string;
  readonly channels: readonly Channel[];
}

/** One entry of `receivers`; the channels are of use only when there are no findings. */
export function readReceiver(
  tree: unknown,
  path: readonly string[],
  globals: Globals,
  templates: TemplateSet,
): { readonly receiver: ReceiverConfig; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const fields = new Fields(tree, path, findings);
  const name = fields.needed('name', 'what routes call it');
  const channels: Channel[] = [];
  for (const kind of notifierKinds) {
    for (const [at, config] of fields.raw(kind.key).entries()) {
      const place = [...path, kind.key, String(at)];
      const read = kind.read(applyGlobals(globals, kind.key, config), place, templates);
      if ('create' in read) channels.push({ name: `${kind.key}[${at}]`, create: read.create });
      findings.push(...read.findings);
    }
  }
  for (const key of fields.unknown()) {
    if (!/_configs$/.test(key)) continue;
    const known = notifierKinds.map((kind) => kind.key).join(', ');
    findings.push(
      finding('not-allowed', [...path, key], 'there is no such channel here', `there are ${known}`),
    );
  }
  fields.done((key) => /_configs$/.test(key));
  return { receiver: { name, channels }, findings };
}
