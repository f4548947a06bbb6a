// The house as boxes and arrows: folders of a part in layers, and how many imports go between them.
import type { ICruiseResult } from 'dependency-cruiser';

export const PARTS = ['agent', 'collector'] as const;

/** From the top: an arrow may only point further down. */
const LAYERS: readonly (readonly string[])[] = [
  ['main'],
  ['cli', 'commands', 'web', 'helper', 'launcher'],
  ['app'],
  ['work'],
  ['config'],
  ['samplers', 'checks', 'tasks', 'remedies', 'remote', 'installers', 'notifiers', 'io'],
  ['ports'],
  ['rules'],
  ['promql'],
  ['core'],
];

export const PROTOCOL = 'protocol';
const PROTOCOL_LAYER = LAYERS.length;

export interface Box {
  readonly id: string;
  readonly part: string;
  readonly name: string;
  readonly layer: number;
  readonly files: number;
}

export interface Arrow {
  readonly from: Box;
  readonly to: Box;
  readonly imports: number;
  /** Against the layers, or from one part into the other. */
  readonly wrong: boolean;
}

export interface House {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

/** `agent/io/clock.ts` -> `agent/io`, `agent/ports.ts` -> `agent/ports`, `protocol/...` -> itself. */
function boxOf(path: string): string | undefined {
  const [part, next] = path.split('/');
  if (part === PROTOCOL) return PROTOCOL;
  if (next === undefined || !PARTS.some((name) => name === part)) return undefined;
  return `${part}/${next.replace(/\.ts$/, '')}`;
}

function layerOf(id: string, name: string): number {
  if (id === PROTOCOL) return PROTOCOL_LAYER;
  const layer = LAYERS.findIndex((names) => names.includes(name));
  if (layer < 0) throw new Error(`${id} has no layer: name it in scripts/picture/house.ts`);
  return layer;
}

function count(keys: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function makeBox([id, files]: [string, number]): Box {
  const [part = id, name = id] = id.split('/');
  return { id, part, name, layer: layerOf(id, name), files };
}

function isWrong(from: Box, to: Box): boolean {
  const crosses = from.part !== to.part && to.id !== PROTOCOL;
  return crosses || from.layer >= to.layer;
}

export function readHouse(modules: ICruiseResult['modules']): House {
  const ours = modules.filter((module) => boxOf(module.source) !== undefined);
  const boxes = count(ours.map((module) => boxOf(module.source) ?? '')).map(makeBox);
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const pairs = ours.flatMap((module) =>
    module.dependencies.map(({ resolved }) => `${boxOf(module.source)} ${boxOf(resolved)}`),
  );
  const arrows = count(pairs).flatMap(([pair, imports]) => {
    const [from, to] = pair.split(' ').map((id) => byId.get(id));
    if (from === undefined || to === undefined || from === to) return [];
    return [{ from, to, imports, wrong: isWrong(from, to) }];
  });
  return { boxes, arrows };
}
