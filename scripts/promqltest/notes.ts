/** Warnings and infos of an evaluation, held against `expect warn | info | no_warn | no_info`. */
import type { Expectation, TextPattern } from './script.ts';

export interface Notes {
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

export function notesDifference(got: Notes, expected: Expectation): string | undefined {
  return (
    unmet('warning', got.warnings, expected.warn) ??
    unmet('info', got.infos, expected.info) ??
    forbidden('warning', got.warnings, expected.noWarn) ??
    forbidden('info', got.infos, expected.noInfo)
  );
}

/** Each pattern needs a note, and then each note a pattern. */
function unmet(
  kind: string,
  notes: readonly string[],
  patterns: readonly TextPattern[],
): string | undefined {
  if (patterns.length === 0) return undefined;
  const lacking = patterns.find((pattern) => !notes.some((note) => pattern.matches(note)));
  const found = notes.length === 0 ? 'none' : notes.join('; ');
  if (lacking !== undefined) return `expected ${kind} ${lacking.shown}, got ${found}`;
  const extra = notes.find((note) => !patterns.some((pattern) => pattern.matches(note)));
  return extra === undefined ? undefined : `unexpected ${kind}: ${extra}`;
}

function forbidden(kind: string, notes: readonly string[], none: boolean): string | undefined {
  return none && notes.length > 0 ? `expected no ${kind}, got ${notes.join('; ')}` : undefined;
}
