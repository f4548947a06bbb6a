/** The crash matrix: every place where an update of two packages can be cut, and what is there after it. */
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bundled } from './bundle.ts';
import { pairOf, rulesText, webFiles } from './releases.ts';

export interface Fault {
  readonly at: number;
  readonly kind: string;
}

/** `first` while 2.0.0 is installed over 1.0.0, `second` at the start after it. */
export interface Case {
  readonly first: readonly Fault[];
  readonly second: readonly Fault[];
  readonly years: number;
}

interface Ended {
  readonly said: Said | undefined;
  readonly isKilled: boolean;
  readonly errors: string;
}

interface Said {
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  readonly isBusy: boolean;
  readonly reports: readonly unknown[];
  readonly changes: readonly string[];
}

const RUN_MS = 30_000;

export class Matrix implements AsyncDisposable {
  readonly #folder: string;
  readonly #program: string;
  readonly #server: Server;
  readonly #base: string;

  private constructor(folder: string, program: string, server: Server) {
    this.#folder = folder;
    this.#program = program;
    this.#server = server;
    this.#base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  /** In an empty folder, with 1.0.0 installed to begin from. */
  static async open(folder: string): Promise<Matrix> {
    await mkdir(folder, { recursive: true });
    const program = await bundled('victim', folder);
    const server = await serving();
    const matrix = new Matrix(folder, program, server);
    const { said, errors } = await matrix.#run(matrix.#place, '1.0.0', [], 0);
    if (said?.packages.length !== 2)
      throw new Error(`1.0.0 was not installed: ${errors} ${JSON.stringify(said?.reports)}`);
    await cp(matrix.#place, join(folder, 'begin'), { recursive: true, verbatimSymlinks: true });
    return matrix;
  }

  /** The changes that an undisturbed update makes to the disk. */
  async changes(): Promise<readonly string[]> {
    await this.#begin();
    const { said, errors } = await this.#run(this.#place, '2.0.0', [], 0);
    if (said === undefined) throw new Error(`2.0.0 was not installed: ${errors}`);
    return said.changes;
  }

  /** What is wrong after it; `undefined` when all is as it must be. */
  async run({ first, second, years }: Case): Promise<string | undefined> {
    await this.#begin();
    const place = this.#place;
    await this.#run(place, '2.0.0', first, years);
    if (second.length > 0) await this.#run(place, '2.0.0', second, years);
    // From here on nothing disturbs it; two restarts have to do.
    for (let restart = 1; ; restart++) {
      const { said, errors, isKilled } = await this.#run(place, '2.0.0', [], 0);
      if (said === undefined) return `it does not start again (${isKilled ? 'killed' : errors})`;
      const wrong = said.isBusy ? 'an update is still under way' : await judge(place, said);
      if (wrong === undefined) break;
      if (restart === 2) return wrong;
    }
    const after = await this.#run(place, '3.0.0', [], 0);
    const isThere = after.said?.packages.every(({ version }) => version === '3.0.0');
    return isThere === true && after.said?.packages.length === 2
      ? judge(place, after.said)
      : `it takes no further update: ${JSON.stringify(after.said?.reports.slice(-2))} ${after.errors}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  /** The same for all cases: manifests name it. */
  get #place(): string {
    return join(this.#folder, 'device');
  }

  async #begin(): Promise<void> {
    await rm(this.#place, { recursive: true, force: true });
    await rm(join(this.#folder, 'spare'), { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true });
    const from = join(this.#folder, 'begin');
    await cp(from, this.#place, { recursive: true, verbatimSymlinks: true });
  }

  #run(place: string, version: string, faults: readonly Fault[], years: number): Promise<Ended> {
    const env = {
      ...process.env,
      MUSTER_FAULTS: faults.map(({ at, kind }) => `${at}:${kind}`).join(','),
      MUSTER_CLOCK_YEARS: String(years),
      MUSTER_SPARE: join(this.#folder, 'spare'),
    };
    const args = [this.#program, place, this.#base, version];
    const options = { env, timeout: RUN_MS, killSignal: 'SIGABRT' } as const;
    return new Promise((resolve) => {
      execFile(process.execPath, args, options, (error, stdout, stderr) => {
        const said = error === null ? (JSON.parse(stdout) as Said) : undefined;
        resolve({ said, isKilled: error?.signal === 'SIGKILL', errors: stderr.slice(-400) });
      });
    });
  }
}

/** Old or new, whole, both packages of one version, and said as it is. */
async function judge(place: string, { packages }: Said): Promise<string | undefined> {
  const root = join(place, 'root');
  const slot = (await readlink(join(root, 'web', 'current'))).split('/').at(-1) ?? '';
  const version = slot.slice(0, 5);
  for (const { path, text } of webFiles(version)) {
    const there = await readFile(join(root, 'web', 'current', path), 'utf8').catch(() => 'missing');
    if (there !== text) return `web ${version} is not whole: ${path}`;
  }
  const rules = await readFile(join(root, 'etc', 'rules'), 'utf8').catch(() => 'missing');
  if (rules !== rulesText(version)) {
    return `web is ${version} and rules begin with ${JSON.stringify(rules.slice(0, 12))}`;
  }
  const told = packages.map(({ version: one }) => one);
  if (told.length !== 2 || told.some((one) => one !== version)) {
    return `${version} is there, and ${JSON.stringify(packages)} is said`;
  }
  const left = (await readdir(join(root, 'etc'))).filter((name) => name !== 'rules');
  return left.length === 0 ? undefined : `leftovers stay: ${left.join(', ')}`;
}

async function serving(): Promise<Server> {
  const files = new Map<string, Uint8Array>();
  for (const version of ['1.0.0', '2.0.0', '3.0.0']) {
    for (const { manifest, bytes } of pairOf(version, '/unused')) {
      for (const { path } of manifest.files) files.set(`/${path}`, bytes);
    }
  }
  const server = createServer(({ url = '', headers }, response) => {
    const bytes = files.get(url);
    if (bytes === undefined) return response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
    const contentRange = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    const part = from > 0 ? { 'content-range': contentRange } : {};
    response.writeHead(from > 0 ? 206 : 200, { ...part, etag: '"1"' });
    return response.end(bytes.subarray(from));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}
