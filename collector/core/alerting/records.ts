/** Alerts, silences, the log and the outbox as they are kept: JSON, read with care. Pure. */
import { LabelSet } from '../label-set.ts';
import type { Alert } from './alert.ts';
import type { LogEntry } from './dedup.ts';
import type { AlertEvent } from './event.ts';
import { compileSilence, type Silence, type SilenceRecord } from './silence.ts';

/** A notification that was decided and may not have been answered. */
export interface Intent extends Omit<LogEntry, 'at'> {
  readonly number: number;
  readonly idempotencyKey: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly decidedAt: number;
  /** Those that are sent. */
  readonly alerts: readonly Alert[];
  /** All attempts have failed: the next decision may send it again. */
  readonly failed: boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encode(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

export const encodeAlert = (alert: Alert): Uint8Array => encode(flat(alert));

export const encodeSilence = (silence: Silence): Uint8Array => {
  const matchers = silence.matchers.map(({ name, op, value }) => ({ name, op, value }));
  return encode({ ...silence, matchers });
};

export const encodeIntent = (intent: Intent): Uint8Array =>
  encode({ ...intent, alerts: intent.alerts.map(flat) });

/** `undefined` for what cannot be read: its writer was another version. */
export function decodeAlert(bytes: Uint8Array): Alert | undefined {
  return guarded(() => full(parse(bytes) as FlatAlert));
}

export function decodeSilence(bytes: Uint8Array): Silence | undefined {
  return guarded(() => compileSilence(parse(bytes) as SilenceRecord));
}

export function decodeIntent(bytes: Uint8Array): Intent | undefined {
  return guarded(() => {
    const stored = parse(bytes) as Omit<Intent, 'alerts'> & { alerts: readonly FlatAlert[] };
    return { ...stored, alerts: stored.alerts.map(full) };
  });
}

export function decodeEntry(bytes: Uint8Array): LogEntry | undefined {
  return guarded(() => parse(bytes) as LogEntry);
}

export function decodeEvent(bytes: Uint8Array): AlertEvent | undefined {
  return guarded(() => parse(bytes) as AlertEvent);
}

export function decodeNumber(bytes: Uint8Array | undefined): number {
  if (bytes === undefined) return 0;
  const value = guarded(() => parse(bytes));
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0;
}

type FlatAlert = Omit<Alert, 'labels'> & { readonly labels: Readonly<Record<string, string>> };

function flat(alert: Alert): FlatAlert {
  return { ...alert, labels: alert.labels.toObject() };
}

function full(alert: FlatAlert): Alert {
  return { ...alert, labels: LabelSet.fromObject(alert.labels) };
}

function parse(bytes: Uint8Array): unknown {
  return JSON.parse(decoder.decode(bytes));
}

function guarded<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
