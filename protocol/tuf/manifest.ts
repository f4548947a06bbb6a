/** Reads a release's manifest out of the `custom` part of a target. */
import {
  ARCHITECTURES,
  INSTALLERS,
  type ReleaseDelta,
  type ReleaseFile,
  type ReleaseHooks,
  type ReleaseManifest,
  type ReleaseProbe,
} from '../release.ts';
import { dictionary, integer, list, member, object, text, Unfit } from './fields.ts';
import type { Json, JsonObject } from './json.ts';
import { isTargetPath } from './paths.ts';

/** Named in `custom` beside the manifest; a draft or withdrawn release is in no metadata at all. */
export const LIFECYCLES = ['published', 'deprecated'] as const;
export type Lifecycle = (typeof LIFECYCLES)[number];

export const PACKAGE_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
/** Semantic version 2. */
const PACKAGE_VERSION =
  /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(-[0-9A-Za-z.-]{1,64})?(\+[0-9A-Za-z.-]{1,64})?$/;

const SHA256 = /^[0-9a-f]{64}$/;
const OPTION = /^[A-Za-z][A-Za-z0-9]{0,62}$/;
/** Any text of so many characters, over several lines too. */
const WORDS = /^[^\0]{1,4096}$/;
const NOTES = /^[^\0]{0,65536}$/;
const LARGEST = 2 ** 40;
const DAY_MS = 86_400_000;

/** The manifest, or what is wrong with it. */
export function readManifest(
  value: Json | undefined,
): ReleaseManifest | { readonly problem: string } {
  try {
    return manifest(object(value, 'the manifest'));
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    return { problem: error.message };
  }
}

function manifest(from: JsonObject): ReleaseManifest {
  const installer = object(member(from, 'installer'), 'installer');
  const hooks = member(from, 'hooks');
  const probe = member(from, 'probe');
  integer(member(from, 'format'), 'format', 1, 1);
  return {
    format: 1,
    name: text(member(from, 'name'), 'name', PACKAGE_NAME),
    version: text(member(from, 'version'), 'version', PACKAGE_VERSION),
    installer: {
      kind: oneOf(INSTALLERS, member(installer, 'kind'), 'kind of installer'),
      options: Object.fromEntries(dictionary(member(installer, 'options'), 'options', 64, option)),
    },
    files: list(member(from, 'files'), 'files', 64).map(file),
    deltas: list(member(from, 'deltas'), 'deltas', 256).map(delta),
    dependencies: Object.fromEntries(
      dictionary(member(from, 'dependencies'), 'dependencies', 64, (range, name) => {
        text(name, 'name of a dependency', PACKAGE_NAME);
        return text(range, `range of ${name}`, /^[^\0]{1,200}$/);
      }),
    ),
    ...(hooks !== undefined && { hooks: readHooks(object(hooks, 'hooks')) }),
    ...(probe !== undefined && { probe: readProbe(object(probe, 'probe')) }),
    notes: text(member(from, 'notes'), 'notes', NOTES),
  };
}

function option(value: Json, name: string): string | number | boolean {
  text(name, 'name of an option', OPTION);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return text(value, `option ${name}`, /^[^\0]{0,4096}$/);
}

function file(value: Json): ReleaseFile {
  const from = object(value, 'a file');
  return {
    path: pathOf(from),
    architecture: oneOf(ARCHITECTURES, member(from, 'architecture'), 'architecture'),
    length: integer(member(from, 'length'), 'length', 0, LARGEST),
    sha256: text(member(from, 'sha256'), 'sha256', SHA256),
  };
}

function delta(value: Json): ReleaseDelta {
  const from = object(value, 'a delta');
  return {
    path: pathOf(from),
    from: text(member(from, 'from'), 'from', SHA256),
    to: text(member(from, 'to'), 'to', SHA256),
    length: integer(member(from, 'length'), 'length', 0, LARGEST),
    sha256: text(member(from, 'sha256'), 'sha256', SHA256),
  };
}

function pathOf(from: JsonObject): string {
  const path = member(from, 'path');
  if (typeof path !== 'string' || !isTargetPath(path)) throw new Unfit('a path cannot be read');
  return path;
}

function readHooks(from: JsonObject): ReleaseHooks {
  const names = ['beforeInstall', 'afterInstall', 'beforeSwitch', 'afterSwitch'] as const;
  const given = names.flatMap((name) => {
    const command = commandOf(from, name);
    return command === undefined ? [] : [[name, command] as const];
  });
  const timeoutMs = integer(member(from, 'timeoutMs'), 'timeoutMs', 1, DAY_MS);
  return { ...Object.fromEntries(given), timeoutMs };
}

function readProbe(from: JsonObject): ReleaseProbe {
  const command = commandOf(from, 'command');
  const checks = member(from, 'checks');
  const url = member(from, 'url');
  const unit = member(from, 'unit');
  return {
    windowMs: integer(member(from, 'windowMs'), 'windowMs', 0, DAY_MS),
    ...(command !== undefined && { command }),
    ...(url !== undefined && { url: text(url, 'url', WORDS) }),
    ...(unit !== undefined && { unit: text(unit, 'unit', WORDS) }),
    ...(checks !== undefined && {
      checks: list(checks, 'checks', 64).map((one) => text(one, 'a check', PACKAGE_NAME)),
    }),
  };
}

function commandOf(from: JsonObject, name: string): readonly string[] | undefined {
  const value = member(from, name);
  if (value === undefined) return undefined;
  const words = list(value, name, 64).map((word) => text(word, `a word of ${name}`, WORDS));
  if (words.length === 0) throw new Unfit(`${name} names no program`);
  return words;
}

function oneOf<T extends string>(all: readonly T[], value: Json | undefined, at: string): T {
  const found = all.find((one) => one === value);
  if (found === undefined) throw new Unfit(`${at} is none of ${all.join(', ')}`);
  return found;
}
