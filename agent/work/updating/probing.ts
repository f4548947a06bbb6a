/** Watches new versions for the whole of their windows, and says at the end whether they stay. */
import { UpdateError } from '../../core/updates/codes.ts';
import { judge, type Watch } from '../../core/updates/probe.ts';
import type { Evidence, Update, UpdateItem } from '../../core/updates/update.ts';
import type { Machine, Units } from '../../ports/updates.ts';
import type { Clock } from '../../ports.ts';
import type { Hands } from './hands.ts';

export interface ProbingDeps {
  readonly clock: Clock;
  readonly units: Units;
  readonly machine: Machine;
  readonly linkUp: () => boolean;
  /** Of these checks, those that fail; one that does not exist fails. */
  readonly failing: (checks: readonly string[]) => readonly string[];
  /** Status of an answer on this machine. Rejects when there is none. */
  readonly ask: (url: string, signal: AbortSignal) => Promise<number>;
}

/** Without a probe it is still to be there, and the link to be back. */
const USUAL_WINDOW_MS = 10_000;
const LOOKS = 10;
const LOOK_MS = { least: 50, most: 5_000 };
const COMMAND_MS = 30_000;
const LOCAL = new Set(['127.0.0.1', '[::1]', 'localhost']);

export class Probing {
  readonly #deps: ProbingDeps;
  readonly #hands: Hands;

  constructor(deps: ProbingDeps, hands: Hands) {
    this.#deps = deps;
    this.#hands = hands;
  }

  /** Where each program runs before the switch. */
  async evidence(items: readonly UpdateItem[]): Promise<Readonly<Record<string, Evidence>>> {
    const { machine, units } = this.#deps;
    const all = items.map(async (item) => {
      const unit = await this.#unitOf(item);
      const pid = unit === undefined ? 0 : (await units.state(unit)).pid;
      return [item.name, { boot: machine.boot, pid }] as const;
    });
    return Object.fromEntries(await Promise.all(all));
  }

  /** Rejects with why they do not stay. */
  async watch(update: Update, signal: AbortSignal): Promise<void> {
    await Promise.all(update.items.map((item) => this.#one(update, item, signal)));
  }

  async #one(update: Update, item: UpdateItem, signal: AbortSignal): Promise<void> {
    const { clock, linkUp } = this.#deps;
    const windowMs = item.manifest.probe?.windowMs ?? USUAL_WINDOW_MS;
    const { linkWasUp } = update;
    let watch: Watch = { windowMs, linkWasUp, began: clock.mono(), wellSince: undefined };
    const pids = new Set<number>();
    for (;;) {
      const wrong = await this.#wrong(update.evidence[item.name], item, pids, signal);
      signal.throwIfAborted();
      const verdict = judge(watch, { at: clock.mono(), wrong, linkUp: linkUp() });
      if (verdict.kind === 'good') return;
      if (verdict.kind === 'bad') {
        throw new UpdateError(
          verdict.code,
          `${item.name} ${item.manifest.version}: ${verdict.why}`,
        );
      }
      watch = verdict.watch;
      // A process that ends before it was well for the first time is only starting.
      if (watch.wellSince === undefined) pids.clear();
      await this.#pause(windowMs, signal);
    }
  }

  async #wrong(
    evidence: Evidence | undefined,
    item: UpdateItem,
    pids: Set<number>,
    signal: AbortSignal,
  ): Promise<string> {
    const { probe } = item.manifest;
    const present = await this.#hands.present(item.manifest, signal);
    if (!present.isRunning) return `what runs is ${present.slot || 'nothing'}`;
    const unit = await this.#unitOf(item);
    const unitsWrong = unit === undefined ? '' : await this.#unitWrong(unit, evidence, pids);
    if (unitsWrong !== '') return unitsWrong;
    const failing = probe?.checks === undefined ? [] : this.#deps.failing(probe.checks);
    if (failing.length > 0) return `checks fail: ${failing.join(', ')}`;
    const urlsWrong = probe?.url === undefined ? '' : await this.#urlWrong(probe.url, signal);
    return urlsWrong === '' ? this.#commandWrong(item, signal) : urlsWrong;
  }

  async #unitWrong(
    unit: string,
    evidence: Evidence | undefined,
    pids: Set<number>,
  ): Promise<string> {
    const { isActive, pid } = await this.#deps.units.state(unit);
    if (!isActive) return `${unit} is not active`;
    const isSameBoot = evidence?.boot === this.#deps.machine.boot;
    if (pid !== 0 && isSameBoot && pid === evidence.pid) return `${unit} still runs as before`;
    pids.add(pid);
    return pids.size > 1 ? `${unit} started again during the window` : '';
  }

  async #urlWrong(text: string, signal: AbortSignal): Promise<string> {
    const url = URL.parse?.(text) ?? new URL(text);
    if (!LOCAL.has(url.hostname)) return `${text} is not on this machine`;
    try {
      const status = await this.#deps.ask(text, signal);
      return status >= 200 && status < 300 ? '' : `${text} answers ${status}`;
    } catch (error) {
      return `${text} does not answer: ${(error as Error).message}`;
    }
  }

  async #commandWrong(item: UpdateItem, signal: AbortSignal): Promise<string> {
    const [program, ...args] = item.manifest.probe?.command ?? [];
    if (program === undefined) return '';
    const { of, job } = await this.#hands.prepared(item);
    const folder = of.folder(job.options, job.to);
    if (folder === undefined) return `a release of kind ${of.kind} has no programs to probe with`;
    const { runner } = this.#hands.context(signal, () => undefined);
    const options = { timeoutMs: COMMAND_MS, signal, cwd: folder };
    const { code, timedOut } = await runner.run([`${folder}/${program}`, ...args], options);
    return code === 0 ? '' : `${program} ${timedOut ? 'did not end' : `ended with ${code}`}`;
  }

  async #unitOf(item: UpdateItem): Promise<string | undefined> {
    const { of, job } = await this.#hands.prepared(item);
    return item.manifest.probe?.unit ?? of.unit(job.options);
  }

  #pause(windowMs: number, signal: AbortSignal): Promise<void> {
    const ms = Math.min(LOOK_MS.most, Math.max(LOOK_MS.least, windowMs / LOOKS));
    return new Promise((resolve) => {
      const over = () => {
        cancel();
        signal.removeEventListener('abort', over);
        resolve();
      };
      const cancel = this.#deps.clock.after(ms, over);
      signal.addEventListener('abort', over, { once: true });
    });
  }
}
