/** Names of labels and annotations, and their values, as Prometheus 3 allows them. */
import { METRIC_NAME } from '../../core/label-set.ts';
import type { Texts } from '../model.ts';
import type { MapEntry, Report } from '../yaml/fields.ts';

/** Any text of whole characters; a surrogate alone cannot be written in UTF-8. */
function isUtf8(text: string): boolean {
  return !/[\ud800-\udfff]/u.test(text);
}

export function checkNames(
  entries: readonly MapEntry[],
  what: 'label' | 'annotation',
  report: Report,
): void {
  for (const { name, text, place } of entries) {
    const reserved = what === 'label' && name === METRIC_NAME;
    if (name === '' || reserved || !isUtf8(name)) {
      const why = reserved ? ' (a rule names its metric with record)' : '';
      report(`invalid ${what} name: ${JSON.stringify(name)}${why}`, place);
    }
    if (!isUtf8(text)) report(`invalid ${what} value: ${JSON.stringify(text)}`, place);
  }
}

/** `record`: what it is refused for. */
export function recordProblem(name: string): string | undefined {
  if (!isUtf8(name)) return `invalid recording rule name: ${JSON.stringify(name)}`;
  if (/[{}]/.test(name)) {
    return `braces present in the recording rule name; should it be in expr?: ${name}`;
  }
  return undefined;
}

export function mapOf(entries: readonly MapEntry[]): Texts {
  return Object.fromEntries(entries.map(({ name, text }) => [name, text]));
}
