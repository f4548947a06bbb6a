/** The cases of the crash matrix in memory: all of them, or a sample that a seed draws. */
import { knownCases } from './known.ts';
import type { Fault } from './life.ts';
import { type Case, changesOf, secondsOf, type Verdict } from './run.ts';
import { SHAPES } from './shapes.ts';
import { random } from './storage.ts';

export interface Choice {
  readonly shapes: readonly string[];
  readonly singles: boolean;
  readonly pairs: boolean;
  /** So many, drawn by the seed; all of them without. */
  readonly rounds?: number;
  readonly seed: number;
}

export interface Named {
  readonly one: Case;
  readonly name: string;
  /** Where it is cheaper than to run the case alone. */
  readonly verdict?: () => Promise<Verdict>;
}

const TORN = 5;
/** How it may end, at either crash of a pair: all nine ways take turns. */
const PAIRED = ['kill', 'power', 'some'] as const;

/** `isMine` by number: the others are of another worker. */
export async function* casesOf(
  choice: Choice,
  isMine: (at: number) => boolean,
): AsyncGenerator<Named> {
  for (const [at, known] of (await knownCases()).entries()) if (isMine(at)) yield known;
  if (choice.rounds !== undefined) yield* sample(choice, isMine);
  else yield* all(choice, isMine);
}

async function* all(choice: Choice, isMine: (at: number) => boolean): AsyncGenerator<Named> {
  let at = 0;
  for (const shape of shapesOf(choice)) {
    const changes = await changesOf(shape);
    const one = singles(shape, changes);
    for (const single of choice.singles ? one : []) if (isMine(at++)) yield named(single, changes);
    if (!choice.pairs) continue;
    for (const [row, first] of rows(changes).entries()) {
      // A worker takes whole rows: only then it need not know how long the others are.
      if (!isMine(row)) continue;
      const kindAt = (at: number) => pair(shape, first, at).second[0]?.kind ?? '';
      for await (const { at: second, what, verdict } of secondsOf(shape, first, kindAt)) {
        const then = Array.from({ length: second }, () => what);
        yield { ...named(pair(shape, first, second), changes, then), verdict };
      }
    }
  }
}

async function* sample(choice: Choice, isMine: (at: number) => boolean): AsyncGenerator<Named> {
  const next = random(choice.seed);
  const draw = <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T;
  const shapes = shapesOf(choice);
  const known = new Map<string, readonly string[]>();
  for (let at = 0; at < (choice.rounds ?? 0); at++) {
    const shape = shapes[at % shapes.length] as string;
    const changes = known.get(shape) ?? (await changesOf(shape));
    known.set(shape, changes);
    const single = draw(singles(shape, changes));
    const [first, where] = [draw(rows(changes)), next()];
    if (!isMine(at)) continue;
    const isPair = choice.pairs && (!choice.singles || Math.floor(at / shapes.length) % 2 === 1);
    if (!isPair) {
      yield named(single, changes);
      continue;
    }
    const then = await changesOf(shape, [first]);
    yield named(pair(shape, first, 1 + Math.floor(where * then.length)), changes, then);
  }
}

function shapesOf({ shapes }: Choice): readonly string[] {
  return shapes.length === 0 ? SHAPES.map(({ name }) => name) : shapes;
}

/** Every single crash point: each way in which a change can be the last one, or be refused. */
function singles(shape: string, changes: readonly string[]): readonly Case[] {
  return changes.flatMap((what, index) => {
    const at = index + 1;
    const kinds = ['kill', 'power', `some${at}`, `some${at + 7919}`, `some${at + 104_729}`];
    kinds.push('ENOSPC', 'ENOSPC+', 'EIO', 'EIO+');
    if (what.startsWith('write ')) for (let n = 0; n < TORN; n++) kinds.push(`torn${n}`);
    const plain = kinds.map((kind) => single(shape, { at, kind }, 0));
    return [
      ...plain,
      ...[10, -10].flatMap((years) =>
        ['kill', 'power'].map((kind) => single(shape, { at, kind }, years)),
      ),
    ];
  });
}

/** First crashes of pairs. */
function rows(changes: readonly string[]): readonly Fault[] {
  return changes.map((_, index) => paired(index + 1, index, index));
}

function pair(shape: string, first: Fault, at: number): Case {
  const turn = Math.floor(first.at / PAIRED.length) + at;
  return { shape, first: [first], second: [paired(at, turn, first.at * 1_000 + at)], years: 0 };
}

function paired(at: number, turn: number, seed: number): Fault {
  const kind = PAIRED[turn % PAIRED.length] as string;
  return { at, kind: kind === 'some' ? `some${seed}` : kind };
}

function single(shape: string, fault: Fault, years: number): Case {
  return { shape, first: [fault], second: [], years };
}

function named(one: Case, changes: readonly string[], then: readonly string[] = []): Named {
  const text = ({ at, kind }: Fault, of: readonly string[]) =>
    `${kind} at ${at} (${of[at - 1] ?? 'never'})`;
  const parts = [
    ...one.first.map((fault) => text(fault, changes)),
    ...one.second.map((fault) => text(fault, then)),
  ];
  const clock = one.years === 0 ? '' : `, clock ${one.years} years off`;
  return { one, name: `${one.shape}: ${parts.join(', then ')}${clock}` };
}
