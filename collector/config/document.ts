/**
 * The configuration file as a tree of values that knows its lines.
 *
 * The parser is loaded only when there is a file to parse: with everything in the environment, or
 * nothing set at all, its memory is spared.
 */
import type { ConfigDocument } from '../../protocol/config/assemble.ts';
import type { Finding } from '../../protocol/config/problem.ts';
import { finding } from '../../protocol/config/problem.ts';

/** Far above any sensible file; keeps a wrong path (a log, a disk image) from being parsed. */
export const MAX_FILE_BYTES = 262_144;

export type Parsed =
  | { readonly ok: true; readonly document: ConfigDocument }
  | { readonly ok: false; readonly problems: readonly (Finding & { readonly line?: number })[] };

export async function parseDocument(text: string): Promise<Parsed> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const problems = faults.map(({ message, pos }) => ({
      ...finding('syntax', [], message),
      line: lineAt(pos[0]),
    }));
    return { ok: false, problems };
  }
  try {
    const tree = document.toJS({ maxAliasCount: 100 }) as unknown;
    return { ok: true, document: { tree, lineOf } };
  } catch (error) {
    return { ok: false, problems: [finding('syntax', [], (error as Error).message)] };
  }

  function lineOf(keys: readonly string[]): number | undefined {
    let node: unknown = document.contents;
    let offset: number | undefined;
    for (const key of keys) {
      if (yaml.isSeq(node)) {
        node = node.items[Number(key)];
        offset = yaml.isNode(node) ? (node.range?.[0] ?? offset) : offset;
        continue;
      }
      const pair = yaml.isMap(node)
        ? node.items.find(({ key: name }) => yaml.isScalar(name) && String(name.value) === key)
        : undefined;
      if (pair === undefined) break;
      offset = yaml.isNode(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    }
    return offset === undefined ? undefined : lineAt(offset);
  }
}
