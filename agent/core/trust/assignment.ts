/** What the director wants of this device: its targets, each with `custom: {device, version}`. */
import { granted, type Outcome, refused } from '../../../protocol/tuf/attacks.ts';
import type { JsonObject } from '../../../protocol/tuf/json.ts';
import type { TargetFile, Targets } from '../../../protocol/tuf/metadata.ts';

export interface Assignment {
  readonly path: string;
  readonly file: TargetFile;
  /** `<name>` and `<version>` of the path. */
  readonly name: string;
  /** Of the decision: each later one is larger, also when it leads back to an older release. */
  readonly version: number;
}

/** A file that is on the device already, and the decision that brought it. */
export interface InstalledFile {
  readonly path: string;
  readonly sha256: string;
  readonly assignment: number;
}

export function readAssignments(targets: Targets, device: string): Outcome<readonly Assignment[]> {
  const found: Assignment[] = [];
  for (const [path, file] of targets.targets) {
    const { custom } = file;
    const { device: whose, version } = (
      custom !== null && typeof custom === 'object' && !Array.isArray(custom) ? custom : {}
    ) as JsonObject;
    if (whose !== device) {
      return refused(
        'replay',
        path,
        `it is assigned to ${JSON.stringify(whose)}, this is ${device}`,
      );
    }
    if (typeof version !== 'number' || version < 1 || version > targets.version) {
      return refused('fast-forward', path, 'its version is not one that the director has reached');
    }
    found.push({ path, file, name: path.slice(0, path.indexOf('/')), version });
  }
  return granted(found);
}

/** Those that are not there yet; a refusal when one is an older decision than what is there. */
export function newAssignments(
  assigned: readonly Assignment[],
  installed: readonly InstalledFile[],
): Outcome<readonly Assignment[]> {
  const fresh: Assignment[] = [];
  for (const one of assigned) {
    const same = installed.find(({ path }) => path === one.path);
    if (same !== undefined && same.sha256 === one.file.hashes.get('sha256')) continue;
    const newest = Math.max(
      0,
      ...installed
        .filter(({ path }) => path.startsWith(`${one.name}/`))
        .map((file) => file.assignment),
    );
    if (one.version <= newest) {
      const detail = `decision ${one.version} is not newer than ${newest}, which is in force`;
      return refused('rollback', one.path, detail);
    }
    fresh.push(one);
  }
  return granted(fresh);
}
