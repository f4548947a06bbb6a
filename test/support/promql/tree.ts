/** Trees without the places of their parts, and with matchers in order, so that they compare by meaning. */

interface MatcherLike {
  readonly name: string;
  readonly op: string;
  readonly value: string;
}

const key = ({ name, op, value }: MatcherLike) => JSON.stringify([name, op, value]);

export function bare(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(bare);
  if (typeof tree !== 'object' || tree === null) return tree;
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(tree)) {
    if (name === 'span' || name === 'nameSpan') continue;
    kept[name] =
      name === 'matchers'
        ? [...(value as MatcherLike[])].sort((a, b) => (key(a) < key(b) ? -1 : 1))
        : bare(value);
  }
  return kept;
}
