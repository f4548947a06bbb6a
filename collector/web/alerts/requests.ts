/** What the view of alerts asks of the collector, and asks it to do. */
import { call } from '../call.ts';

export interface PageAlert {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** UTC milliseconds. */
  readonly startsAt: number;
  readonly receivers: readonly string[];
  readonly conditions: readonly string[];
  readonly mutedBy: readonly string[];
  readonly acknowledgement?: {
    readonly by: string;
    readonly until: number;
    readonly comment: string;
  };
  readonly maintenance?: { readonly comment: string; readonly by: string; readonly endsAt: number };
  readonly escalation?: {
    readonly escalation: string;
    readonly step: number;
    readonly dueAt?: number;
  };
  readonly generatorURL?: string;
}

export interface PageEvent {
  readonly at: number;
  readonly kind: string;
  readonly data: Readonly<Record<string, string | number | boolean>>;
}

const MUSTER = 'api/muster/v1/alerts';
const SILENCE_MS = 3_600_000;

export async function fetchAlerts(): Promise<readonly PageAlert[]> {
  return (await call<{ alerts: PageAlert[] }>('GET', MUSTER)).alerts;
}

export async function fetchHistory(fingerprint: string): Promise<readonly PageEvent[]> {
  const query = new URLSearchParams({ fingerprint, limit: '200' });
  return (await call<{ events: PageEvent[] }>('GET', `${MUSTER}/history?${query}`)).events;
}

export async function acknowledge(alert: PageAlert, by: string): Promise<void> {
  const fingerprints = [alert.fingerprint];
  await call('POST', `${MUSTER}/acknowledge`, { fingerprints, by, via: 'page' });
}

export async function giveBack(alert: PageAlert, by: string): Promise<void> {
  await call('DELETE', `${MUSTER}/acknowledge`, { fingerprints: [alert.fingerprint], by });
}

/** This very alert, for an hour. */
export async function silence(alert: PageAlert, createdBy: string): Promise<void> {
  const now = Date.now();
  const matchers = Object.entries(alert.labels).map(([name, value]) => ({
    name,
    value,
    isRegex: false,
    isEqual: true,
  }));
  await call('POST', 'api/v2/silences', {
    matchers,
    // Before now by any clock: the collector takes that as at once.
    startsAt: new Date(now - SILENCE_MS).toISOString(),
    endsAt: new Date(now + SILENCE_MS).toISOString(),
    createdBy,
    comment: 'from the page',
  });
}
