/**
 * The configuration file as a tree of values that knows its lines.
 *
 * This is loaded only when there is a file to parse: with everything in the environment, or nothing
 * set at all, the parser's memory is spared. Lines are looked up only for a problem.
 */
import {
  EVENT_ID,
  type Event,
  getScalarValue,
  loadAll,
  parseEvents,
  type ScalarEvent,
  YAMLException,
} from 'js-yaml';
import type { ConfigDocument } from '../../protocol/config/assemble.ts';
import type { Finding } from '../../protocol/config/problem.ts';
import { finding } from '../../protocol/config/problem.ts';

export type Parsed =
  | { readonly ok: true; readonly document: ConfigDocument }
  | { readonly ok: false; readonly problem: Finding & { readonly line?: number } };

const MAX_ALIASES = 100;

export function parseDocument(text: string): Parsed {
  try {
    const [tree, ...others] = loadAll(text, { maxAliases: MAX_ALIASES });
    if (others.length > 0) {
      return { ok: false, problem: finding('syntax', [], 'the file must hold one document') };
    }
    return { ok: true, document: { tree: tree ?? {}, lineOf: (keys) => lineOf(text, keys) } };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const problem = finding('syntax', [], error.reason);
    const { mark } = error;
    return {
      ok: false,
      problem: mark === undefined ? problem : { ...problem, line: mark.line + 1 },
    };
  }
}

/** Line of a key, or of the nearest key around it that stands in the text. */
function lineOf(text: string, keys: readonly string[]): number | undefined {
  const events = parseEvents(text, {});
  let offset: number | undefined;
  let at = 1;
  for (const key of keys) {
    const next = find(events[at], key);
    if (next < 0) break;
    at = next;
  }
  return offset === undefined ? undefined : text.slice(0, offset).split('\n').length;

  /** The place of the value at `key` in the collection that starts at `at`, or -1. */
  function find(open: Event | undefined, key: string): number {
    if (open?.type !== EVENT_ID.MAPPING && open?.type !== EVENT_ID.SEQUENCE) return -1;
    const isMapping = open.type === EVENT_ID.MAPPING;
    let child = at + 1;
    for (let index = 0; events[child]?.type !== EVENT_ID.POP; index += 1) {
      const name = events[child];
      if (name === undefined) return -1;
      const value = isMapping ? after(child) : child;
      const isWanted = isMapping ? isScalar(name, key) : String(index) === key;
      if (isWanted) {
        offset = startOf(name) ?? offset;
        return value;
      }
      child = after(value);
    }
    return -1;
  }

  function isScalar(event: Event, key: string): boolean {
    return event.type === EVENT_ID.SCALAR && getScalarValue(text, event as ScalarEvent) === key;
  }

  /** The event behind a value with all that is inside it. */
  function after(start: number): number {
    let depth = 0;
    let index = start;
    do {
      const type = events[index]?.type;
      if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth += 1;
      if (type === EVENT_ID.POP) depth -= 1;
      index += 1;
    } while (depth > 0 && index < events.length);
    return index;
  }
}

function startOf(event: Event): number | undefined {
  if ('valueStart' in event && event.valueStart >= 0) return event.valueStart;
  return 'start' in event ? event.start : undefined;
}
