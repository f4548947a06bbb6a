/** An alert as the catalog keeps it: what a restart needs to go on as if nothing had happened. */
import { LabelSet } from '../../core/label-set.ts';
import type { AlertInstance, AlertState } from '../../rules/evaluation/alert-state.ts';

interface Stored {
  readonly v: 1;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** As a text: JSON has no word for infinity. */
  readonly value: string;
  readonly state: AlertState;
  readonly activeAt: number;
  readonly firedAt?: number;
  readonly keepingSince?: number;
  readonly resolvedAt?: number;
}

const STATES: ReadonlySet<unknown> = new Set<AlertState>([
  'pending',
  'firing',
  'keeping',
  'resolved',
]);

export function encodeAlert({ labels, value, sentAt: _, ...alert }: AlertInstance): Uint8Array {
  const stored = { v: 1, ...alert, value: String(value), labels: labels.toObject() };
  return Buffer.from(JSON.stringify(stored));
}

/** `undefined` for what another version wrote, or what is damaged. */
export function decodeAlert(bytes: Uint8Array): AlertInstance | undefined {
  let stored: Partial<Stored>;
  try {
    stored = JSON.parse(Buffer.from(bytes).toString()) as Partial<Stored>;
  } catch {
    return undefined;
  }
  const { v, labels, annotations, value, state, activeAt, ...times } = stored;
  if (v !== 1 || labels === undefined || annotations === undefined) return undefined;
  if (state === undefined || !STATES.has(state) || typeof activeAt !== 'number') return undefined;
  return {
    ...times,
    labels: LabelSet.fromObject(labels),
    annotations,
    value: Number(value ?? Number.NaN),
    state,
    activeAt,
  };
}
