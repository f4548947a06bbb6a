/** What of a device's health is worth sending again: everything but times and figures. */
import type { Health } from '../../../protocol/messages/health.ts';

/** Equal for two healths that tell the same. Figures in texts change with every run. */
export function shapeOf({ overall, reason, checks }: Health): string {
  return JSON.stringify([
    overall,
    reason,
    ...checks.map((check) => [
      check.name,
      check.kind,
      check.state,
      check.critical,
      check.component,
      [...check.labels],
      wordsOf(check.text),
    ]),
  ]);
}

/** A figure, or a span of several parts (`1h59m58s`), of which one that is 0 is not written. */
const FIGURE = /\d[\d.]*(?:(?:ms|[dhms])\d+)*(?:(?:ms|[dhms])\b)?/g;

/** A text without its figures. */
export function wordsOf(text: string): string {
  return text.replaceAll(FIGURE, '0');
}
