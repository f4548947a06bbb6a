/** What is asked of a manifest before anything is done with it, even one whose signature is good. */
import { EMPTY_SHA256 } from '../../../protocol/delta/format.ts';
import {
  ARCHITECTURES,
  type Architecture,
  INSTALLERS,
  type ReleaseDelta,
  type ReleaseFile,
  type ReleaseManifest,
} from '../../../protocol/release.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const VERSION =
  /^(0|[1-9]\d{0,9})\.(0|[1-9]\d{0,9})\.(0|[1-9]\d{0,9})(-[0-9A-Za-z.-]{1,64})?(\+[0-9A-Za-z.-]{1,64})?$/;
const SHA256 = /^[0-9a-f]{64}$/;
/** Of a file in the repository: no way out of its folder. */
const PATH = /^(?!.*(^|\/)\.{0,2}(\/|$))[A-Za-z0-9._+~@/-]{1,256}$/;

/** Names become parts of paths and of command lines, so each is looked at. */
export function isManifest(value: unknown): value is ReleaseManifest {
  const one = (value ?? {}) as Partial<ReleaseManifest>;
  return (
    one.format === 1 &&
    matches(one.name, NAME) &&
    matches(one.version, VERSION) &&
    INSTALLERS.some((kind) => kind === one.installer?.kind) &&
    isTree(one.installer?.options) &&
    Array.isArray(one.files) &&
    one.files.length > 0 &&
    one.files.every(isFile) &&
    Array.isArray(one.deltas) &&
    one.deltas.every(isDelta) &&
    isTree(one.dependencies) &&
    Object.values(one.dependencies).every((range) => typeof range === 'string') &&
    areHooks(one.hooks) &&
    isProbe(one.probe)
  );
}

/** The file for this machine; a special one before one for all. */
export function fileFor(
  { files }: ReleaseManifest,
  architecture: Architecture,
): ReleaseFile | undefined {
  const of = (which: Architecture) => files.find((file) => file.architecture === which);
  return of(architecture) ?? of('all');
}

/** The smallest delta that starts from a file that is here, or from nothing, where it is worth it. */
export function deltaFor(
  { deltas }: ReleaseManifest,
  { sha256, length }: ReleaseFile,
  here: ReadonlySet<string>,
): ReleaseDelta | undefined {
  const isHere = (from: string) => from === EMPTY_SHA256 || here.has(from);
  return deltas
    .filter((delta) => delta.to === sha256 && isHere(delta.from) && delta.length < length)
    .toSorted((a, b) => a.length - b.length)[0];
}

/** What is tried: the same name and version with other files is another thing. */
export function identity({ version, files }: ReleaseManifest): string {
  return [version, ...files.map(({ sha256 }) => sha256).toSorted()].join(' ');
}

function isFile(value: unknown): boolean {
  const { path, architecture, length, sha256 } = (value ?? {}) as Partial<ReleaseFile>;
  return (
    matches(path, PATH) &&
    ARCHITECTURES.some((known) => known === architecture) &&
    isLength(length) &&
    matches(sha256, SHA256)
  );
}

function isDelta(value: unknown): boolean {
  const { path, from, to, length, sha256 } = (value ?? {}) as Partial<ReleaseDelta>;
  const sums = [from, to, sha256].every((sum) => matches(sum, SHA256));
  return sums && matches(path, PATH) && isLength(length);
}

function areHooks(hooks: ReleaseManifest['hooks']): boolean {
  if (hooks === undefined) return true;
  const { beforeInstall, afterInstall, beforeSwitch, afterSwitch, timeoutMs } = hooks;
  const commands = [beforeInstall, afterInstall, beforeSwitch, afterSwitch];
  return isLength(timeoutMs) && commands.every(isCommand);
}

function isProbe(probe: ReleaseManifest['probe']): boolean {
  if (probe === undefined) return true;
  const { windowMs, command, url, unit, checks } = probe;
  const texts = [url, unit].every((text) => text === undefined || typeof text === 'string');
  return isLength(windowMs) && texts && isCommand(command) && isCommand(checks ?? ['none']);
}

function isCommand(command: unknown): boolean {
  if (command === undefined) return true;
  const isList = Array.isArray(command) && command.length > 0 && command.length <= 64;
  return isList && command.every((word) => typeof word === 'string' && !word.includes('\0'));
}

function isLength(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}
