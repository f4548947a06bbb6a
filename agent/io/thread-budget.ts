/**
 * libuv has four threads for file work in the whole process, LevelDB's writes included, and a call
 * on a dead device holds its thread for ever. So the samplers' calls together may hold three at
 * most, two of one kind: one thread is always left, and one dead mount or sensor leaves a place for
 * the others of its kind.
 */
const THREADS_IN_ALL = 3;
const THREADS_PER_KIND = 2;

export type Kind = 'file' | 'statfs';

interface Waiting {
  readonly kind: Kind;
  readonly start: () => void;
}

export class ThreadBudget {
  readonly #running: Record<Kind, number> = { file: 0, statfs: 0 };
  #queue: Waiting[] = [];

  /** Runs `call` once a place is free. The promise settles as the call's own does. */
  run<T>(kind: Kind, call: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#enqueue(kind, () => call().then(resolve, reject));
    });
  }

  #enqueue(kind: Kind, call: () => Promise<void>): void {
    const start = () => {
      this.#running[kind] += 1;
      void call().finally(() => {
        this.#running[kind] -= 1;
        this.#startNext();
      });
    };
    if (this.#hasPlace(kind)) start();
    else this.#queue.push({ kind, start });
  }

  #startNext(): void {
    const index = this.#queue.findIndex(({ kind }) => this.#hasPlace(kind));
    if (index < 0) return;
    const [next] = this.#queue.splice(index, 1);
    next?.start();
  }

  #hasPlace(kind: Kind): boolean {
    const { file, statfs } = this.#running;
    return file + statfs < THREADS_IN_ALL && this.#running[kind] < THREADS_PER_KIND;
  }
}
