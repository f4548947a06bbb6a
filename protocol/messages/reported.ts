/** `reported`: what a device runs, retained: the answer to `desired`. */
import { clipText } from '../bytes/clip.ts';
import { encodeCbor } from '../cbor/encode.ts';
import { type Fields, fromHex } from '../cbor/fields.ts';
import type { CborItem, CborValue } from '../cbor/values.ts';
import { PROTOCOL_VERSION, TIME_RANGE } from '../limits.ts';
import type { Result } from '../result.ts';
import { readFlags, writeFlags } from './flags.ts';
import { openMessage } from './open.ts';
import type { FlagValue } from './tree.ts';

/**
 * `none`: nothing was wanted yet. `trying`: applied, and its health is being watched. `applied`:
 * kept. `refused`: not applied, for the reasons given. `rolled-back`: applied, was bad, taken back.
 */
export const DESIRED_OUTCOMES = ['none', 'trying', 'applied', 'refused', 'rolled-back'] as const;
export type DesiredOutcome = (typeof DESIRED_OUTCOMES)[number];

export interface RefusedPath {
  /** Dotted path into the configuration, empty for the whole. */
  readonly path: string;
  readonly message: string;
}

export interface ReportedPackage {
  readonly name: string;
  readonly version: string;
  /** Slot or place it runs from; may be empty. */
  readonly slot: string;
}

export interface Reported {
  /** UTC milliseconds by the device's clock. */
  readonly wall: number;
  /** The version of `desired` that is in force; 0 for the device's own file alone. */
  readonly version: number;
  /** The newest version that was looked at, and what became of it. */
  readonly seen: number;
  readonly outcome: DesiredOutcome;
  readonly problems: readonly RefusedPath[];
  /** First 8 bytes of SHA-256 over the effective configuration without secrets, hexadecimal. */
  readonly config: string;
  /** Parts of the configuration that wait for a restart of the agent, as dotted paths. */
  readonly restartNeeded: readonly string[];
  readonly flags: ReadonlyMap<string, FlagValue>;
  readonly packages: readonly ReportedPackage[];
  /** Highest version of the director's metadata that was believed; absent: none was. */
  readonly directed?: number;
  /** What the device declares, so that people know what they may ask for. */
  readonly declared: {
    readonly checks: readonly string[];
    readonly tasks: readonly string[];
    readonly commands: readonly string[];
  };
}

const KEY = {
  version: 0,
  wall: 1,
  inForce: 2,
  seen: 3,
  outcome: 4,
  problems: 5,
  config: 6,
  restartNeeded: 7,
  flags: 8,
  packages: 9,
  checks: 10,
  tasks: 11,
  commands: 12,
  directed: 13,
} as const;

const MAX = {
  problems: 64,
  pathBytes: 256,
  messageBytes: 512,
  packages: 64,
  packageBytes: 128,
  declared: 256,
  nameBytes: 64,
} as const;

/** Texts and lists are cut to their limits: the first problems tell what is wrong. */
export function encodeReported(reported: Reported): Uint8Array {
  const { declared } = reported;
  const problems = reported.problems.slice(0, MAX.problems);
  const packages = reported.packages.slice(0, MAX.packages);
  return encodeCbor(
    new Map<number, CborValue>([
      [KEY.version, PROTOCOL_VERSION],
      [KEY.wall, reported.wall],
      [KEY.inForce, reported.version],
      [KEY.seen, reported.seen],
      [KEY.outcome, DESIRED_OUTCOMES.indexOf(reported.outcome)],
      [KEY.problems, problems.map(writeProblem)],
      [KEY.config, fromHex(reported.config)],
      [KEY.restartNeeded, writePaths(reported.restartNeeded)],
      [KEY.flags, writeFlags(reported.flags)],
      [KEY.packages, packages.map(({ name, version, slot }) => [name, version, slot])],
      [KEY.checks, declared.checks.slice(0, MAX.declared)],
      [KEY.tasks, declared.tasks.slice(0, MAX.declared)],
      [KEY.commands, declared.commands.slice(0, MAX.declared)],
      ...(reported.directed === undefined ? [] : [[KEY.directed, reported.directed] as const]),
    ]),
  );
}

export function decodeReported(bytes: Uint8Array): Result<Reported> {
  const opened = openMessage(bytes, 'reported');
  if (!opened.ok) return opened;
  const fields = opened.value;
  const names = (key: number, bytesEach: number) =>
    fields.list(key, MAX.declared).map((item) => fields.asText(item, key, bytesEach));
  const directed = fields.optionalInt(KEY.directed, { min: 0 });
  return fields.done({
    wall: fields.int(KEY.wall, TIME_RANGE),
    version: fields.int(KEY.inForce, { min: 0 }),
    seen: fields.int(KEY.seen, { min: 0 }),
    outcome: fields.oneOf(KEY.outcome, DESIRED_OUTCOMES),
    problems: fields.list(KEY.problems, MAX.problems).map((item) => readProblem(fields, item)),
    config: fields.id(KEY.config),
    restartNeeded: names(KEY.restartNeeded, MAX.pathBytes),
    flags: readFlags(fields, KEY.flags),
    packages: fields.list(KEY.packages, MAX.packages).map((item) => readPackage(fields, item)),
    ...(directed !== undefined && { directed }),
    declared: {
      checks: names(KEY.checks, MAX.nameBytes),
      tasks: names(KEY.tasks, MAX.nameBytes),
      commands: names(KEY.commands, MAX.nameBytes),
    },
  });
}

function writeProblem({ path, message }: RefusedPath): CborValue {
  return [clipText(path, MAX.pathBytes), clipText(message, MAX.messageBytes)];
}

function writePaths(paths: readonly string[]): CborValue {
  return paths.slice(0, MAX.declared).map((path) => clipText(path, MAX.pathBytes));
}

function readProblem(fields: Fields, item: CborItem): RefusedPath {
  const [path, message] = members(item);
  return {
    path: fields.asText(path, KEY.problems, MAX.pathBytes),
    message: fields.asText(message, KEY.problems, MAX.messageBytes),
  };
}

function readPackage(fields: Fields, item: CborItem): ReportedPackage {
  const [name, version, slot] = members(item);
  return {
    name: fields.asText(name, KEY.packages, MAX.packageBytes),
    version: fields.asText(version, KEY.packages, MAX.packageBytes),
    slot: fields.asText(slot, KEY.packages, MAX.packageBytes),
  };
}

function members(item: CborItem): readonly CborItem[] {
  return Array.isArray(item) ? (item as readonly CborItem[]) : [];
}
