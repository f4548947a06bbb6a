/** A disk in memory as a text: what it holds, what is safe of it and what waits. */

import { sum as hashOf } from '../releases.ts';
import { remembering } from './remembering.ts';
import type { Node, Storage } from './storage.ts';

const sum = remembering(hashOf);

/** The same for two disks that nobody can tell apart, now or after a power cut. */
export function keyOf(storage: Storage): string {
  const numbers = new Map<Node, number>();
  const all: Node[] = [];
  const number = (node: Node) => {
    const known = numbers.get(node) ?? all.push(node) - 1;
    numbers.set(node, known);
    return known;
  };
  const names = (of: ReadonlyMap<string, Node>) =>
    [...of].map(([name, node]) => `${name}=${number(node)}`).toSorted();
  number(storage.root);
  const steps = storage.pending.map((step) =>
    step.map(({ folder, name, to }) => [number(folder), name, to === undefined ? '' : number(to)]),
  );
  const lines: unknown[] = [steps];
  // Grows while it is gone through.
  for (const node of all) {
    const { kind, mode, target, bytes, safeBytes, isForgotten } = node;
    const held =
      kind === 'file' ? [sum(bytes), bytes === safeBytes ? '' : sum(safeBytes)] : [target];
    lines.push([
      kind,
      mode,
      isForgotten,
      ...held,
      ...names(node.names),
      '|',
      ...names(node.safeNames),
    ]);
  }
  const folders = all.filter(({ kind }) => kind === 'folder');
  const aged = folders.toSorted((a, b) => a.modified - b.modified).map((node) => numbers.get(node));
  return hashOf(Buffer.from(JSON.stringify([lines, aged])));
}
