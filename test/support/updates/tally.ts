/** Counts what the cases of the crash matrix came to, by what was updated and how it was cut. */
export interface Outcome {
  readonly shape: string;
  /** `single`, `pair`, `killed process`. */
  readonly kind: string;
  readonly name: string;
  /** Empty when all is as it must be. */
  readonly wrong: string;
  /** `old` or `new`; what was there afterwards. */
  readonly end: string;
}

interface Row {
  passed: number;
  failed: number;
  old: number;
  new: number;
}

const MOST_LINES = 200;
const PROGRESS = 10_000;

export class Tally {
  readonly #print: (line: string) => void;
  readonly #isVerbose: boolean;
  readonly #rows = new Map<string, Row>();
  #lines = 0;
  passed = 0;
  failed = 0;
  /** Machines after pairs of crashes that could be told apart. */
  distinct = 0;

  constructor(print: (line: string) => void, isVerbose: boolean) {
    this.#print = print;
    this.#isVerbose = isVerbose;
  }

  add({ shape, kind, name, wrong, end }: Outcome): void {
    const key = `${shape}, ${kind}`;
    const row = this.#rows.get(key) ?? { passed: 0, failed: 0, old: 0, new: 0 };
    this.#rows.set(key, row);
    const isGood = wrong === '';
    row[isGood ? 'passed' : 'failed']++;
    this[isGood ? 'passed' : 'failed']++;
    if (isGood && (end === 'old' || end === 'new')) row[end]++;
    const all = this.passed + this.failed;
    if (all % PROGRESS === 0) this.#print(`... ${all} cases`);
    if (isGood && !this.#isVerbose) return;
    if (this.#lines++ === MOST_LINES && !this.#isVerbose) this.#print('... more that failed');
    if (this.#lines <= MOST_LINES || this.#isVerbose)
      this.#print(isGood ? `passed ${name}` : `FAILED ${name}: ${wrong}`);
  }

  /** A line for each kind, and the sum last. */
  end(): void {
    for (const [key, { passed, failed, old, new: fresh }] of this.#rows) {
      this.#print(`${key}: ${passed} passed (${old} old, ${fresh} new), ${failed} failed`);
    }
    if (this.distinct > 0)
      this.#print(`after pairs, ${this.distinct} machines could be told apart`);
    this.#print(`${this.passed} passed, ${this.failed} failed`);
  }
}
