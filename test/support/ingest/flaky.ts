/** The real parts with switches: refuse, hold back, stop at a step as a crash would. */
import type { Catalog, Journal, JournalEntry, SampleStore } from '../../../collector/ports.ts';

export interface Switches {
  /** The journal refuses entries for which this answers true. */
  refuse?: ((topic: string) => boolean) | undefined;
  /** The journal writes nothing before this resolves. */
  hold?: Promise<void> | undefined;
  /** Sees what the store is given. */
  appended?: (ids: Uint32Array, time: number) => void;
  /** The step that fails: before or after its work was done. */
  fail?: Step | undefined;
}

export const STEPS = [
  'before checkpoint',
  'after checkpoint',
  'before write',
  'after write',
  'before truncate',
  'after truncate',
] as const;
export type Step = (typeof STEPS)[number];

type Work = 'checkpoint' | 'write' | 'truncate';

function stepper(switches: Switches) {
  return async <T>(work: Work, action: () => Promise<T>): Promise<T> => {
    if (switches.fail === `before ${work}`) throw new Error(`stopped before ${work}`);
    const result = await action();
    if (switches.fail === `after ${work}`) throw new Error(`stopped after ${work}`);
    return result;
  };
}

export function flakyJournal(journal: Journal, switches: Switches): Journal {
  const step = stepper(switches);
  const append = async (entry: JournalEntry) => {
    if (switches.refuse?.(entry.topic)) throw new Error('disk full');
    if (switches.hold !== undefined) await switches.hold;
    return journal.append(entry);
  };
  return {
    append,
    submit: (entry, outcome) =>
      void append(entry).then(
        (seq) => outcome.durable(seq),
        (error: unknown) => outcome.refused(error),
      ),
    replay: (from) => journal.replay(from),
    truncate: (seq) => step('truncate', () => journal.truncate(seq)),
    stats: () => journal.stats(),
    close: () => journal.close(),
  };
}

export function flakyCatalog(catalog: Catalog, switches: Switches): Catalog {
  const step = stepper(switches);
  return {
    get: (key) => catalog.get(key),
    list: (prefix) => catalog.list(prefix),
    write: (changes) => step('write', () => catalog.write(changes)),
    close: () => catalog.close(),
  };
}

/** All of the store, with two methods changed. */
export function flakyStore(store: SampleStore, switches: Switches): SampleStore {
  const step = stepper(switches);
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'checkpoint') return () => step('checkpoint', () => target.checkpoint());
      if (name === 'append')
        return (...[seq, ids, blocks]: Parameters<SampleStore['append']>) => {
          switches.appended?.(ids, blocks[0]?.times[0] ?? 0);
          target.append(seq, ids, blocks);
        };
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
