/**
 * Takes one step of an installer as root. The request names a step, a package and versions, nothing
 * else: where, which unit and which programs stand in the manifest that root has verified itself.
 */
import { join } from 'node:path';
import { accepting } from '../../core/updates/accepted.ts';
import { clockSynced } from '../../io/clock.ts';
import { readMachine } from '../../io/updates/machine.ts';
import type { Answer } from '../declarations.ts';
import { openTrust } from '../trust/anchors.ts';
import { forget } from '../trust/files.ts';
import { granted } from '../trust/grant.ts';
import {
  begun,
  type Decision,
  decide,
  ended,
  type Granted,
  isSame,
  type PackageRecord,
  sumsOf,
} from '../trust/record.ts';
import { readRecord, readRecords, writeRecord } from '../trust/records.ts';
import { act } from './install-step.ts';
import { type RequestOf, refused, type Verb, type VerbContext } from './verb.ts';

type Request = RequestOf<'install'>;

export const install: Verb<'install'> = (request, context) =>
  context.underWay.step(() => taken(request, context));

const taken: Verb<'install'> = async (request, context) => {
  const { step, name, version } = request;
  if (context.signal.aborted) return refused('nobody waits for it any more');
  const record = await readRecord(context.state, name);
  const decision = await decided(request, record, context);
  if (decision.kind === 'refuse') return refused(decision.why);
  if (decision.kind === 'nothing') return { ok: true, text: `${name}: ${decision.why}` };
  const { to } = decision;
  const before = begun(step, to, record);
  if (before !== record) await writeRecord(context.state, name, before);
  await act({ step, to, installed: record.installed }, context);
  const after = ended(step, to, before);
  if (after !== before) await writeRecord(context.state, name, after);
  await forget(join(context.state, 'files', name), sumsOf(after));
  return { ok: true, text: `${step} of ${name} ${version} is done` };
};

/** With the director's word where one is needed. */
async function decided(
  request: Request,
  record: PackageRecord,
  context: VerbContext,
): Promise<Exclude<Decision, { kind: 'ask-director' }>> {
  const decision = decide(request, record);
  if (decision.kind !== 'ask-director') return decision;
  const answer = await asked(request, context);
  if (!answer.ok) return { kind: 'refuse', why: answer.why };
  const { pending } = record;
  const isLaid = pending !== undefined && isSame(pending, answer.value);
  if (request.step === 'install' || isLaid) {
    return { kind: 'act', to: { ...answer.value, state: 'granted' } };
  }
  const what = `${request.name} ${request.version}`;
  const why = `attack: mix-and-match: ${what}: another file is assigned now than is laid ready`;
  return { kind: 'refuse', why };
}

async function asked(request: Request, context: VerbContext): Promise<Answer<Granted>> {
  const { state, clock } = context;
  const { device, data, trust, trustsClock, packages } = context.declared.place;
  const anchored = await openTrust(trust, state);
  if (!anchored.ok) return anchored;
  const [{ architecture }, records, { default: versions }] = await Promise.all([
    readMachine(),
    readRecords(state),
    import('semver'),
  ]);
  const known = trustsClock || clockSynced() === true;
  const accepts = accepting(packages);
  const terms = { device, data, architecture, records, versions, accepts };
  return granted(request, anchored.value, { ...terms, clock: { wall: clock.wall(), known } });
}
