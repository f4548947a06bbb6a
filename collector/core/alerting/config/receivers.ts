/** Receivers as they are written: their names; what is in them is the business of their channels. */
import type { Section } from './section.ts';

export interface ReceiverDraft {
  readonly name: string;
  readonly tree: unknown;
  readonly path: readonly string[];
}

export function readReceiverDrafts(root: Section): readonly ReceiverDraft[] {
  const trees = root.list('receivers') ?? [];
  const names = root.sections('receivers').map((section) => section.text('name') ?? '');
  return names.map((name, i) => {
    const path = ['receivers', String(i)];
    if (name !== '' && names.indexOf(name) < i) {
      const message = `notification config name ${JSON.stringify(name)} is not unique`;
      root.refuse('conflict', [...path, 'name'], message);
    }
    return { name, tree: trees[i], path };
  });
}
