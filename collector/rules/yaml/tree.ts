/**
 * YAML as a tree that knows where each value stands, so that every refusal can say line and column.
 *
 * Scalars keep their text: a label `1.10` or `yes` means those letters, as in Prometheus.
 */
import {
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from 'js-yaml';

export interface Place {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

export interface YamlScalar extends Place {
  readonly kind: 'scalar';
  readonly text: string;
  /** Written as nothing, `~` or `null`. */
  readonly isNull: boolean;
  /** Where its first letter stands: a block scalar begins on a later line. */
  readonly content: Place;
  /** Each line of the text stands on a line of its own, indented alike. */
  readonly block: boolean;
}

export interface YamlSequence extends Place {
  readonly kind: 'sequence';
  readonly items: readonly YamlNode[];
}

export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

export interface YamlMapping extends Place {
  readonly kind: 'mapping';
  readonly entries: readonly YamlEntry[];
}

export type YamlNode = YamlScalar | YamlSequence | YamlMapping;

export class YamlError extends Error {
  readonly place: Place | undefined;

  constructor(message: string, place?: Place) {
    super(message);
    this.name = 'YamlError';
    this.place = place;
  }
}

/** Deeper nesting than any rule file has; aliases that multiply are refused. */
const MAX_DEPTH = 64;
const MAX_NODES = 2_000_000;
const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);

/** The first document, `undefined` when there is none. Throws `YamlError`. */
export function parseYaml(text: string): YamlNode | undefined {
  let events: readonly Event[];
  try {
    events = parseEvents(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { mark } = error;
    const place = mark === undefined ? undefined : { line: mark.line + 1, column: mark.column + 1 };
    throw new YamlError(error.reason, place);
  }
  const documents = events.filter(({ type }) => type === EVENT_ID.DOCUMENT).length;
  if (documents > 1) throw new YamlError('the file must hold one document');
  return new Reader(text, events).document();
}

class Reader {
  private readonly text: string;
  private readonly events: readonly Event[];
  private readonly lineStarts: number[] = [0];
  private readonly anchors = new Map<string, YamlNode>();
  private at = 0;
  private nodes = 0;

  constructor(text: string, events: readonly Event[]) {
    this.text = text;
    this.events = events;
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
      this.lineStarts.push(i + 1);
    }
  }

  document(): YamlNode | undefined {
    if (this.events[0]?.type !== EVENT_ID.DOCUMENT) return undefined;
    this.at = 1;
    const next = this.events[1];
    if (next === undefined || next.type === EVENT_ID.POP) return undefined;
    const node = this.node();
    return node.kind === 'scalar' && node.isNull ? undefined : node;
  }

  private node(): YamlNode {
    const event = this.events[this.at++];
    if (event === undefined) throw new YamlError('the document ends too early');
    if (++this.nodes > MAX_NODES) throw new YamlError('the document is too large');
    switch (event.type) {
      case EVENT_ID.SCALAR:
        return this.named(event, this.scalar(event));
      case EVENT_ID.SEQUENCE:
        return this.named(event, this.sequence(event.start));
      case EVENT_ID.MAPPING:
        return this.named(event, this.mapping(event.start));
      case EVENT_ID.ALIAS:
        return this.alias(this.text.slice(event.anchorStart, event.anchorEnd));
      default:
        throw new YamlError('the document ends too early');
    }
  }

  private named(event: { anchorStart: number; anchorEnd: number }, node: YamlNode): YamlNode {
    if (event.anchorStart >= 0) {
      this.anchors.set(this.text.slice(event.anchorStart, event.anchorEnd), node);
    }
    return node;
  }

  private alias(name: string): YamlNode {
    const node = this.anchors.get(name);
    if (node === undefined) throw new YamlError(`unknown anchor ${JSON.stringify(name)}`);
    this.nodes += size(node);
    return node;
  }

  private scalar(event: ScalarEvent): YamlScalar {
    const text = event.valueStart < 0 ? '' : getScalarValue(this.text, event);
    const start = Math.max(0, event.valueStart);
    const block =
      event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
    const isNull = event.style === SCALAR_STYLE.PLAIN && NULLS.has(text) && event.tagStart < 0;
    const indent = block ? this.text.slice(start).search(/[^ \n\r]/) : 0;
    const quoted =
      event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    const place = this.place(start - (quoted ? 1 : 0));
    return {
      kind: 'scalar',
      text: isNull ? '' : text,
      isNull,
      block: event.style === SCALAR_STYLE.LITERAL_BLOCK,
      content: this.place(start + Math.max(0, indent)),
      ...place,
    };
  }

  private sequence(start: number): YamlSequence {
    const items: YamlNode[] = [];
    while (!this.pops()) items.push(this.node());
    return { kind: 'sequence', items, ...this.place(start) };
  }

  private mapping(start: number): YamlMapping {
    const entries = new Map<string, YamlEntry>();
    const merged: YamlEntry[] = [];
    while (!this.pops()) {
      const key = this.node();
      if (key.kind !== 'scalar') throw new YamlError('a key must be a plain text', key);
      const value = this.node();
      if (key.text === '<<') merged.push(...merge(value));
      else if (entries.has(key.text)) {
        throw new YamlError(`key ${JSON.stringify(key.text)} is given twice`, key);
      } else entries.set(key.text, { key, value });
    }
    for (const entry of merged) {
      if (!entries.has(entry.key.text)) entries.set(entry.key.text, entry);
    }
    return { kind: 'mapping', entries: [...entries.values()], ...this.place(start) };
  }

  private pops(): boolean {
    if (this.events[this.at]?.type !== EVENT_ID.POP) return false;
    this.at++;
    return true;
  }

  private place(offset: number): Place {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.lineStarts[low] as number) + 1 };
  }
}

/** `<<: *base`, or a list of them, the first of which counts. */
function merge(value: YamlNode): readonly YamlEntry[] {
  if (value.kind === 'mapping') return value.entries;
  if (value.kind === 'sequence') return value.items.flatMap(merge);
  throw new YamlError('only a mapping can be merged with <<', value);
}

function size(node: YamlNode): number {
  if (node.kind === 'sequence') return node.items.reduce((sum, item) => sum + size(item), 1);
  if (node.kind === 'mapping') {
    return node.entries.reduce((sum, { value }) => sum + 1 + size(value), 1);
  }
  return 1;
}
