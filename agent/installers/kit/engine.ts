/** Docker and podman, asked in the words that both understand. */
import { UpdateError } from '../../core/updates/codes.ts';
import type { InstallContext } from '../installer.ts';
import { runProgram } from './run.ts';

export type EngineName = 'docker' | 'podman';
export type EngineCode = 'install-failed' | 'bad-file' | 'switch-failed' | 'roll-back-failed';

export interface Project {
  readonly compose: string;
  readonly project: string;
}

const ASK_MS = 30_000;
const LOAD_MS = 30 * 60_000;
const UP_MS = 5 * 60_000;
/** Of what we put there: other tags of an image are somebody else's. */
const OUR_TAG = /^\d+\.\d+\.\d+/;

export class Engine {
  readonly #name: EngineName;
  readonly #context: InstallContext;

  private constructor(name: EngineName, context: InstallContext) {
    this.#name = name;
    this.#context = context;
  }

  /** The one that is named, else the first that answers. */
  static async of(wanted: 'auto' | EngineName, context: InstallContext): Promise<Engine> {
    const names: readonly EngineName[] = wanted === 'auto' ? ['docker', 'podman'] : [wanted];
    for (const name of names) {
      const engine = new Engine(name, context);
      if ((await engine.#ask(['info'])) !== undefined) return engine;
    }
    const why = `${wanted === 'auto' ? 'neither docker nor podman answers' : `${wanted} does not answer`} on this device`;
    throw new UpdateError('unsupported', `${why}, so it takes no container releases`);
  }

  async load(path: string): Promise<void> {
    await this.#run(['load', '--input', path], 'install-failed', LOAD_MS);
  }

  async tag(from: string, to: string, code: EngineCode): Promise<void> {
    await this.#run(['tag', from, to], code, UP_MS);
  }

  /** Without the name of the hash, which only docker gives; empty when there is none. */
  async idOf(image: string): Promise<string> {
    return plain(await this.#ask(['image', 'inspect', '--format', '{{.Id}}', image]));
  }

  async remove(image: string, force = false): Promise<void> {
    await this.#ask(['image', 'rm', ...(force ? ['--force'] : []), image]);
  }

  /** Versions of an image that are here. */
  async tags(image: string): Promise<readonly string[]> {
    const said = (await this.#ask(['image', 'ls', '--format', '{{.Tag}}', image])) ?? '';
    return said.split('\n').filter((tag) => OUR_TAG.test(tag));
  }

  /** Nothing is pulled or built: what runs is what was verified. */
  async up(of: Project, code: EngineCode): Promise<void> {
    const compose = await this.#compose(of);
    const isOld = compose[0] === 'podman-compose';
    // podman-compose before 1.1 knows no --pull; it does not pull what is here.
    const only = isOld ? ['--no-build'] : ['--no-build', '--pull', 'never'];
    const command = [...compose, 'up', '--detach', ...only, '--remove-orphans'] as const;
    await runProgram(command, { code, timeoutMs: UP_MS }, this.#context);
  }

  async down(of: Project, code: EngineCode): Promise<void> {
    const command = [...(await this.#compose(of)), 'down'] as const;
    await runProgram(command, { code, timeoutMs: UP_MS }, this.#context);
  }

  /** Images that containers of a project run at this moment. All composes give them docker's label. */
  async running({ project }: Project): Promise<readonly string[]> {
    const label = `label=com.docker.compose.project=${project}`;
    const said = (await this.#ask(['ps', '--quiet', '--no-trunc', '--filter', label])) ?? '';
    const ids = said.split('\n').filter((id) => id !== '');
    if (ids.length === 0) return [];
    const images = (await this.#ask(['inspect', '--format', '{{.Image}}', ...ids])) ?? '';
    return images.split('\n').map(plain);
  }

  async #compose({ compose, project }: Project): Promise<readonly [string, ...string[]]> {
    const of = ['--file', compose, '--project-name', project];
    const isOwn = (await this.#ask(['compose', 'version'])) !== undefined;
    return isOwn || this.#name === 'docker'
      ? [this.#name, 'compose', ...of]
      : ['podman-compose', ...of];
  }

  async #run(args: readonly string[], code: EngineCode, timeoutMs: number): Promise<void> {
    await runProgram([this.#name, ...args], { code, timeoutMs }, this.#context);
  }

  /** What it says; `undefined` when it refuses. */
  async #ask(args: readonly string[]): Promise<string | undefined> {
    const { runner, signal } = this.#context;
    const { code, stdout } = await runner.run([this.#name, ...args], { timeoutMs: ASK_MS, signal });
    return code === 0 ? stdout.trim() : undefined;
  }
}

function plain(id: string | undefined): string {
  return (id ?? '').trim().replace(/^sha256:/, '');
}
