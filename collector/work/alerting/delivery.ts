/**
 * The last stages, for each channel of a receiver by itself: is there something new to tell, tell it
 * until it is answered, note that it was told. It outlives configurations: what one began, the next
 * waits for.
 */
import { isResolved } from '../../core/alerting/alert.ts';
import { compareAlerts } from '../../core/alerting/alert-order.ts';
import { type GroupState, needsUpdate, sameStates } from '../../core/alerting/dedup.ts';
import type { AlertEvent, EventKind } from '../../core/alerting/event.ts';
import { idempotencyKey, type TrackedAlert } from '../../core/alerting/identity.ts';
import type { Intent } from '../../core/alerting/records.ts';
import type { Notification } from '../../notifiers/notifier.ts';
import type { Clock, Log } from '../../ports.ts';
import type { Attempted, Integration } from './integration.ts';
import type { AlertingMetrics } from './metrics.ts';
import { NotificationLog } from './notification-log.ts';
import type { FlushContext } from './stages.ts';

export interface DeliveryDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly notifications: NotificationLog;
  readonly metrics: AlertingMetrics;
  readonly externalUrl: string;
  /** A signed link by which the reader of a notification acknowledges. */
  readonly acknowledgeUrl?: (notification: Notification) => string | undefined;
  /** Whether what was told before is told again after `repeat_interval`; absent: always. */
  readonly repeats?: (alerts: readonly TrackedAlert[], now: number) => boolean;
}

export class Delivery {
  private readonly deps: DeliveryDeps;
  /** The last that was begun for each channel and group; they never overtake each other. */
  private readonly turns = new Map<string, Promise<void>>();
  private integrations: ReadonlyMap<string, readonly Integration[]> = new Map();

  constructor(deps: DeliveryDeps) {
    this.deps = deps;
  }

  use(integrations: ReadonlyMap<string, readonly Integration[]>): void {
    this.integrations = integrations;
  }

  channelsOf(receiver: string): readonly Integration[] | undefined {
    return this.integrations.get(receiver);
  }

  /** True when every channel of the receiver knows this state. Never rejects. */
  async deliver(context: FlushContext, alerts: readonly TrackedAlert[]): Promise<boolean> {
    const channels = this.integrations.get(context.route.receiver) ?? [];
    const told = await Promise.all(
      channels.map((channel) => this.guarded(channel, context, alerts)),
    );
    return told.every(Boolean);
  }

  /** Sends again what a crash left without an answer; resolves when all of it was tried. */
  async recover(deadline: AbortSignal, retired: AbortSignal): Promise<void> {
    const { notifications } = this.deps;
    await Promise.all(
      notifications.open().map(([key, intent]) =>
        this.inTurn(key, async () => {
          const channel = this.channelOf(intent);
          if (channel === undefined) {
            const event = this.event('notify-abandoned', intent, {});
            return notifications.abandon(key, event);
          }
          this.deps.metrics.repeated.inc();
          await this.send(key, channel, intent, deadline, retired);
        }),
      ),
    );
  }

  private async guarded(
    channel: Integration,
    context: FlushContext,
    alerts: readonly TrackedAlert[],
  ): Promise<boolean> {
    const { receiver, name: integration } = channel;
    const key = NotificationLog.keyOf({ receiver, integration, groupKey: context.groupKey });
    let told = false;
    try {
      await this.inTurn(key, async () => {
        told = await this.tellIfNew(key, channel, context, alerts);
      });
    } catch (error) {
      this.deps.log.error('notification was not decided', { receiver, error: String(error) });
    }
    return told;
  }

  private async tellIfNew(
    key: string,
    channel: Integration,
    context: FlushContext,
    alerts: readonly TrackedAlert[],
  ): Promise<boolean> {
    const { notifications } = this.deps;
    const { now, route } = context;
    const state = stateOf(alerts, now);
    const entry = notifications.entry(key);
    const { sendResolved } = channel;
    const rules = { sendResolved, repeatMs: route.repeatIntervalMs, now };
    const reason = needsUpdate(entry, state, rules);
    if (reason === undefined) return true;
    if (reason === 'repeat' && this.deps.repeats?.(alerts, now) === false) return true;
    const sent = sendResolved ? alerts : alerts.filter(({ alert }) => !isResolved(alert, now));
    if (sent.length === 0) {
      await notifications.record(
        key,
        { ...this.place(channel, context), at: now, ...lists(state) },
        [],
      );
      return true;
    }
    const intent = await this.intent(key, channel, context, state, sent);
    return this.send(key, channel, intent, context.deadline, context.retired);
  }

  /** The one that failed before, if it would say the same; else a new one, durable from here on. */
  private async intent(
    key: string,
    channel: Integration,
    context: FlushContext,
    state: GroupState,
    sent: readonly TrackedAlert[],
  ): Promise<Intent> {
    const { notifications } = this.deps;
    const pending = notifications.pending(key);
    if (pending !== undefined && sameStates(pending, state)) {
      const again = { ...pending, failed: false };
      await notifications.intend(key, again);
      return again;
    }
    const number = notifications.nextNumber();
    const place = this.place(channel, context);
    const parts = [place.receiver, place.integration, place.groupKey];
    const intent: Intent = {
      ...place,
      number,
      idempotencyKey: idempotencyKey(parts, state, number),
      groupLabels: context.groupLabels,
      decidedAt: context.now,
      alerts: sent.map(({ alert }) => alert).sort(compareAlerts),
      ...lists(state),
      failed: false,
    };
    await notifications.intend(key, intent);
    return intent;
  }

  private async send(
    key: string,
    channel: Integration,
    intent: Intent,
    deadline: AbortSignal,
    retired: AbortSignal,
  ): Promise<boolean> {
    const { clock, notifications, metrics } = this.deps;
    const labels = { integration: channel.kind, receiver: channel.receiver };
    metrics.notifications.with(labels).inc();
    const attempted = await channel.tell(this.notification(intent), deadline, retired);
    const { outcome } = attempted;
    if (!outcome.ok) {
      // The process ends: whether it was told is for the next one to find out.
      if (deadline.reason === ENDING) return false;
      const reason = outcome.retry ? 'timeout' : 'refused';
      metrics.failed.with({ ...labels, reason }).inc();
      this.warn(intent, attempted);
      const event = this.event('notify-failed', intent, facts(attempted));
      await notifications.fail(key, intent, event);
      return false;
    }
    const { receiver, integration, groupKey, firing, resolved } = intent;
    const entry = { receiver, integration, groupKey, firing, resolved, at: clock.wall() };
    await notifications.record(key, entry, [this.event('notified', intent, facts(attempted))]);
    return true;
  }

  private notification(intent: Intent): Notification {
    const { idempotencyKey: key, receiver, groupKey, groupLabels, alerts, decidedAt } = intent;
    const { externalUrl, acknowledgeUrl } = this.deps;
    const notification = {
      idempotencyKey: key,
      receiver,
      groupKey,
      groupLabels,
      alerts,
      truncatedAlerts: 0,
      externalUrl,
      decidedAt,
    };
    const url = acknowledgeUrl?.(notification);
    return url === undefined ? notification : { ...notification, acknowledgeUrl: url };
  }

  private place({ receiver, name }: Integration, { groupKey }: FlushContext) {
    return { receiver, integration: name, groupKey };
  }

  private channelOf({ receiver, integration }: Intent): Integration | undefined {
    return this.integrations.get(receiver)?.find(({ name }) => name === integration);
  }

  private event(kind: EventKind, intent: Intent, more: AlertEvent['data']): AlertEvent {
    const { receiver, integration, groupKey, idempotencyKey: key } = intent;
    const fingerprints = [...intent.firing, ...intent.resolved];
    const { length: firing } = intent.firing;
    const { length: resolved } = intent.resolved;
    const data = { receiver, integration, groupKey, key, firing, resolved, ...more };
    return { at: this.deps.clock.wall(), kind, fingerprints, data };
  }

  private warn(
    { receiver, integration, groupKey }: Intent,
    { outcome, attempts }: Attempted,
  ): void {
    const reason = outcome.ok ? '' : outcome.reason;
    const fields = { receiver, integration, groupKey, attempts, reason };
    this.deps.log.warn('notification failed', fields);
  }

  private async inTurn(key: string, action: () => Promise<void>): Promise<void> {
    const before = this.turns.get(key);
    const turn = before === undefined ? action() : before.then(action, action);
    this.turns.set(key, turn);
    try {
      await turn;
    } finally {
      if (this.turns.get(key) === turn) this.turns.delete(key);
    }
  }
}

/** The reason of a deadline that comes because the process ends. */
export const ENDING = new Error('the collector stops');

function stateOf(alerts: readonly TrackedAlert[], now: number): GroupState {
  const firing = new Set<string>();
  const resolved = new Set<string>();
  for (const { fingerprint, alert } of alerts) {
    (isResolved(alert, now) ? resolved : firing).add(fingerprint);
  }
  return { firing, resolved };
}

function lists({ firing, resolved }: GroupState) {
  return { firing: [...firing], resolved: [...resolved] };
}

function facts({ outcome, attempts }: Attempted): AlertEvent['data'] {
  if (!outcome.ok) return { attempts, reason: outcome.reason };
  return outcome.detail === undefined ? { attempts } : { attempts, detail: outcome.detail };
}
