/**
 * V8's heap of a program under test: a module loaded before it writes the figures to a file each
 * second. The programs do not export their heap, and must not be changed to be measured.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Heap {
  readonly usedBytes: number;
  /** Buffers and what native code holds on behalf of JavaScript. */
  readonly externalBytes: number;
}

const BEACON = `
import { renameSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
const file = new URL(import.meta.url).searchParams.get('file');
function write() {
  const { heapUsed: usedBytes, external: externalBytes } = process.memoryUsage();
  writeFileSync(file + '.new', JSON.stringify({ usedBytes, externalBytes }));
  renameSync(file + '.new', file);
}
if (isMainThread) setInterval(write, 1_000).unref();
`;

export class HeapFile {
  /** For Node, before the program. */
  readonly flags: readonly string[];
  readonly #file: string;

  constructor(folder: string, name: string) {
    this.#file = join(folder, `${name}-heap.json`);
    const module = join(folder, 'heap-beacon.mjs');
    writeFileSync(module, BEACON);
    const url = pathToFileURL(module);
    url.searchParams.set('file', this.#file);
    this.flags = ['--import', url.href];
  }

  read(): Heap | undefined {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Heap;
    } catch {
      // Not written yet.
      return undefined;
    }
  }
}
