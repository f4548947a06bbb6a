/** One channel of one receiver, ready to be told; and how it is tried until it answers. */
import { fullJitter } from '../../core/backoff.ts';
import type { Notification, Notifier, Outcome } from '../../notifiers/notifier.ts';
import type { Clock } from '../../ports.ts';
import { Limiter } from './limiter.ts';
import type { AlertingMetrics } from './metrics.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;
/** Requests that one channel has open. */
const AT_A_TIME = 64;

export interface IntegrationDeps {
  readonly clock: Clock;
  readonly metrics: AlertingMetrics;
  /** 0 to 1. */
  readonly random: () => number;
}

export interface Attempted {
  readonly outcome: Outcome;
  readonly attempts: number;
}

export class Integration {
  readonly receiver: string;
  /** e.g. `webhook_configs[0]`. */
  readonly name: string;
  readonly kind: string;
  private readonly notifier: Notifier;
  private readonly deps: IntegrationDeps;
  private readonly limiter = new Limiter(AT_A_TIME);

  constructor(receiver: string, name: string, notifier: Notifier, deps: IntegrationDeps) {
    this.receiver = receiver;
    this.name = name;
    this.kind = name.replace(/(_configs)?\[\d+\]$/, '');
    this.notifier = notifier;
    this.deps = deps;
  }

  get sendResolved(): boolean {
    return this.notifier.sendResolved;
  }

  /** Tries until it is told, refused for good, or out of time. */
  async tell(
    notification: Notification,
    deadline: AbortSignal,
    retired: AbortSignal,
  ): Promise<Attempted> {
    for (let attempts = 1; ; attempts++) {
      const outcome = await this.limiter.run(() => this.attempt(notification, deadline));
      const over = deadline.aborted || retired.aborted;
      if (outcome.ok || !outcome.retry || over) return { outcome, attempts };
      await this.pause(attempts - 1, [deadline, retired]);
      if (deadline.aborted || retired.aborted) return { outcome, attempts };
    }
  }

  private async attempt(notification: Notification, deadline: AbortSignal): Promise<Outcome> {
    const { clock, metrics } = this.deps;
    const labels = { integration: this.kind, receiver: this.receiver };
    const began = clock.mono();
    const outcome = await this.send(notification, deadline);
    metrics.latency.with({ integration: this.kind }).observe((clock.mono() - began) / 1000);
    metrics.requests.with(labels).inc();
    if (!outcome.ok) metrics.requestsFailed.with(labels).inc();
    return outcome;
  }

  private async send(notification: Notification, deadline: AbortSignal): Promise<Outcome> {
    if (deadline.aborted) return { ok: false, retry: true, reason: 'out of time' };
    try {
      return await this.notifier.send(notification, deadline);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { ok: false, retry: true, reason };
    }
  }

  private pause(failures: number, ends: readonly AbortSignal[]): Promise<void> {
    const { clock, random } = this.deps;
    const ms = fullJitter(failures, FIRST_WAIT_MS, LONGEST_WAIT_MS, random());
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        for (const end of ends) end.removeEventListener('abort', done);
        resolve();
      };
      const cancel = clock.after(ms, done);
      for (const end of ends) end.addEventListener('abort', done, { once: true });
      if (ends.some(({ aborted }) => aborted)) done();
    });
  }
}
