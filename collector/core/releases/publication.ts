/** From staged metadata to published: what is ready, what is written, whose signature is still missing. */
import { canonicalJson } from '../../../protocol/tuf/json.ts';
import type { KeyPair } from '../../../protocol/tuf/keys.ts';
import type { Root, TopRole } from '../../../protocol/tuf/metadata.ts';
import { readMetadata } from '../../../protocol/tuf/read.ts';
import { signersOf } from '../../../protocol/tuf/verify.ts';
import { EXPIRES_AFTER_MS, sha256, snapshotDocument, timestampDocument } from './compose.ts';
import { type Delegates, delegatedOutcome } from './delegations.ts';
import { type Draft, draftBytes, missing, signedWith, textMember, unsigned } from './envelope.ts';

export type Drafts = Partial<Record<TopRole, Draft>>;

/** A repository as it is on the disk. */
export interface RepositoryState {
  /** The newest that is published. */
  readonly root: Root | undefined;
  readonly published: Drafts;
  readonly staged: Drafts;
  readonly delegates: Delegates;
}

export interface Publication {
  /** To be written in this order: the timestamp last, so that readers never see half of it. */
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** Staged metadata as it is afterwards: what is published is staged no more. */
  readonly staged: Drafts;
  /** Those of delegated roles that stay staged. */
  readonly delegated: ReadonlyMap<string, Draft>;
  /** What keeps it from being published. */
  readonly lacking: readonly string[];
  /** Delegated roles that nobody waits for. */
  readonly waiting: readonly string[];
}

export function publication(
  state: RepositoryState,
  keys: readonly KeyPair[],
  now: number,
): Publication {
  const files: { name: string; bytes: Uint8Array }[] = [];
  let { staged } = state;
  let { root } = state;
  const stop = (why: string): Publication => ({
    ...{ files, staged, lacking: [why], waiting: [] },
    delegated: state.delegates.staged,
  });

  if (staged.root !== undefined) {
    const next = rootOf(staged.root);
    if (next === undefined) return stop('the staged root cannot be read');
    const lack = rootLacks(staged.root, root, next);
    if (lack !== undefined) return stop(lack);
    files.push({ name: `${next.version}.root.json`, bytes: draftBytes(staged.root) });
    root = next;
    const { root: _published, ...rest } = staged;
    staged = rest;
  }
  if (root === undefined) return stop('there is no root yet: muster release init');

  const targets = staged.targets ?? state.published.targets;
  if (targets === undefined) return stop('there is no release yet: muster release add');
  const lack = lacks('targets', targets, root);
  if (lack !== undefined) return stop(lack);
  const top = partOf(targets);
  const { named, fresh, waiting } = delegatedOutcome(targets, state.delegates);
  const parts = Object.fromEntries([
    ['targets.json', top],
    ...[...named].map(([name, draft]) => [`${name}.json`, partOf(draft)] as const),
  ]);

  const shot = signWhatIs(root, 'snapshot', keys, snapshotDraft(state, root, parts, now));
  staged = { ...staged, snapshot: shot };
  const noShot = lacks('snapshot', shot, root);
  if (noShot !== undefined) return stop(noShot);
  const snapshot = { version: versionOf(shot), bytes: draftBytes(shot) };

  const stamp = signWhatIs(root, 'timestamp', keys, timestampDraft(state, snapshot, now));
  staged = { ...staged, timestamp: stamp };
  const noStamp = lacks('timestamp', stamp, root);
  if (noStamp !== undefined) return stop(noStamp);
  for (const [name, draft] of fresh) {
    files.push({ name: `${versionOf(draft)}.${name}.json`, bytes: draftBytes(draft) });
  }
  files.push(
    { name: `${top.version}.targets.json`, bytes: top.bytes },
    { name: `${snapshot.version}.snapshot.json`, bytes: snapshot.bytes },
    { name: 'timestamp.json', bytes: draftBytes(stamp) },
  );
  const left = [...state.delegates.staged].filter(([name]) => !fresh.has(name));
  return { files, staged: {}, delegated: new Map(left), lacking: [], waiting };
}

interface Part {
  readonly version: number;
  readonly bytes: Uint8Array;
}

function partOf(draft: Draft): Part {
  return { version: versionOf(draft), bytes: draftBytes(draft) };
}

export function versionOf({ signed }: Draft): number {
  return Number(signed['version']);
}

export function rootOf(draft: Draft): Root | undefined {
  const bytes = draftBytes(draft);
  const read = readMetadata('root', bytes, bytes.length, 'root');
  return read.ok ? read.value.signed : undefined;
}

/** Missing signatures of a staged root: its own keys', and those of the root before it. */
function rootLacks(draft: Draft, before: Root | undefined, next: Root): string | undefined {
  const own = missing(draft, signersOf(next, 'root'));
  const old = before === undefined ? 0 : missing(draft, signersOf(before, 'root'));
  if (own === 0 && old === 0) return undefined;
  const whose = old > 0 ? `, and ${old} of the keys of root ${before?.version}` : '';
  return `root ${next.version} needs ${own} more signatures of its keys${whose}`;
}

function lacks(role: TopRole, draft: Draft, root: Root): string | undefined {
  const count = missing(draft, signersOf(root, role));
  return count === 0 ? undefined : `${role} ${versionOf(draft)} needs ${count} more signatures`;
}

/** The snapshot that is there already, if it still says the same and may still be used. */
function snapshotDraft(
  { published, staged }: RepositoryState,
  root: Root,
  parts: Readonly<Record<string, Part>>,
  now: number,
): Draft {
  const wanted = canonicalJson(snapshotDocument({ version: 1, expires: 0 }, parts)['meta'] ?? {});
  for (const one of [staged.snapshot, published.snapshot]) {
    if (one === undefined || canonicalJson(one.signed['meta'] ?? {}) !== wanted) continue;
    const left = Date.parse(textMember(one, 'expires')) - now;
    const usable = one === staged.snapshot || missing(one, signersOf(root, 'snapshot')) === 0;
    if (usable && left > EXPIRES_AFTER_MS.snapshot / 3) return one;
  }
  const head = { version: next(published.snapshot), expires: now + EXPIRES_AFTER_MS.snapshot };
  return unsigned(snapshotDocument(head, parts));
}

function timestampDraft(
  { published, staged }: RepositoryState,
  snapshot: { readonly version: number; readonly bytes: Uint8Array },
  now: number,
): Draft {
  const one = staged.timestamp;
  if (one !== undefined && JSON.stringify(one.signed).includes(sha256(snapshot.bytes))) return one;
  const head = { version: next(published.timestamp), expires: now + EXPIRES_AFTER_MS.timestamp };
  return unsigned(timestampDocument(head, snapshot));
}

function next(draft: Draft | undefined): number {
  return draft === undefined ? 1 : versionOf(draft) + 1;
}

/** Signs with those of the keys that may sign for the role, unless they have. */
function signWhatIs(root: Root, role: TopRole, keys: readonly KeyPair[], draft: Draft): Draft {
  const { keyids } = root.roles[role];
  const mine = keys.filter(
    ({ keyid }) => keyids.includes(keyid) && !draft.signatures.some((one) => one.keyid === keyid),
  );
  return mine.reduce(signedWith, draft);
}
