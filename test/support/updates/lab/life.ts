/**
 * What the program under test runs on at the moment: its disk, its faults, its clock. One at a time;
 * when it dies, nothing that it still asks for is ever answered.
 */
import type { Clock } from '../../../../agent/ports.ts';
import { type Loss, random, type Storage } from './storage.ts';

export interface Fault {
  /** Number of the change, from 1. */
  readonly at: number;
  readonly kind: string;
}

/** What one life was asked to endure, and what it did. */
export interface Plan {
  readonly storage: Storage;
  readonly faults: readonly Fault[];
  readonly wall: number;
  /** Changes of the program before it, which ended itself to be started again. */
  readonly before?: readonly string[];
  /** Called before each change, with its number. */
  readonly watch?: ((at: number) => void) | undefined;
}

/** Fractions of a write that get there. */
const TORN = [0, 0.25, 0.5, 0.75, 0.98];
const REFUSALS = new Set(['create', 'write', 'mkdir', 'symlink', 'rename']);

interface Timer {
  readonly at: number;
  readonly action: () => void;
}

export class Life {
  readonly storage: Storage;
  readonly changes: string[];
  isDead = false;
  /** How the power went; set when it dies. */
  loss: Loss = 'none';
  /** It ended itself, to be started again. */
  isAgain = false;
  /** Anything that the program did: it is not idle. */
  activity = 0;
  readonly random: () => number;
  readonly #faults: ReadonlyMap<number, string>;
  readonly #wall: number;
  readonly #watch: ((at: number) => void) | undefined;
  #lasting = '';
  #now = 0;
  #timers: Timer[] = [];

  constructor({ storage, faults, wall, before = [], watch }: Plan) {
    this.#watch = watch;
    this.changes = [...before];
    this.storage = storage;
    this.#faults = new Map(faults.map(({ at, kind }) => [at, kind]));
    this.#wall = wall;
    this.random = random(wall / 1_000 + before.length);
  }

  /** A change with its number; `torn` does a part of it. */
  change<T>(what: string, act: () => T, { torn, failed }: Partial<Halves> = {}): Promise<T> {
    this.activity++;
    if (this.isDead) return never();
    this.changes.push(what);
    this.#watch?.(this.changes.length);
    const kind = this.#faults.get(this.changes.length) ?? this.#lasting;
    const loss = lossOf(kind);
    if (loss !== undefined) return this.die(loss);
    if (kind.startsWith('torn')) {
      torn?.(TORN[Number(kind.slice(4))] ?? 0);
      return this.die('none');
    }
    if (kind.endsWith('+')) this.#lasting = kind;
    const code = kind.replace('+', '');
    const [verb = ''] = what.split(' ');
    if (code === 'EIO' || (code === 'ENOSPC' && REFUSALS.has(verb))) {
      failed?.();
      return Promise.reject(failure(code, verb));
    }
    return attempt(act);
  }

  /** What changes nothing. */
  look<T>(act: () => T): Promise<T> {
    this.activity++;
    return this.isDead ? never() : attempt(act);
  }

  die<T>(loss: Loss): Promise<T> {
    this.isDead = true;
    this.loss = loss;
    this.#timers = [];
    return never();
  }

  get clock(): Clock {
    return {
      wall: () => this.#wall + this.#now,
      mono: () => this.#now,
      after: (ms, action) => {
        const timer = { at: this.#now + ms, action };
        if (!this.isDead) this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((one) => one !== timer);
        };
      },
    };
  }

  /** Goes to the next timer, when it is no further away than that; whether there was one. */
  advance(mostMs: number): boolean {
    const [first] = this.#timers.toSorted((a, b) => a.at - b.at);
    if (first === undefined || first.at > this.#now + mostMs) return false;
    this.#now = Math.max(this.#now, first.at);
    this.#timers = this.#timers.filter((one) => one !== first);
    first.action();
    return true;
  }
}

/** How such a fault ends a life; `undefined` for one that does not. */
export function lossOf(kind: string): Loss | undefined {
  if (kind === 'kill') return 'none';
  if (kind === 'power') return 'all';
  return kind.startsWith('some') ? { seed: Number(kind.slice(4)) } : undefined;
}

interface Halves {
  torn(fraction: number): void;
  failed(): void;
}

export function failure(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: ${syscall}, injected`), { code, syscall });
}

function attempt<T>(act: () => T): Promise<T> {
  try {
    return Promise.resolve(act());
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

let life: Life | undefined;

export function lead(next: Life): void {
  life = next;
}

export function current(): Life {
  if (life === undefined) throw new Error('no life has begun');
  return life;
}
