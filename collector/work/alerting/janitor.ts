/** Housekeeping of alerting: alerts that ran out, and what retention does not keep. */
import type { TrackedAlert } from '../../core/alerting/identity.ts';
import type { Cancel, Clock, Log } from '../../ports.ts';
import type { AlertStore } from './alert-store.ts';
import type { History } from './history.ts';
import type { NotificationLog } from './notification-log.ts';
import type { SilenceStore } from './silence-store.ts';

const EVERY_MS = 60_000;
/** In rounds of EVERY_MS. */
const SAVE_EVERY = 5;
const FORGET_EVERY = 15;

export interface JanitorDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly retentionMs: number;
  readonly store: AlertStore;
  readonly silences: SilenceStore;
  readonly history: History;
  readonly notifications: NotificationLog;
  /** Some group has not done with it. */
  held(alert: TrackedAlert): boolean;
  /** It is about to be forgotten. */
  forget(fingerprint: string): void;
}

export class Janitor {
  private readonly deps: JanitorDeps;
  private cancel: Cancel = () => {};
  private round = 0;

  constructor(deps: JanitorDeps) {
    this.deps = deps;
  }

  start(): void {
    this.cancel = this.deps.clock.after(EVERY_MS, () => {
      this.start();
      this.round += 1;
      this.tidy().catch((error: unknown) => {
        this.deps.log.error('alerting: housekeeping failed', { error: String(error) });
      });
    });
  }

  stop(): void {
    this.cancel();
  }

  private async tidy(): Promise<void> {
    const { clock, store, notifications } = this.deps;
    await notifications.save();
    await store.settle(store.all(), clock.wall());
    if (this.round % SAVE_EVERY === 0) await store.save();
    if (this.round % FORGET_EVERY === 0) await this.forget();
  }

  /** One bounded step of each; public for those who cannot wait. */
  async forget(): Promise<void> {
    const { clock, retentionMs, store, silences, history, notifications } = this.deps;
    const now = clock.wall();
    const before = now - retentionMs;
    await history.forget(now);
    await silences.forget(before);
    const held = (fingerprint: string): boolean => {
      const tracked = store.get(fingerprint);
      return tracked !== undefined && this.deps.held(tracked);
    };
    for (const fingerprint of await store.forget(before, held)) this.deps.forget(fingerprint);
    await notifications.forget(before, (fingerprint) => store.get(fingerprint) !== undefined);
  }
}
