/** Bundles and runs the programs under test as processes that can be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Who starts programs asks for their ports here too. */
export { freePort } from '../free-port.ts';

const HERE = import.meta.dirname;
/** Inside the project, so that packages are found from there. */
const OUT = join(HERE, '../../../node_modules/.cache/muster-tests');

/** Each with all of ours that it needs; packages stay outside. */
export async function bundleModules(entryPoints: string[], outdir: string): Promise<void> {
  await build({
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
}

/** The two bundles. */
export async function bundlePrograms(): Promise<{ agent: string; collector: string }> {
  const names = ['agent-under-test', 'collector-under-test'];
  const outdir = join(OUT, String(process.pid));
  await bundleModules(
    names.map((name) => join(HERE, `${name}.ts`)),
    outdir,
  );
  return {
    agent: join(outdir, 'agent-under-test.mjs'),
    collector: join(outdir, 'collector-under-test.mjs'),
  };
}

/** One program that may be started, killed and started again. */
export class Program {
  private readonly command: () => readonly string[];
  private readonly log: string;
  private readonly environment: Readonly<Record<string, string>>;
  private child: ChildProcess | undefined;

  /** The command is asked for at each start. */
  constructor(
    command: () => readonly string[],
    log: string,
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.command = command;
    this.log = log;
    this.environment = environment;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** The exit code or the signal by which it ended without being told to; while it runs, nothing. */
  get ending(): string | undefined {
    const { exitCode, signalCode } = this.child ?? {};
    if (signalCode) return `signal ${signalCode}`;
    return exitCode === null || exitCode === undefined ? undefined : `exit code ${exitCode}`;
  }

  /** Resolves when the program printed `ready`, or at once without it. */
  async start(ready?: string): Promise<void> {
    const [file = '', ...args] = this.command();
    const env = { ...quietEnvironment(), ...this.environment };
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.child = child;
    child.stderr.on('data', (chunk: Buffer) => appendFileSync(this.log, chunk));
    if (ready === undefined) {
      child.stdout.resume();
      return;
    }
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        if (chunk.includes(ready)) resolve();
      });
      child.once('exit', (code, signal) =>
        reject(new Error(`${file} ended early: ${code ?? signal}, see ${this.log}`)),
      );
    });
  }

  /** It stands still, with its connections open. */
  async freeze(ms: number): Promise<void> {
    this.child?.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.child?.kill('SIGCONT');
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}

/** Certificates are loaded at each start when this is set, which costs 50 ms. */
function quietEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env;
  return rest;
}
