/**
 * A CPU profile of the collector's main thread as a table: self time by file and by stage. The
 * bundle names its modules in comments, which is all the source map that is needed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

type Shares = readonly (readonly [name: string, share: number])[];

export interface ProfileSummary {
  /** Shares of the busy time, largest first. */
  readonly stages: Shares;
  readonly files: Shares;
  readonly functions: Shares;
  readonly idleShare: number;
}

/** What belongs to which stage, first match. */
const STAGES: readonly (readonly [RegExp, string])[] = [
  [/^\(garbage collector\)/, 'garbage collection'],
  [/^native (writeBuffer|fdatasync|open|close)/, 'journal: system calls'],
  [
    /^native (writev|writeUtf8String|writeLatin1String|readStart|shutdown)/,
    'sockets: system calls',
  ],
  [/^\(program\)|^native/, 'other native code'],
  [
    /collector\/io\/broker|core\/(packet-meter|token-bucket|access|topic-tree)|topics\.ts/,
    'broker: our side',
  ],
  [/^(aedes|mqtt-packet|bl|mqemitter|fastfall|retimer)/, 'broker: aedes and its packages'],
  [/collector\/io\/journal/, 'journal'],
  [/messages\/ack|work\/acks/, 'acks'],
  [/columns\/(encode|scale)|bytes\/writer/, 'store: encoding of chunks'],
  [/protocol\/(columns|bytes)/, 'decode: columns'],
  [/protocol\/(cbor|messages|result)/, 'decode: envelope'],
  [
    /core\/(ledger|intervals|device)|work\/(ingest|numbered|directory|dictionaries|feed)/,
    'ingest: rules and ledger',
  ],
  [/classic-level|abstract-level/, 'store: LevelDB calls'],
  [/core\/store|io\/store/, 'store: our side'],
  [/^node:(net|internal\/stream_base|stream|internal\/streams|events|_stream)/, 'sockets'],
  [/http|fastify|query|find-my-way|avvio|light-my-request/, 'HTTP and queries'],
  [/^node:/, 'other parts of Node'],
];

/** Only what was sampled in the window, which is given by the age of the process. */
export function summariseProfile(
  folder: string,
  bundle: string,
  window: { readonly fromMs: number; readonly toMs: number },
): ProfileSummary | undefined {
  const file = readdirSync(folder).find((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) return undefined;
  const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile;
  const modules = modulesOf(bundle);
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const [stages, files, functions] = [new Map(), new Map(), new Map()] as Map<string, number>[];
  let busy = 0;
  let idle = 0;
  let age = 0;
  for (const [n, id] of profile.samples.entries()) {
    const frame = frames.get(id);
    const us = Math.max(0, profile.timeDeltas[n] ?? 0);
    age += us / 1_000;
    if (age < window.fromMs || age > window.toMs) continue;
    if (frame === undefined || frame.functionName === '(idle)') {
      idle += us;
      continue;
    }
    busy += us;
    const where = whereIs(frame, modules);
    add(files as Map<string, number>, where, us);
    add(stages as Map<string, number>, stageOf(where), us);
    add(functions as Map<string, number>, `${frame.functionName || '(anonymous)'} ${where}`, us);
  }
  const shares = (map: Map<string, number> | undefined) => sharesOf(map ?? new Map(), busy);
  return {
    stages: shares(stages),
    files: shares(files).slice(0, 30),
    functions: shares(functions).slice(0, 25),
    idleShare: idle / (idle + busy),
  };
}

function whereIs({ functionName, url, lineNumber }: CallFrame, modules: readonly string[]): string {
  if (functionName.startsWith('(') && url === '') return functionName;
  if (url === '') return `native ${functionName}`;
  if (url.includes('collector-under-test')) return modules[lineNumber] ?? 'bundle';
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url);
  return inPackage?.[1] ?? url;
}

function stageOf(where: string): string {
  return STAGES.find(([pattern]) => pattern.test(where))?.[1] ?? 'the rest';
}

/** The module of each line of the bundle. */
function modulesOf(bundle: string): string[] {
  let current = 'bundle';
  return readFileSync(bundle, 'utf8')
    .split('\n')
    .map((line) => {
      current = /^\/\/ (\S+\.ts)$/.exec(line)?.[1] ?? current;
      return current;
    });
}

function sharesOf(map: ReadonlyMap<string, number>, busy: number): Shares {
  const entries = [...map].sort(([, a], [, b]) => b - a);
  return entries.map(([name, us]) => [name, us / busy] as const);
}

function add(map: Map<string, number>, key: string, us: number): void {
  map.set(key, (map.get(key) ?? 0) + us);
}
