/** Makes a kind of channel from how it reads its keys and how it sends. */
import type { Finding } from '../../../protocol/config/problem.ts';
import type { AlertReport } from '../../core/oncall/report.ts';
import type { TemplateSet } from '../../core/template/template-set.ts';
import type { NotifyPorts } from '../../ports/notify.ts';
import type { Notification, NotifierKind, Outcome } from '../notifier.ts';
import { attempt } from './attempt.ts';
import { Fields } from './fields.ts';

export interface Sending {
  readonly ports: NotifyPorts;
  readonly templates: TemplateSet;
  readonly signal: AbortSignal;
}

export interface KindParts<C> {
  readonly key: string;
  readonly sendsResolved: boolean;
  /** Only valid when nothing was found wrong. */
  read(fields: Fields): C;
  /** Throws TransportError or TemplateError. */
  send(config: C, notification: Notification, sending: Sending): Promise<Outcome>;
  /** As `send`; absent: such channels take no summaries. */
  report?(config: C, report: AlertReport, sending: Sending): Promise<Outcome>;
}

export function notifierKind<C>(parts: KindParts<C>): NotifierKind {
  const { key, send, report } = parts;
  return {
    key,
    read(tree, path, templates) {
      const findings: Finding[] = [];
      const fields = new Fields(tree, path, findings, templates);
      const sendResolved = fields.flag('send_resolved', parts.sendsResolved);
      const config = parts.read(fields);
      fields.done();
      const [first, ...rest] = findings;
      if (first !== undefined) return { findings: [first, ...rest] };
      return {
        findings: [],
        create: (ports) => ({
          sendResolved,
          send: (notification, signal) =>
            attempt(() => send(config, notification, { ports, templates, signal }), signal),
          ...(report && {
            report: (summary, signal) =>
              attempt(() => report(config, summary, { ports, templates, signal }), signal),
          }),
        }),
      };
    },
  };
}
