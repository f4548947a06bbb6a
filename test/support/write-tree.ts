/** A folder of small files and links that a test writes down, as sysfs would show a machine. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Tree {
  /** Path to text; a line end is added. */
  readonly files: Readonly<Record<string, string | number>>;
  /** Path to target. */
  readonly links?: Readonly<Record<string, string>>;
}

export function writeTree(root: string, { files, links = {} }: Tree): void {
  for (const [path, text] of Object.entries(files)) {
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, `${text}\n`);
  }
  for (const [path, target] of Object.entries(links)) {
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(target, place);
  }
}
