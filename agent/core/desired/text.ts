/** The durable form of what is wanted, and the short name of a configuration. */
import { createHash } from 'node:crypto';
import { DESIRED_OUTCOMES } from '../../../protocol/messages/reported.ts';
import type { DesiredState } from './state.ts';

const FORM = 1;

export function writeState(state: DesiredState): string {
  return JSON.stringify({ form: FORM, ...state });
}

/** `undefined` when it is none of ours: whoever wrote it had another form. */
export function readState(text: string): DesiredState | undefined {
  try {
    const { form, ...state } = JSON.parse(text) as DesiredState & { readonly form: number };
    const { seen, kept, flags, outcome, trial, problems } = state;
    const isWhole =
      form === FORM &&
      Number.isSafeInteger(seen) &&
      Number.isSafeInteger(kept.version) &&
      isGroup(kept.config) &&
      isGroup(flags.values) &&
      Array.isArray(problems) &&
      DESIRED_OUTCOMES.includes(outcome) &&
      (outcome === 'trying') === (trial !== undefined) &&
      (trial === undefined || isGroup(trial.config));
    return isWhole ? { ...state, trial } : undefined;
  } catch {
    return undefined;
  }
}

/** First 8 bytes of SHA-256, hexadecimal, over JSON with sorted keys. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isGroup(value)) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, child]) => child !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, child]) => `${JSON.stringify(key)}:${canonical(child)}`).join()}}`;
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
