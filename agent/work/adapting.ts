/**
 * Looks at the machine every half minute and tells the rest of the agent to do less while it is
 * short of something, and more again when that is over.
 */
import { type Effects, effectsOf, NO_EFFECTS } from '../core/adapting/effects.ts';
import { type AdaptRules, type Figures, shownFigures } from '../core/adapting/figures.ts';
import {
  LEVELS,
  type Level,
  NO_PRESSURE,
  nextPressure,
  type Pressure,
  sourcesAt,
} from '../core/adapting/level.ts';
import type { Journal } from '../ports/caretaking.ts';
import type { Cancel, Clock, Host, Log } from '../ports.ts';
import { gauge, type Sampler, sampler } from '../samplers/sampler.ts';
import { FiguresReader } from './adapting/reader.ts';

export interface AdaptingDeps {
  readonly clock: Clock;
  readonly host: Host;
  readonly log: Log;
  readonly journal: Journal;
  /** From the configuration, as it is now. */
  readonly rules: () => AdaptRules;
  /** The data folder, whose file system is watched. */
  readonly data: string;
  /** What follows is another: intervals, what is shed, whether tasks wait. */
  readonly changed: (effects: Effects) => void;
}

const LOOK_MS = 30_000;
const level = gauge(
  'muster_agent_pressure_level',
  'How hard-pressed the machine is: 0 none, 1 eased, 2 strained, 3 starved.',
);
const stretch = gauge('muster_agent_interval_stretch', 'How many times longer intervals are.');

export class Adapting {
  readonly sampler = this.#asSampler();
  readonly #deps: AdaptingDeps;
  readonly #reader: FiguresReader;
  #pressure: Pressure = NO_PRESSURE;
  #effects: Effects = NO_EFFECTS;
  #figures: Figures = {};
  #looking = false;
  #stopped = false;
  #cancel: Cancel = () => undefined;

  constructor(deps: AdaptingDeps) {
    this.#deps = deps;
    this.#reader = new FiguresReader(deps.host, deps.data);
  }

  start(): void {
    this.#cancel = this.#deps.clock.after(LOOK_MS, () => {
      this.start();
      void this.look();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  level(): Level {
    return this.#pressure.level;
  }

  /** 1, 2, 4 or 8. */
  stretch(): number {
    return this.#effects.stretch;
  }

  effects(): Effects {
    return this.#effects;
  }

  /** For the local door. */
  status() {
    return {
      level: LEVELS[this.#pressure.level],
      ...this.#effects,
      sources: sourcesAt(this.#pressure, 1),
      figures: shownFigures(this.#figures),
    };
  }

  /** One look; while one hangs on a slow sensor no other begins. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      if (this.#deps.rules().enabled) this.#figures = await this.#reader.read();
      if (!this.#stopped) this.#take();
    } catch (error) {
      this.#deps.log.warn('the pressure cannot be told', { error: String(error) });
    } finally {
      this.#looking = false;
    }
  }

  #take(): void {
    const rules = this.#deps.rules();
    const before = this.#pressure;
    const now = this.#deps.clock.mono();
    this.#pressure = rules.enabled ? nextPressure(before, this.#figures, now, rules) : NO_PRESSURE;
    const effects = effectsOf(this.#pressure, rules);
    if (this.#pressure.level !== before.level) this.#tell(before.level, effects);
    const isSame = JSON.stringify(effects) === JSON.stringify(this.#effects);
    this.#effects = effects;
    if (!isSame) this.#deps.changed(effects);
  }

  #tell(before: Level, effects: Effects): void {
    const { log, journal } = this.#deps;
    const pressure = this.#pressure;
    const isWorse = pressure.level > before;
    const figures = shownFigures(this.#figures);
    const sources = sourcesAt(pressure, 1).join(' ');
    const told = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
    const what = effects.stretch === 1 ? 'intervals as set' : `intervals x${effects.stretch}`;
    const event = {
      name: isWorse ? 'agent.strained' : 'agent.eased',
      severity: isWorse && pressure.level >= 2 ? ('warning' as const) : ('info' as const),
      text: `pressure ${LEVELS[pressure.level]}, was ${LEVELS[before]}: ${what}; ${told.join(', ')}`,
      attributes: {
        level: LEVELS[pressure.level],
        sources,
        stretch: String(effects.stretch),
        ...figures,
      },
    };
    log.info(event.text, { sources });
    journal.event(event).catch((error: unknown) => log.warn(String(error)));
  }

  #asSampler(): Sampler {
    return sampler<{ readonly level: number; readonly stretch: number }>({
      name: 'muster_pressure',
      summary: 'how hard-pressed the machine is, and what the agent makes of it',
      profiles: ['edge', 'full'],
      intervalSeconds: 60,
      timeoutMs: 1_000,
      metrics: [level, stretch],
      read: () => ({ level: this.level(), stretch: this.stretch() }),
      parse: (raw, emit) => {
        emit(level, raw.level);
        emit(stretch, raw.stretch);
      },
    });
  }
}
