/** Live messages as Server-Sent Events: which of them somebody wants, and how they are written. */
import { compileMatchers, type Predicate } from './query/labels.ts';
import { formatValue } from './query/number.ts';
import type { Matcher } from './query/types.ts';
import type { LiveMessage, LiveSample } from './views.ts';

/** Keeps the samples that one of the selectors matches; `undefined` when nothing is left. */
export function sampleFilter(
  selectors: readonly (readonly Matcher[])[],
): (message: LiveMessage) => LiveMessage | undefined {
  const tests = selectors.map(compileMatchers);
  if (tests.length === 0) return (message) => message;
  return (message) => {
    if (message.kind !== 'sample') return message;
    const data = message.data.filter((sample) => matchesOne(tests, sample));
    return data.length === 0 ? undefined : { ...message, data };
  };
}

export function eventText(message: LiveMessage, id: number): string {
  const body = JSON.stringify(message.kind === 'sample' ? speakable(message) : message);
  return `event: ${message.kind}\nid: ${id}\ndata: ${body}\n\n`;
}

/** Numbers that JSON lacks become texts; all others stay numbers. */
function speakable(message: Extract<LiveMessage, { kind: 'sample' }>): object {
  const data = message.data.map((sample) =>
    Number.isFinite(sample.value) ? sample : { ...sample, value: formatValue(sample.value) },
  );
  return { ...message, data };
}

function matchesOne(tests: readonly Predicate[], { labels }: LiveSample): boolean {
  const map = new Map(Object.entries(labels));
  return tests.some((test) => test(map));
}
