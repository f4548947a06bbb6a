/** What is updated in the laboratory: releases of every shape that goes through other code. */
import { encodeDelta } from '../../../../protocol/delta/encode.ts';
import type { ReleaseHooks, ReleaseManifest } from '../../../../protocol/release.ts';
import { type Made, madeOf, sum, type TarFile, tarOf } from '../releases.ts';

/** Everything is below it. */
export const ROOT = '/srv';

export interface Program {
  readonly unit: string;
  /** The file that the unit runs. */
  readonly path: string;
}

export interface Shape {
  readonly name: string;
  /** Versions that were installed before, one after the other. */
  readonly begin: readonly string[];
  readonly target: string;
  /** The target cannot work: what was there before has to be there afterwards. */
  readonly isBad: boolean;
  readonly programs: readonly Program[];
  /** The package is the agent that does it, started by its launcher. */
  readonly isAgent: boolean;
  readonly made: (version: string) => readonly Made[];
}

type More = Partial<ReleaseManifest>;

const HOOKS: ReleaseHooks = {
  beforeInstall: ['bin/hook', 'beforeInstall'],
  afterInstall: ['bin/hook', 'afterInstall'],
  beforeSwitch: ['bin/hook', 'beforeSwitch'],
  afterSwitch: ['bin/hook', 'afterSwitch'],
  timeoutMs: 1_000,
};

/** Nobody can guess it, so that neither a delta nor zeros look like it. */
function noise(text: string, bytes: number): string {
  let all = '';
  for (let at = 0; all.length < bytes; at++) all += sum(Buffer.from(`${text} ${at}`));
  return all.slice(0, bytes);
}

const isBadOne = (version: string, bad: string) => (version === bad ? 'bad\n' : 'good\n');

/** `bin/web` decides whether the unit stays. */
function webFiles(version: string, bad = ''): readonly TarFile[] {
  return [
    { path: 'bin/web', text: `web ${version} ${isBadOne(version, bad)}`, mode: 0o755 },
    { path: 'bin/hook', text: `hook ${version}\n`, mode: 0o755 },
    { path: 'share/page', text: noise(`page ${version}`, 9_000) },
  ];
}

function web(version: string, bad = '', more: More = {}): Made {
  const options = { path: `${ROOT}/web`, unit: 'web.service', keep: 2 };
  const probe = { windowMs: 0, command: ['bin/hook', 'probe'] };
  const bytes = tarOf(webFiles(version, bad));
  return madeOf('web', version, { kind: 'archive', options }, bytes, { probe, ...more });
}

function rules(version: string, bad = '', more: More = {}): Made {
  const options = { path: `${ROOT}/etc/rules`, unit: 'rules.service' };
  const text = `rules ${version} ${isBadOne(version, bad)}${noise(version, 9_000)}`;
  return madeOf('rules', version, { kind: 'file', options }, Buffer.from(text), more);
}

const needs = (name: string, version: string): More => ({
  dependencies: { [name]: `^${version}` },
});

function pair(version: string, bad = ''): readonly Made[] {
  return [
    web(version, '', { hooks: HOOKS, ...needs('rules', version) }),
    rules(version, bad, needs('web', version)),
  ];
}

function agent(version: string, bad = ''): readonly Made[] {
  const options = { path: `${ROOT}/agent`, unit: 'muster-agent.service', keep: 2 };
  const main = { path: 'main.js', text: `agent ${version} ${isBadOne(version, bad)}` };
  const bytes = tarOf([main, { path: 'lib/chunk.js', text: noise(version, 9_000) }]);
  return [madeOf('agent', version, { kind: 'agent', options }, bytes)];
}

/** Most of it is the same in every version. */
function patched(version: string): readonly Made[] {
  const files = (of: string) => [
    ...webFiles(of),
    { path: 'share/same', text: noise('same', 30_000) },
  ];
  const options = { path: `${ROOT}/web`, unit: 'web.service', keep: 2 };
  const fresh = tarOf(files(version));
  const deltas = ['1.0.0', '2.0.0'].flatMap((from) => {
    if (from === version || version === '1.0.0') return [];
    const old = tarOf(files(from));
    const bytes = encodeDelta(old, fresh);
    const path = `web/${version}/from-${from}`;
    const of = { path, from: sum(old), to: sum(fresh), length: bytes.length, sha256: sum(bytes) };
    return [{ of, bytes }];
  });
  const more = { deltas: deltas.map(({ of }) => of) };
  const made = madeOf('web', version, { kind: 'archive', options }, fresh, more);
  return [{ ...made, extra: deltas.map(({ of, bytes }) => ({ path: of.path, bytes })) }];
}

const WEB: Program = { unit: 'web.service', path: `${ROOT}/web/current/bin/web` };
const RULES: Program = { unit: 'rules.service', path: `${ROOT}/etc/rules` };

const usual = { begin: ['1.0.0'], target: '2.0.0', isBad: false, isAgent: false };

const declared: readonly Shape[] = [
  { ...usual, name: 'pair', programs: [WEB, RULES], made: (version) => pair(version) },
  {
    ...{ ...usual, name: 'pair-bad', isBad: true },
    ...{ programs: [WEB, RULES], made: (version) => pair(version, '2.0.0') },
  },
  {
    ...{ ...usual, name: 'archive-bad', isBad: true },
    ...{ programs: [WEB], made: (version) => [web(version, '2.0.0', { hooks: HOOKS })] },
  },
  { ...usual, name: 'file', programs: [RULES], made: (version) => [rules(version)] },
  { ...usual, name: 'first', begin: [], programs: [WEB, RULES], made: (version) => pair(version) },
  {
    ...{ ...usual, name: 'back', begin: ['1.0.0', '2.0.0'], target: '1.0.0' },
    ...{ programs: [WEB], made: (version) => [web(version)] },
  },
  { ...usual, name: 'delta', programs: [WEB], made: patched },
  { ...usual, name: 'agent', isAgent: true, programs: [], made: (version) => agent(version) },
  {
    ...{ ...usual, name: 'agent-bad', isAgent: true, isBad: true },
    ...{ programs: [], made: (version) => agent(version, '2.0.0') },
  },
];

/** Made once: it is asked for thousands of times. */
export const SHAPES: readonly Shape[] = declared.map((shape) => {
  const known = new Map<string, readonly Made[]>();
  const made = (version: string) => {
    const found = known.get(version) ?? shape.made(version);
    known.set(version, found);
    return found;
  };
  return { ...shape, made };
});

export function shapeOf(name: string): Shape {
  const found = SHAPES.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`no shape ${name}: ${SHAPES.map((s) => s.name).join(', ')}`);
  return found;
}
