/** Cases that once went wrong, by what happened at the cut: numbers move, names stay. */
import type { Fault } from './life.ts';
import { type Case, changesOf } from './run.ts';

interface Cut {
  /** The first change with such a name. */
  readonly at: RegExp;
  readonly kind: string;
}

interface Known {
  /** What was wrong. */
  readonly was: string;
  readonly shape: string;
  readonly first: Cut;
  readonly second?: Cut;
}

const KNOWN: readonly Known[] = [
  {
    was: 'a slot whose name was not durable was taken for one that is',
    shape: 'pair',
    first: { at: /^sync \/srv\/web\/slots$/, kind: 'kill' },
    second: { at: /^unlink .*\/updates\/current$/, kind: 'kill' },
  },
  {
    was: 'a link that already led there was not made durable',
    shape: 'archive-bad',
    first: { at: /^sync \/srv\/web$/, kind: 'kill' },
  },
  {
    was: 'a file that was already in place was not made durable',
    shape: 'file',
    first: { at: /^sync \/srv\/etc$/, kind: 'kill' },
    second: { at: /^rename .*\/packages\/rules$/, kind: 'power' },
  },
  {
    was: 'an end that could not be written down was never told',
    shape: 'back',
    first: { at: /^restart web/, kind: 'ENOSPC+' },
  },
  {
    was: 'the folder of facts was lost with its name',
    shape: 'first',
    first: { at: /^mkdir .*\/facts\/updates$/, kind: 'power' },
  },
  {
    was: 'bytes that a sync was refused for counted as fetched',
    shape: 'pair',
    first: { at: /^sync .*\.part$/, kind: 'EIO' },
  },
  {
    was: 'the note of a transfer stayed beside its file',
    shape: 'delta',
    first: { at: /^unlink .*\.part\.json$/, kind: 'kill' },
  },
  {
    was: 'a fetched file whose name was not durable was taken for one that is',
    shape: 'pair',
    first: { at: /^unlink .*\.part\.json$/, kind: 'kill' },
    second: { at: /^rename .*\/packages\/rules$/, kind: 'power' },
  },
  {
    was: 'half of a slot that was being removed passed for the whole',
    shape: 'archive-bad',
    first: { at: /^unlink .*\/share\/page$/, kind: 'EIO+' },
  },
];

export async function knownCases(): Promise<
  readonly { readonly one: Case; readonly name: string }[]
> {
  const cases: { one: Case; name: string }[] = [];
  // One after the other: there is one life at a time.
  for (const { was, shape, first, second } of KNOWN) {
    const at = await found(shape, first, []);
    const then = second === undefined ? [] : [await found(shape, second, [at])];
    const one = { shape, first: [at], second: then, years: 0 };
    cases.push({ one, name: `${shape}: ${was}` });
  }
  return cases;
}

async function found(shape: string, { at, kind }: Cut, before: readonly Fault[]): Promise<Fault> {
  const changes = await changesOf(shape, before);
  const index = changes.findIndex((what) => at.test(what));
  if (index < 0) throw new Error(`${shape} has no change ${String(at)}: ${changes.join(', ')}`);
  return { at: index + 1, kind };
}
