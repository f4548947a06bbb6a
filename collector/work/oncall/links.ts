/** Signed links: which alerts a notification was about, kept for as long as its link holds. */
import { createHash } from 'node:crypto';
import { isResolved } from '../../core/alerting/alert.ts';
import { fingerprintOf } from '../../core/alerting/identity.ts';
import { type Opened, open, sign } from '../../core/oncall/signed-link.ts';
import type { Notification } from '../../notifiers/notifier.ts';
import type { Clock } from '../../ports.ts';
import { KEEPING, type OnCallMemory } from './memory.ts';

const LINK_VALID_MS = 7 * 86_400_000;

/** An alert as it was when somebody was told. */
export interface ToldAlert {
  readonly fingerprint: string;
  readonly startsAt: number;
}

export interface LinksDeps {
  readonly clock: Clock;
  readonly memory: OnCallMemory;
  /** 32 random bytes. */
  readonly key: Uint8Array;
  /** Base of links into the page, without a slash at its end. */
  readonly externalUrl: string;
}

export class Links {
  private readonly deps: LinksDeps;
  /** Written for what is sent at present: every attempt asks again. */
  private recent = new Set<string>();

  constructor(deps: LinksDeps) {
    this.deps = deps;
  }

  /** The same for every attempt of a notification; none when nothing fires in it. */
  urlOf({ idempotencyKey, alerts, decidedAt }: Notification): string | undefined {
    const firing = alerts.filter((alert) => !isResolved(alert, decidedAt));
    if (firing.length === 0) return undefined;
    const grant = { notification: idempotencyKey, expiresAt: decidedAt + LINK_VALID_MS };
    const place = placeOf(grant.notification, grant.expiresAt);
    if (!this.recent.has(place)) {
      this.recent.add(place);
      const told = firing.map(({ labels, startsAt }) => [fingerprintOf(labels), startsAt]);
      // Not waited for: it joins the writes of the moment, and each attempt after a crash writes again.
      this.deps.memory.keep([[place, told]]).catch(() => this.recent.delete(place));
    }
    return `${this.deps.externalUrl}/ack/${sign(grant, this.deps.key)}`;
  }

  async open(
    token: string,
  ): Promise<
    | (Opened & { ok: false })
    | { readonly ok: false; readonly reason: 'unknown' }
    | { readonly ok: true; readonly alerts: readonly ToldAlert[] }
  > {
    const opened = open(token, this.deps.key, this.deps.clock.wall());
    if (!opened.ok) return opened;
    const { notification, expiresAt } = opened.grant;
    const alerts = await this.told(placeOf(notification, expiresAt));
    return alerts === undefined ? { ok: false, reason: 'unknown' } : { ok: true, alerts };
  }

  /** By the key of a notification alone. */
  async ofNotification(key: string): Promise<readonly ToldAlert[] | undefined> {
    const end = `/${nameOf(key)}`;
    for await (const [place] of this.deps.memory.list(KEEPING.links)) {
      if (place.endsWith(end)) return this.told(KEEPING.links + place);
    }
    return undefined;
  }

  /** Forgets those whose links have expired. */
  async sweep(): Promise<void> {
    const now = this.deps.clock.wall();
    const gone: string[] = [];
    for await (const [place] of this.deps.memory.list(KEEPING.links)) {
      if (Number(place.slice(0, 13)) > now) break;
      gone.push(KEEPING.links + place);
    }
    this.recent = new Set();
    await this.deps.memory.keep(gone.map((place) => [place, undefined]));
  }

  private async told(place: string): Promise<readonly ToldAlert[] | undefined> {
    const stored = await this.deps.memory.get<readonly (readonly [string, number])[]>(place);
    return stored?.map(([fingerprint, startsAt]) => ({ fingerprint, startsAt }));
  }
}

/** In the order in which they expire. */
function placeOf(notification: string, expiresAt: number): string {
  return `${KEEPING.links}${String(expiresAt).padStart(13, '0')}/${nameOf(notification)}`;
}

function nameOf(notification: string): string {
  return createHash('sha256').update(notification).digest('hex').slice(0, 32);
}
