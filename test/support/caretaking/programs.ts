/** The three programs, bundled as they are built, and one of them as a process that may end and come again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../../..');
/** Inside the project, so that packages are found from there. */
const OUT = join(ROOT, `node_modules/.cache/muster-tests/${process.pid}-caretaking`);

const ENTRIES = { agent: 'agent/main', collector: 'collector/main', muster: 'collector/cli/main' };
export type ProgramName = keyof typeof ENTRIES;

export async function bundleAll(): Promise<void> {
  await Promise.all(
    Object.entries(ENTRIES).map(([name, entry]) =>
      build({
        entryPoints: [join(ROOT, `${entry}.ts`)],
        outdir: join(OUT, name),
        outExtension: { '.js': '.mjs' },
        bundle: true,
        splitting: true,
        packages: 'external',
        platform: 'node',
        format: 'esm',
        target: 'node20',
      }),
    ),
  );
}

function environment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env;
  return { ...rest, USER: 'tester' };
}

function start(name: ProgramName, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(OUT, name, 'main.mjs'), ...args], { env: environment() });
}

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs it to its end. */
export async function runOnce(name: ProgramName, args: readonly string[]): Promise<Said> {
  const child = start(name, args);
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

export class Service {
  /** All that its lives wrote to stderr. */
  said = '';
  private readonly name: ProgramName;
  private readonly config: string;
  private child: ChildProcess | undefined;
  private ended: Promise<number | null> = Promise.resolve(null);

  constructor(name: ProgramName, config: string) {
    this.name = name;
    this.config = config;
  }

  start(): void {
    const child = start(this.name, ['run', '--config', this.config]);
    this.child = child;
    this.ended = once(child, 'exit').then(([code]) => code as number | null);
    child.stdout?.resume();
    child.stderr?.on('data', (chunk: Buffer) => {
      this.said += chunk.toString();
    });
  }

  /** Its exit code, once it has ended. */
  end(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal !== undefined) this.child?.kill(signal);
    return this.ended;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child === undefined) return;
    this.child.kill('SIGCONT');
    await this.end('SIGKILL');
  }
}
