import { describe, expect, it } from 'vitest';
import { parseYaml, YamlError, type YamlNode } from '../../../collector/rules/yaml/tree.ts';

function get(node: YamlNode | undefined, ...path: readonly (string | number)[]): YamlNode {
  let at = node;
  for (const part of path) {
    if (at?.kind === 'mapping')
      at = at.entries.find(({ key }) => key.text === part)?.value ?? undefined;
    else if (at?.kind === 'sequence' && typeof part === 'number') at = at.items[part];
    else at = undefined;
  }
  if (at === undefined) throw new Error(`nothing at ${path.join('.')}`);
  return at;
}

const text = (node: YamlNode) => (node.kind === 'scalar' ? node.text : node.kind);

describe('parseYaml', () => {
  it('keeps scalars as they are written and tells where they stand', () => {
    const tree = parseYaml('a: 1.10\nb:\n  - yes\n  - "x"\n');
    expect(text(get(tree, 'a'))).toBe('1.10');
    expect(text(get(tree, 'b', 0))).toBe('yes');
    expect(get(tree, 'b', 0)).toMatchObject({ line: 3, column: 5 });
    expect(get(tree, 'b', 1)).toMatchObject({ line: 4, column: 5, text: 'x' });
  });

  it('knows where the letters of a block begin', () => {
    const tree = parseYaml('a:\n  expr: |\n    up ==\n      0\n');
    expect(get(tree, 'a', 'expr')).toMatchObject({
      text: 'up ==\n  0\n',
      block: true,
      content: { line: 3, column: 5 },
    });
  });

  it('reads nulls as nothing, but not quoted ones', () => {
    const tree = parseYaml("a:\nb: ~\nc: 'null'\n");
    expect(get(tree, 'a')).toMatchObject({ isNull: true, text: '' });
    expect(get(tree, 'b')).toMatchObject({ isNull: true });
    expect(get(tree, 'c')).toMatchObject({ isNull: false, text: 'null' });
  });

  it('follows aliases and merges', () => {
    const tree = parseYaml('base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nsame: *b\n');
    expect(text(get(tree, 'use', 'x'))).toBe('1');
    expect(text(get(tree, 'use', 'y'))).toBe('3');
    expect(text(get(tree, 'same', 'y'))).toBe('2');
  });

  it('has nothing to say about an empty text', () => {
    expect(parseYaml('')).toBeUndefined();
    expect(parseYaml('# only a comment\n')).toBeUndefined();
  });

  it.each([
    ['a: 1\na: 2\n', /given twice/, 2],
    ['a: [1\n', /./, undefined],
    ['a: 1\n---\nb: 2\n', /one document/, undefined],
    ['a: *nobody\n', /./, undefined],
  ])('refuses %j', (source, reason, line) => {
    const refused = catchError(() => parseYaml(source));
    expect(refused).toBeInstanceOf(YamlError);
    expect(refused.message).toMatch(reason);
    if (line !== undefined) expect((refused as YamlError).place?.line).toBe(line);
  });

  it('refuses aliases that multiply', () => {
    const levels = Array.from({ length: 12 }, (_, i) => {
      const items =
        i === 0
          ? 'x,x,x,x,x,x,x,x'
          : Array(8)
              .fill(`*l${i - 1}`)
              .join(',');
      return `l${i}: &l${i} [${items}]`;
    });
    expect(() => parseYaml(levels.join('\n'))).toThrow(YamlError);
  });
});

function catchError(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was refused');
}
