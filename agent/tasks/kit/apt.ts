/** apt and dpkg as programs: nothing they do may ask anybody anything. */
import type { RunResult } from '../../ports/caretaking.ts';
import type { TaskContext } from '../task.ts';
import {
  type Download,
  downloadsOf,
  type Simulation,
  simulationOf,
  type Upgrade,
} from './apt-output.ts';
import { failureOf, runProgram } from './program.ts';

type Command = readonly [string, ...string[]];

/** A configuration file of another person is never replaced, and a decision is never asked for. */
const NO_QUESTIONS = ['--force-confdef', '--force-confold'];
const KEEP_BYTES = 8 * 1024 * 1024;
/** A step of dpkg is not broken off: half a package is worse than a late answer. */
const STEP_MS = 30 * 60_000;

export interface AptSettings {
  /** An `apt.conf` of its own. */
  readonly aptConfig: string | undefined;
  readonly lockTimeoutMs: number;
}

export class Apt {
  readonly #context: TaskContext;
  readonly #settings: AptSettings;
  #dpkgOptions: readonly string[] | undefined;

  constructor(context: TaskContext, settings: AptSettings) {
    this.#context = context;
    this.#settings = settings;
  }

  /** Rejects with what went wrong. */
  async run(command: Command, { quiet = true } = {}): Promise<RunResult> {
    const settings = { quiet, env: this.#env(), keepBytes: KEEP_BYTES };
    const result = await runProgram(this.#context, command, settings);
    const failure = failureOf(command, result);
    if (failure !== undefined) throw new Error(failure);
    return result;
  }

  async update(): Promise<void> {
    await this.run([...this.#aptGet(), '-o', 'APT::Update::Error-Mode=any', 'update'], {
      quiet: false,
    });
  }

  async simulate(...args: readonly string[]): Promise<Simulation> {
    const { stdout } = await this.run(['apt-get', '--simulate', '--quiet', ...args]);
    return simulationOf(stdout);
  }

  /** What would be taken along with these. */
  simulateInstall(targets: readonly string[]): Promise<Simulation> {
    return this.simulate(...installing(targets));
  }

  async downloads(targets: readonly string[]): Promise<readonly Download[]> {
    const { stdout } = await this.run([...this.#aptGet(), '--print-uris', ...installing(targets)]);
    return downloadsOf(stdout);
  }

  async download(targets: readonly string[]): Promise<void> {
    await this.run([...this.#aptGet(), '--download-only', ...installing(targets)], {
      quiet: false,
    });
  }

  /** Where a package is after its download: one of a local repository stays where it is. */
  async placeOf({ name, to, arch }: Upgrade): Promise<string> {
    const downloads = await this.downloads([`${name}=${to}`]);
    const file = `${name.replace(/:.*$/, '')}_${to.replaceAll(':', '%3a')}_${arch}.deb`;
    const found = downloads.find((each) => each.file === file);
    const local = /^(?:file|copy):(?:\/\/)?(\/.*)$/.exec(found?.uri ?? '')?.[1];
    if (local !== undefined) return decodeURIComponent(local);
    const { stdout } = await this.run(['apt-config', 'shell', 'A', 'Dir::Cache::archives/d']);
    const folder = /^A='(.*)'/m.exec(stdout)?.[1] ?? '/var/cache/apt/archives/';
    return `${folder}${file}`;
  }

  /** To its end, even when the task is aborted meanwhile. */
  async install(target: string): Promise<void> {
    const force = NO_QUESTIONS.flatMap((each) => ['-o', `Dpkg::Options::=${each}`]);
    await this.#step([...this.#aptGet(), ...force, ...installing([target])]);
  }

  /** Ends what a run that was killed had begun. */
  async finishInterrupted(): Promise<boolean> {
    const { stdout } = await this.dpkg('dpkg', '--audit');
    if (stdout.trim() === '') return false;
    const options = await this.#options();
    await this.#step(['dpkg', ...options, ...NO_QUESTIONS, '--configure', '--pending']);
    return true;
  }

  async dpkg(program: string, ...args: readonly string[]): Promise<RunResult> {
    const root = await this.dpkgRoot();
    // dpkg-query looks into the database only, and knows no other folder.
    const options = program === 'dpkg' ? root : root.filter((each) => !/^--instdir=/.test(each));
    return this.run([program, ...options, ...args]);
  }

  /** Where dpkg is told to work, if apt tells it so. */
  async dpkgRoot(): Promise<readonly string[]> {
    const options = await this.#options();
    return options.filter((line) => /^--(root|admindir|instdir)=/.test(line));
  }

  /** The folder that packages are unpacked to. */
  async folder(): Promise<string> {
    const options = await this.dpkgRoot();
    const named = options.map((each) => /^--(?:root|instdir)=(.*)$/.exec(each)?.[1]);
    return (named.find((each) => each !== undefined) ?? '').replace(/\/+$/, '');
  }

  /** What apt hands to dpkg. */
  async #options(): Promise<readonly string[]> {
    if (this.#dpkgOptions === undefined) {
      const { stdout } = await this.run(['apt-config', 'dump', '--format=%v%n', 'DPkg::Options']);
      this.#dpkgOptions = stdout.split('\n').filter((line) => line.startsWith('--'));
    }
    return this.#dpkgOptions;
  }

  async #step(command: Command): Promise<void> {
    this.#context.signal.throwIfAborted();
    const result = await this.#context.runner.run(command, {
      timeoutMs: STEP_MS,
      keepBytes: KEEP_BYTES,
      env: { ...this.#env(), LC_ALL: 'C.UTF-8', LANGUAGE: 'C' },
      output: (text) => {
        for (const line of text.split('\n')) if (line.trim() !== '') this.#context.print(line);
      },
    });
    const failure = failureOf(command, result);
    if (failure !== undefined) throw new Error(failure);
  }

  #aptGet(): Command {
    const seconds = Math.ceil(this.#settings.lockTimeoutMs / 1000);
    return ['apt-get', '--quiet', '--yes', '-o', `DPkg::Lock::Timeout=${seconds}`];
  }

  #env(): Record<string, string> {
    const { aptConfig } = this.#settings;
    return {
      DEBIAN_FRONTEND: 'noninteractive',
      APT_LISTCHANGES_FRONTEND: 'none',
      NEEDRESTART_MODE: 'l',
      ...(aptConfig === undefined ? {} : { APT_CONFIG: aptConfig }),
    };
  }
}

function installing(targets: readonly string[]): string[] {
  return ['--only-upgrade', '--no-remove', 'install', ...targets];
}
