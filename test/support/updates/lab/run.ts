/** One case of the laboratory: an update that is cut once or twice, and what is there afterwards. */
import { wrongOf } from './judge.ts';
import { keyOf } from './key.ts';
import { type Fault, lossOf } from './life.ts';
import { Machine } from './machine.ts';
import { type Shape, shapeOf } from './shapes.ts';

export interface Case {
  readonly shape: string;
  readonly first: readonly Fault[];
  /** In the start after it. */
  readonly second: readonly Fault[];
  /** How far the clock is off while `first` happens. */
  readonly years: number;
}

export interface Verdict {
  /** Nothing is wrong when it is empty. */
  readonly wrong: string;
  /** `old` or `new`. */
  readonly end: string;
}

const begun = new Map<string, Promise<Machine>>();

/** With what was there before the update. */
async function beginning(name: string): Promise<Machine> {
  const known = begun.get(name) ?? begin(shapeOf(name));
  begun.set(name, known);
  return (await known).clone();
}

async function begin(shape: Shape): Promise<Machine> {
  const machine = new Machine(shape);
  await machine.lay();
  for (const version of shape.begin) {
    const ended = await machine.run(version);
    const wrong = wrongOf(machine, ended, [version]);
    if (wrong.length > 0) {
      const told = machine.told.at(-1)?.text ?? 'nothing was told';
      throw new Error(`${shape.name} does not begin: ${wrong.join('; ')} (${told})`);
    }
  }
  machine.told = [];
  await machine.powerOff();
  return machine;
}

/** The changes that an undisturbed update makes, or its second start after a first one that was cut. */
export async function changesOf(
  name: string,
  first: readonly Fault[] = [],
): Promise<readonly string[]> {
  const machine = await beginning(name);
  if (first.length > 0) await cut(machine, first, 0);
  return (await machine.run(machine.shape.target)).changes;
}

export async function run({ shape: name, first, second, years }: Case): Promise<Verdict> {
  const machine = await beginning(name);
  await cut(machine, first, years);
  if (second.length > 0) await cut(machine, second, 0);
  return verdict(machine);
}

/**
 * All second crashes after a first one: the start after it runs once, and at each of its changes a
 * copy of the machine ends there. Copies that nobody can tell apart get one verdict.
 */
export async function* secondsOf(
  name: string,
  first: Fault,
  kindAt: (at: number) => string,
): AsyncGenerator<{ readonly at: number; readonly what: string; verdict(): Promise<Verdict> }> {
  const machine = await beginning(name);
  await cut(machine, [first], 0);
  const copies: Machine[] = [];
  const { changes } = await machine.run(machine.shape.target, [], 0, () => {
    copies.push(machine.clone());
  });
  for (const [index, copy] of copies.entries()) {
    const at = index + 1;
    await copy.end(lossOf(kindAt(at)) ?? 'none');
    yield { at, what: changes[index] ?? '', verdict: () => remembered(copy) };
  }
}

const verdicts = new Map<string, Promise<Verdict>>();

function remembered(machine: Machine): Promise<Verdict> {
  const { key } = machine;
  const found = verdicts.get(key) ?? verdict(machine);
  verdicts.set(key, found);
  return found;
}

/** How many distinct machines there were. */
export function distinct(): number {
  return verdicts.size;
}

async function verdict(machine: Machine): Promise<Verdict> {
  const { shape } = machine;
  const old = shape.begin.at(-1) ?? 'nothing';
  const allowed = shape.isBad ? [old] : [old, shape.target];
  await machine.run(shape.target);
  await machine.powerOff();
  const ended = await machine.run(shape.target);
  const wrong = wrongOf(machine, ended, allowed);
  await machine.powerOff();
  if (wrong.length > 0) return { wrong: wrong.join('; '), end: '' };
  const isNew = ended.packages[0]?.version === shape.target;
  const more = await afterwards(machine, allowed, old);
  return { wrong: more ?? '', end: isNew ? 'new' : 'old' };
}

const known = new Map<string, string | undefined>();

/** What comes after is the same for the same disk, so it is looked at once for each. */
async function afterwards(
  machine: Machine,
  allowed: readonly string[],
  old: string,
): Promise<string | undefined> {
  const key = `${machine.shape.name} ${keyOf(machine.storage)}`;
  if (!known.has(key)) {
    known.set(key, (await idles(machine, allowed)) ?? (await goesOn(machine, old)));
  }
  return known.get(key);
}

async function cut(machine: Machine, faults: readonly Fault[], years: number): Promise<void> {
  const { how } = await machine.run(machine.shape.target, faults, years);
  if (how !== 'died') await machine.powerOff();
}

/** A third start finds nothing to do. */
async function idles(machine: Machine, allowed: readonly string[]): Promise<string | undefined> {
  const before = machine.told.length;
  const ended = await machine.run(machine.shape.target);
  const change = ended.changes.find((what) => !what.startsWith('sync '));
  if (change !== undefined) return `a third start still does something: ${change}`;
  // What was given up says so at each start.
  const told = machine.told.slice(before).filter(({ text }) => !text.startsWith('given-up'));
  if (told.length > 0) return `a third start tells ${told[0]?.text}`;
  return wrongOf(machine, ended, allowed)[0];
}

/** It takes another version, and afterwards the one that was cut: no half of it is in the way. */
async function goesOn(machine: Machine, old: string): Promise<string | undefined> {
  const { isBad, target } = machine.shape;
  for (const version of ['3.0.0', isBad ? old : target]) {
    const ended = await machine.run(version);
    const [wrong] = wrongOf(machine, ended, [version]);
    if (wrong !== undefined) return `then ${version} does not go: ${wrong}`;
    await machine.powerOff();
  }
  return undefined;
}
