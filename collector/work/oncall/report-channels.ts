/** The channels of receivers that can take a report. */
import type { AlertingConfig } from '../../core/alerting/config/load.ts';
import type { AlertReport } from '../../core/oncall/report.ts';
import type { Notifier, Outcome } from '../../notifiers/notifier.ts';
import type { AlertingFiles } from '../../ports/alerting.ts';
import type { Channels } from '../alerting/receivers.ts';
import type { ReportChannel } from './summaries.ts';

const TIMEOUT_MS = 60_000;

export async function reportChannels(
  config: AlertingConfig,
  { channels, files }: { readonly channels: Channels; readonly files: AlertingFiles },
  receivers: readonly string[],
): Promise<readonly ReportChannel[]> {
  const templates = await files.templates(config.templates);
  const wanted = config.receivers.filter(({ name }) => receivers.includes(name));
  const bound = channels.bind(config.global, wanted, templates);
  if (!bound.ok) throw new Error(bound.findings.map(({ message }) => message).join('; '));
  return bound.receivers.flatMap((list, i) =>
    list.flatMap(({ name, notifier }): ReportChannel[] => {
      if (notifier.report === undefined) return [];
      return [
        {
          receiver: wanted[i]?.name ?? '',
          name,
          report: (report, signal) => attempt(notifier, report, signal),
        },
      ];
    }),
  );
}

async function attempt(
  notifier: Notifier,
  report: AlertReport,
  signal: AbortSignal,
): Promise<Outcome> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const sent = notifier.report?.(report, limited);
    return (await sent) ?? { ok: false, retry: false, reason: 'takes no reports' };
  } catch (error) {
    return {
      ok: false,
      retry: true,
      reason: error instanceof Error ? error.message : String(error),
    };
  }
}
