/** One made-up alert to each channel of a receiver, once, at a person's request. It leaves no trace. */
import type { Alert } from '../../core/alerting/alert.ts';
import { LabelSet } from '../../core/label-set.ts';
import type { Notification } from '../../notifiers/notifier.ts';
import type { NotifyTester, NotifyTestReport, NotifyTestResult } from '../../ports/notify.ts';
import type { Clock } from '../../ports.ts';
import type { Integration } from './integration.ts';

export interface TesterDeps {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly externalUrl: string;
  /** `undefined`: no such receiver. */
  readonly channelsOf: (receiver: string) => readonly Integration[] | undefined;
}

/** A person waits for the answer. */
const PATIENCE_MS = 20_000;
const LASTS_MS = 300_000;

export class ReceiverTester implements NotifyTester {
  private readonly deps: TesterDeps;

  constructor(deps: TesterDeps) {
    this.deps = deps;
  }

  async test(receiver: string): Promise<NotifyTestReport | undefined> {
    const { channelsOf, clock, newId, externalUrl } = this.deps;
    const channels = channelsOf(receiver);
    if (channels === undefined) return undefined;
    const now = clock.wall();
    const notification: Notification = {
      idempotencyKey: newId(),
      receiver,
      groupKey: '{}:{alertname="NotificationTest"}',
      groupLabels: { alertname: 'NotificationTest' },
      alerts: [madeUp(now, externalUrl)],
      truncatedAlerts: 0,
      externalUrl,
      decidedAt: now,
    };
    const results = await Promise.all(channels.map((one) => this.tell(one, notification)));
    return { receiver, results };
  }

  private async tell(channel: Integration, notification: Notification): Promise<NotifyTestResult> {
    const patience = new AbortController();
    const cancel = this.deps.clock.after(PATIENCE_MS, () =>
      patience.abort(new Error('no answer in time')),
    );
    // Told to end after its first attempt: the person sees what went wrong and tries again.
    const { outcome } = await channel.tell(notification, patience.signal, AbortSignal.abort());
    cancel();
    if (outcome.ok)
      return { channel: channel.name, ok: true, answer: outcome.detail ?? 'accepted' };
    const { reason, retry } = outcome;
    return { channel: channel.name, ok: false, answer: reason, retry };
  }
}

function madeUp(now: number, externalUrl: string): Alert {
  return {
    labels: LabelSet.fromObject({ alertname: 'NotificationTest', severity: 'none' }),
    annotations: {
      summary: 'This is a test',
      description: 'Somebody asked Muster to send this, to see whether it arrives.',
    },
    startsAt: now,
    endsAt: now + LASTS_MS,
    generatorUrl: externalUrl,
    updatedAt: now,
  };
}
