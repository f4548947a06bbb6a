/** `Facts` in memory: what a restart keeps is the map that the test holds. */
import type { Facts } from '../../../agent/ports/caretaking.ts';

export interface MemoryFacts extends Facts {
  /** While it is set, every change is refused with it. */
  failing: Error | undefined;
  /** Changes so far. */
  readonly writes: () => number;
}

export function memoryFacts(texts: Map<string, string> = new Map()): MemoryFacts {
  let writes = 0;
  const change = (name: string, act: () => void): Promise<void> => {
    if (!/^[a-z0-9][a-z0-9._-]*\/[a-z0-9][a-z0-9._-]*$/.test(name)) {
      return Promise.reject(new Error(`${JSON.stringify(name)} is no name of a fact`));
    }
    if (facts.failing !== undefined) return Promise.reject(facts.failing);
    return Promise.resolve().then(() => {
      writes++;
      act();
    });
  };
  const facts: MemoryFacts = {
    failing: undefined,
    writes: () => writes,
    get: (name) => texts.get(name),
    names: (group) => [...texts.keys()].filter((name) => name.startsWith(`${group}/`)).sort(),
    put: (name, text) => change(name, () => texts.set(name, text)),
    remove: (name) => change(name, () => texts.delete(name)),
  };
  return facts;
}
