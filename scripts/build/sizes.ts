// What a program loads at start, from esbuild's own account of the build.
import type { Metafile } from 'esbuild';

export interface Chunk {
  readonly path: string;
  readonly bytes: number;
  readonly atStart: boolean;
  /** Loaded at start when there is a configuration file: its parser. */
  readonly forConfig: boolean;
}

// main.ts may load these with import() to keep `--version` quick: `run` needs them all the same.
const LOADED_BY_RUN = /^(agent|collector)\/(app\/run|app|cli\/run)\.ts$/;
const CONFIG_PARSER = /node_modules\/(js-yaml|yaml)\/|agent\/config\/document\.ts$/;

type Output = Metafile['outputs'][string];

function isStartImport(outputs: Metafile['outputs'], imported: Output['imports'][number]): boolean {
  if (imported.external === true) return false;
  if (imported.kind !== 'dynamic-import') return true;
  return LOADED_BY_RUN.test(outputs[imported.path]?.entryPoint ?? '');
}

export function startPaths(outputs: Metafile['outputs'], entry: string): Set<string> {
  const seen = new Set<string>();
  const waiting = Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === entry);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const imports = outputs[path]?.imports ?? [];
    waiting.push(...imports.filter((i) => isStartImport(outputs, i)).map((i) => i.path));
  }
  return seen;
}

export function chunks(metafile: Metafile, entry: string): Chunk[] {
  const { outputs } = metafile;
  const atStart = startPaths(outputs, entry);
  return Object.entries(outputs)
    .filter(([path]) => path.endsWith('.js'))
    .map(([path, output]) => ({
      path,
      bytes: output.bytes,
      atStart: atStart.has(path),
      forConfig: !atStart.has(path) && CONFIG_PARSER.test(output.entryPoint ?? ''),
    }))
    .sort((a, b) => Number(b.atStart) - Number(a.atStart) || b.bytes - a.bytes);
}

export function startBytes(list: readonly Chunk[]): number {
  return total(list.filter(({ atStart }) => atStart));
}

/** A service has a configuration file, an agent with all in its environment has none. */
export function parserBytes(list: readonly Chunk[]): number {
  return total(list.filter(({ forConfig }) => forConfig));
}

function total(list: readonly Chunk[]): number {
  return list.reduce((sum, { bytes }) => sum + bytes, 0);
}

const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\//;

/** Bytes at start by package, or by folder for our own files: where to look when it grows. */
export function startShares(metafile: Metafile, entry: string): [string, number][] {
  const shares = new Map<string, number>();
  for (const path of startPaths(metafile.outputs, entry)) {
    for (const [input, { bytesInOutput }] of Object.entries(metafile.outputs[path]?.inputs ?? {})) {
      const name =
        PACKAGE.exec(input)?.[1] ??
        input
          .replace(/^whole:/, '')
          .split('/')
          .slice(0, 2)
          .join('/');
      shares.set(name, (shares.get(name) ?? 0) + bytesInOutput);
    }
  }
  return [...shares].sort((a, b) => b[1] - a[1]);
}
