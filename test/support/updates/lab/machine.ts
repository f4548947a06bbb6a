/** A machine in the laboratory: its disk, its services and the record of what it told outlive the agent. */
import { prepareLaunch } from '../../../../agent/io/updates/launcher.ts';
import type { Runner } from '../../../../agent/ports/caretaking.ts';
import type { Units } from '../../../../agent/ports/updates.ts';
import type { ReportBody } from '../../../../protocol/messages/report.ts';
import { device } from '../device.ts';
import { sum } from '../releases.ts';
import { mkdir, open, readFile, symlink } from './fs.ts';
import { keyOf } from './key.ts';
import { type Fault, failure, Life, lead } from './life.ts';
import { served } from './request.ts';
import { ROOT, type Shape } from './shapes.ts';
import { type Loss, Storage } from './storage.ts';
import { isEnd, type Told } from './told.ts';

const AGENT_UNIT = 'muster-agent.service';
const VERSIONS = ['1.0.0', '2.0.0', '3.0.0'];
const START = Date.UTC(2026, 10, 21);
const YEAR_MS = 365.25 * 86_400_000;
/** How far a life looks: not to the next try, an hour later. */
/** The slot that an agent's package brings. */
export const FACTORY = 'factory';
const HORIZON_MS = 20_000;
const MOST_STARTS = 12;
const FIRST_PID = 100;
const MOST_IDLE = 3_000;

/** How a life, or several of an agent that restarts itself, ended. */
export interface Ended {
  readonly how: 'settled' | 'died' | 'stuck' | 'broken';
  readonly changes: readonly string[];
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  readonly isBusy: boolean;
}

interface Process {
  readonly pid: number;
  /** What it runs; `undefined` when it could not start. */
  readonly text: string | undefined;
}

const running = ({ text }: Process) => /^\w+ \S+ good\n/.test(text ?? '');

export class Machine {
  readonly shape: Shape;
  storage = new Storage();
  told: Told[] = [];
  readonly processes = new Map<string, Process>();
  #boots = 1;
  #pids = FIRST_PID;
  #lives = 0;
  #agentPid = 0;

  constructor(shape: Shape) {
    this.shape = shape;
    for (const { bytes, manifest, extra = [] } of VERSIONS.flatMap((one) => shape.made(one))) {
      for (const { path } of manifest.files) served.set(path, bytes);
      for (const one of extra) served.set(one.path, one.bytes);
    }
  }

  /** What whoever set the machine up put there. */
  async lay(): Promise<void> {
    lead(new Life({ storage: this.storage, faults: [], wall: START }));
    await mkdir(`${ROOT}/data`, { recursive: true });
    if (this.shape.isAgent) {
      const slot = `${ROOT}/agent/slots/${FACTORY}`;
      await mkdir(slot, { recursive: true });
      await (await open(`${slot}/main.js`, 'wx')).writeFile('agent 0.0.0 good\n');
      await symlink(`slots/${FACTORY}`, `${ROOT}/agent/current`);
    }
    this.storage.syncAll();
  }

  /** As it stands; what happens to one does not happen to the other. */
  clone(): Machine {
    const other = new Machine(this.shape);
    other.storage = this.storage.clone();
    other.told = [...this.told];
    for (const [unit, process] of this.processes) other.processes.set(unit, process);
    [other.#boots, other.#pids, other.#lives] = [this.#boots, this.#pids, this.#lives];
    return other;
  }

  /** Until nothing more is to be done, or until it is ended; then the power is gone. */
  async run(
    version: string,
    faults: readonly Fault[] = [],
    years = 0,
    watch?: (at: number) => void,
  ): Promise<Ended> {
    const wall = START + this.#lives++ * 3_600_000 + years * YEAR_MS;
    let before: readonly string[] = [];
    for (let starts = 0; ; starts++) {
      const life = new Life({ storage: this.storage, faults, wall, before, watch });
      lead(life);
      const ended = await this.#start(life, version);
      before = life.changes;
      if (life.isAgain && starts < MOST_STARTS) continue;
      const how = life.isAgain ? 'broken' : ended.how;
      if (how === 'died') await this.end(life.loss);
      return { ...ended, how, changes: life.changes };
    }
  }

  /** Whatever is not synced is lost now; services start again with what is there. */
  async powerOff(): Promise<void> {
    await this.end('all');
  }

  /** As a life ends at this very instant. */
  async end(loss: Loss): Promise<void> {
    this.storage.crash(loss);
    if (loss !== 'none') await this.#boot();
  }

  /** The same for two machines that go on in the same way. */
  get key(): string {
    const { told, processes } = this;
    // Of what was told only ends count, and that there is one.
    const said = new Set(
      told.map(({ id, state, text }) => (isEnd(state) ? [id, state, text] : [id]).join(' ')),
    );
    const rest = [this.#boots, this.#pids, this.#agentPid, this.#lives, ...processes];
    const all = [this.shape.name, keyOf(this.storage), rest, [...said].toSorted()];
    return sum(Buffer.from(JSON.stringify(all)));
  }

  async #boot(): Promise<void> {
    this.#boots++;
    this.#pids = FIRST_PID;
    lead(new Life({ storage: this.storage, faults: [], wall: START }));
    for (const { unit } of this.shape.programs) await this.#begin(unit);
  }

  async #start(life: Life, version: string): Promise<Ended> {
    const nothing = { changes: [], packages: [], isBusy: true };
    let ended: Ended = { how: 'died', ...nothing };
    const job = this.#agent(life, version).then((done) => {
      ended = done;
    });
    const how = await settled(job, life);
    // What it had begun ends with it.
    if (how !== 'settled') void life.die(life.loss);
    await drained();
    return how === 'settled' ? ended : { how, ...nothing };
  }

  async #agent(life: Life, version: string): Promise<Ended> {
    const { disk, updating } = await this.#device(life);
    if (this.shape.isAgent && !(await this.#launch(life, disk))) {
      return { how: 'broken', changes: [], packages: [], isBusy: true };
    }
    await updating.start();
    const names = this.shape.made(version).map(({ manifest: { name } }) => name);
    await updating.want(names.map((name) => ({ name, version })));
    const isBusy = updating.underWay !== undefined;
    const packages = updating.packages().map((one) => ({ name: one.name, version: one.version }));
    return { how: 'settled', changes: [], packages, isBusy };
  }

  /** Whether there is an agent that starts; one that is bad ends at once, and is started again. */
  async #launch(life: Life, disk: Parameters<typeof prepareLaunch>[1]): Promise<boolean> {
    const root = `${ROOT}/agent`;
    await prepareLaunch(root, disk);
    const text = await this.#read(`${root}/current/main.js`);
    if (text === undefined || !/^agent \S+ (good|bad)\n$/.test(text)) return false;
    if (text.endsWith(' good\n')) return true;
    life.isAgain = true;
    return life.die('none');
  }

  #device(life: Life) {
    const releases = VERSIONS.flatMap((one) => this.shape.made(one)).map((one) => one.manifest);
    const { clock } = life;
    const deps = {
      ...{ clock, units: this.#units(life), runner: this.#runner(life) },
      machine: {
        ...({ architecture: 'amd64', boot: `boot${this.#boots}` } as const),
        ...{ isRoot: false, hasSystemd: false },
      },
      random: life.random,
      linkUp: () => true,
      journal: {
        event: () => Promise.resolve(),
        report: (id: string, report: ReportBody) => {
          if (!life.isDead) this.told.push({ id, ...report });
          return Promise.resolve();
        },
        result: () => Promise.resolve(),
        now: () => Math.max(0, Math.round(clock.wall())),
      },
    };
    return device(`${ROOT}/data`, { base: 'http://releases/', releases, deps });
  }

  #units(life: Life): Units {
    return {
      restart: (unit) => {
        const restarted = life.change(`restart ${unit}`, () => undefined);
        return restarted.then(async () => {
          if (unit !== AGENT_UNIT) return this.#begin(unit);
          life.isAgain = true;
          return life.die('none');
        });
      },
      state: (unit) =>
        life.look(() => {
          if (unit === AGENT_UNIT) return { isActive: true, pid: this.#agentPid };
          const process = this.processes.get(unit) ?? { pid: 0, text: undefined };
          return { isActive: running(process), pid: process.pid };
        }),
    };
  }

  /** Programs of releases do what they should when they are whole. */
  #runner(life: Life): Runner {
    const usual = {
      signal: null,
      timedOut: false,
      tail: '',
      stdout: '',
      stderr: '',
      refused: undefined,
    };
    return {
      run: async ([path, ...words]) => {
        const result = life.change(`run ${path} ${words.join(' ')}`, () => 0);
        const code = await result.catch(() => 1);
        const isWhole = /^hook \d\.0\.0\n$/.test((await this.#read(path)) ?? '');
        return { ...usual, code: isWhole ? code : 127 } as never;
      },
    };
  }

  async #begin(unit: string): Promise<void> {
    const program = this.shape.programs.find((one) => one.unit === unit);
    if (program === undefined) throw failure('ENOENT', unit);
    this.processes.set(unit, { pid: ++this.#pids, text: await this.#read(program.path) });
  }

  #read(path: string): Promise<string | undefined> {
    return readFile(path, 'utf8').then(String, () => undefined);
  }
}

/** Time goes on only when nothing else does. */
async function settled(job: Promise<void>, life: Life): Promise<Ended['how']> {
  let isOver = false;
  let failed: Error | undefined;
  void job.then(
    () => {
      isOver = true;
    },
    (error: Error) => {
      failed = error;
    },
  );
  let [seen, idle] = [-1, 0];
  for (;;) {
    await drained();
    if (life.isDead) return 'died';
    // The disk refused what an agent cannot start without.
    if (failed !== undefined) return 'broken';
    if (isOver) return 'settled';
    if (life.activity !== seen || life.advance(HORIZON_MS)) idle = 0;
    else if (++idle === MOST_IDLE) return 'stuck';
    seen = life.activity;
  }
}

function drained(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
