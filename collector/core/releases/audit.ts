/** Whether a published repository is one that devices would accept: every root, and what hangs on the last. */
import { explainRefusal, type Outcome } from '../../../protocol/tuf/attacks.ts';
import {
  MAX_BYTES,
  type Metadata,
  type MetaFile,
  type Root,
  type Targets,
  type TopRole,
} from '../../../protocol/tuf/metadata.ts';
import { readMetadata } from '../../../protocol/tuf/read.ts';
import { checkSigned, mismatch, signersOf } from '../../../protocol/tuf/verify.ts';
import { type Delegations, delegatedSigners } from './delegations.ts';

export interface Audit {
  readonly problems: readonly string[];
  /** All that devices can find, as far as it could be read. */
  readonly targets: Targets['targets'];
}

type Files = ReadonlyMap<string, Uint8Array>;

/** `files`: all of `metadata/`, by name. */
export function audit(files: Files, now: number): Audit {
  const problems: string[] = [];
  let root: Root | undefined;
  for (let version = 1; ; version += 1) {
    const name = `${version}.root.json`;
    const bytes = files.get(name);
    if (bytes === undefined) break;
    const next = readMetadata('root', bytes, MAX_BYTES.root, name);
    if (!next.ok) return { problems: [...problems, explainRefusal(next.refusal)], targets: NONE };
    for (const by of root === undefined ? [next.value.signed] : [root, next.value.signed]) {
      note(problems, checkSigned(next.value, signersOf(by, 'root'), name));
    }
    if (next.value.signed.version !== version) problems.push(`${name}: it is another version`);
    root = next.value.signed;
  }
  if (root === undefined)
    return { problems: ['there is no root: muster release init'], targets: NONE };
  expired(problems, 'root', root, now);

  const one = <T extends Exclude<TopRole, 'root'>>(role: T, name: string) => {
    const bytes = files.get(name);
    if (bytes === undefined) {
      problems.push(`${name} is not there`);
      return undefined;
    }
    const read = readMetadata(role, bytes, MAX_BYTES[role], name);
    if (!read.ok) {
      problems.push(explainRefusal(read.refusal));
      return undefined;
    }
    note(problems, checkSigned(read.value, signersOf(root, role), name));
    expired(problems, role, read.value.signed, now);
    return { bytes, signed: read.value.signed };
  };
  const timestamp = one('timestamp', 'timestamp.json');
  if (timestamp === undefined) return { problems, targets: NONE };
  const said = timestamp.signed.snapshot;
  const snapshot = one('snapshot', `${said.version}.snapshot.json`);
  if (snapshot === undefined) return { problems, targets: NONE };
  if (mismatch(snapshot.bytes, said) !== undefined)
    problems.push('the snapshot is not the one of the timestamp');
  const top = snapshot.signed.meta.get('targets.json');
  const targets = top === undefined ? undefined : one('targets', `${top.version}.targets.json`);
  if (top === undefined) problems.push('the snapshot names no targets');
  else if (targets !== undefined && mismatch(targets.bytes, top) !== undefined) {
    problems.push('the targets are not those of the snapshot');
  }
  if (targets === undefined) return { problems, targets: NONE };
  const all = new Map(targets.signed.targets);
  for (const { name } of targets.signed.delegations.roles) {
    const said = snapshot.signed.meta.get(`${name}.json`);
    // One that has signed nothing yet is in no snapshot.
    if (said === undefined) continue;
    const file = `${said.version}.${name}.json`;
    const role = delegated(files.get(file), said, targets.signed.delegations, name, file);
    if ('problem' in role) problems.push(role.problem);
    else {
      expired(problems, name, role, now);
      for (const [path, target] of role.targets) if (!all.has(path)) all.set(path, target);
    }
  }
  return { problems, targets: all };
}

const NONE: Targets['targets'] = new Map();

function delegated(
  bytes: Uint8Array | undefined,
  said: MetaFile,
  delegations: Delegations,
  name: string,
  file: string,
): Targets | { readonly problem: string } {
  if (bytes === undefined) return { problem: `${file} is not there` };
  const read = readMetadata('targets', bytes, MAX_BYTES.targets, file);
  if (!read.ok) return { problem: explainRefusal(read.refusal) };
  if (mismatch(bytes, said) !== undefined)
    return { problem: `${file} is not the one of the snapshot` };
  const signers = delegatedSigners(delegations, name);
  const good = signers && checkSigned(read.value, signers, file);
  return good?.ok === false ? { problem: explainRefusal(good.refusal) } : read.value.signed;
}

function note(problems: string[], outcome: Outcome<true>): void {
  if (!outcome.ok) problems.push(explainRefusal(outcome.refusal));
}

function expired(problems: string[], role: string, { expires }: Metadata, now: number): void {
  if (expires <= now) problems.push(`the ${role} expired at ${new Date(expires).toISOString()}`);
}
