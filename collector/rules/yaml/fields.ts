/**
 * Reads typed fields out of a YAML tree and gathers what is wrong, each with its place: unknown keys
 * with the nearest known one, wrong kinds, bad durations and numbers.
 */
import { nearest } from '../../../protocol/config/nearest.ts';
import { parseDuration } from '../../core/query/duration.ts';
import type { Place, YamlMapping, YamlNode, YamlScalar } from './tree.ts';

export type Report = (message: string, place: Place) => void;

const KINDS = { scalar: 'a value', sequence: 'a list', mapping: 'a mapping' } as const;

/** One mapping whose keys are known. */
export class Fields {
  readonly node: YamlMapping;
  private readonly report: Report;

  /** `undefined`, and a report, when the node is no mapping; a null counts as an empty one. */
  static open(
    node: YamlNode,
    what: string,
    known: readonly string[],
    report: Report,
    isLenient = false,
  ): Fields | undefined {
    if (node.kind === 'scalar' && node.isNull) {
      return new Fields(
        { kind: 'mapping', entries: [], line: node.line, column: node.column },
        report,
      );
    }
    if (node.kind !== 'mapping') {
      report(`${what} must be a mapping, not ${KINDS[node.kind]}`, node);
      return undefined;
    }
    if (!isLenient) refuseUnknown(node, what, known, report);
    return new Fields(node, report);
  }

  private constructor(node: YamlMapping, report: Report) {
    this.node = node;
    this.report = report;
  }

  get(name: string): YamlNode | undefined {
    return this.node.entries.find(({ key }) => key.text === name)?.value;
  }

  /** Where a field stands, or the mapping when it is not there. */
  placeOf(name: string): Place {
    return this.get(name) ?? this.node;
  }

  scalar(name: string): YamlScalar | undefined {
    const node = this.get(name);
    if (node === undefined || node.kind === 'scalar') return node;
    this.report(`${name} must be a text, not ${KINDS[node.kind]}`, node);
    return undefined;
  }

  text(name: string): string {
    return this.scalar(name)?.text ?? '';
  }

  /** Milliseconds; `undefined` when absent, empty or wrong. */
  duration(name: string): number | undefined {
    const scalar = this.scalar(name);
    if (scalar === undefined || scalar.isNull) return undefined;
    const ms = parseDuration(scalar.text);
    if (ms === undefined) {
      const shown = JSON.stringify(scalar.text);
      this.report(
        `${name}: not a valid duration string: ${shown} (write 30s, 5m or 1h30m)`,
        scalar,
      );
    }
    return ms;
  }

  integer(name: string): number | undefined {
    const scalar = this.scalar(name);
    if (scalar === undefined || scalar.isNull) return undefined;
    if (/^[+-]?\d{1,15}$/.test(scalar.text)) return Number(scalar.text);
    this.report(`${name} must be a whole number, not ${JSON.stringify(scalar.text)}`, scalar);
    return undefined;
  }

  boolean(name: string): boolean | undefined {
    const scalar = this.scalar(name);
    if (scalar === undefined || scalar.isNull) return undefined;
    if (/^(true|True|TRUE)$/.test(scalar.text)) return true;
    if (/^(false|False|FALSE)$/.test(scalar.text)) return false;
    this.report(`${name} must be true or false, not ${JSON.stringify(scalar.text)}`, scalar);
    return undefined;
  }

  /** The nodes of a list; none when absent. */
  list(name: string): readonly YamlNode[] {
    const node = this.get(name);
    if (node === undefined || (node.kind === 'scalar' && node.isNull)) return [];
    if (node.kind === 'sequence') return node.items;
    this.report(`${name} must be a list, not ${KINDS[node.kind]}`, node);
    return [];
  }

  texts(name: string): readonly YamlScalar[] {
    return this.list(name).flatMap((node) => {
      if (node.kind === 'scalar') return [node];
      this.report(`${name} must be a list of texts`, node);
      return [];
    });
  }

  /** Names and texts; empty when absent. */
  map(name: string): readonly MapEntry[] {
    const node = this.get(name);
    if (node === undefined || (node.kind === 'scalar' && node.isNull)) return [];
    if (node.kind !== 'mapping') {
      this.report(`${name} must be a mapping, not ${KINDS[node.kind]}`, node);
      return [];
    }
    return node.entries.flatMap(({ key, value }) => {
      if (value.kind === 'scalar') return [{ name: key.text, text: value.text, place: key }];
      this.report(`${name}.${key.text} must be a text, not ${KINDS[value.kind]}`, value);
      return [];
    });
  }
}

export interface MapEntry {
  readonly name: string;
  readonly text: string;
  readonly place: Place;
}

function refuseUnknown(
  node: YamlMapping,
  what: string,
  known: readonly string[],
  report: Report,
): void {
  for (const { key } of node.entries) {
    if (known.includes(key.text)) continue;
    const near = nearest(key.text, known);
    const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`;
    report(`unknown field ${JSON.stringify(key.text)} in ${what}; ${hint}`, key);
  }
}
