/**
 * One group of alerts on its ladder, and everything that has to be told because of it. Pure; what
 * comes out is written before anybody is told, so that a crash loses no rung and doubles none.
 */
import { advance, type Climb, type Rung } from './escalation.ts';
import type { Ladder } from './policies.ts';

/** One receiver to be told once. The key is the same for every attempt. */
export interface Call {
  readonly key: string;
  readonly receiver: string;
  readonly fingerprints: readonly string[];
  /** That it is over, to somebody who was told before. */
  readonly over: boolean;
}

/** Durable. */
export interface Ascent {
  readonly escalation: string;
  readonly groupKey: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  /** Absent: acknowledged, held back or over. */
  readonly climb?: Climb;
  /** By receiver: what it was told last. It hears when that is over. */
  readonly told: Readonly<Record<string, Pick<Call, 'key' | 'fingerprints'>>>;
  /** Decided, and not answered yet. */
  readonly calls: readonly Call[];
}

export interface GroupNow {
  /** Fire, are held back by nothing, and nobody has them. */
  readonly open: readonly string[];
  isFiring(fingerprint: string): boolean;
}

export interface Risen {
  /** Absent when nothing is left to remember. */
  readonly ascent: Ascent | undefined;
  readonly rungs: readonly Rung[];
}

export function newAscent(
  escalation: string,
  groupKey: string,
  groupLabels: Ascent['groupLabels'],
): Ascent {
  return { escalation, groupKey, groupLabels, told: {}, calls: [] };
}

export function ascentId({
  escalation,
  groupKey,
}: Pick<Ascent, 'escalation' | 'groupKey'>): string {
  return `${escalation}\u0000${groupKey}`;
}

/** `policy` is absent when the file has no such ladder any more. */
export function rise(
  before: Ascent,
  policy: Ladder | undefined,
  { open, isFiring }: GroupNow,
  now: number,
): Risen {
  const { climb, tell } = advance(
    before.climb,
    policy ?? { steps: [], repeat: 0 },
    open.length > 0,
    now,
  );
  const told = { ...before.told };
  // Of what is over nobody needs to hear first that it fired.
  const calls = before.calls.filter(
    ({ over, fingerprints }) => over || fingerprints.some(isFiring),
  );
  for (const { startedAt, round, step, receivers } of tell) {
    const key = `${before.groupKey}#${before.escalation}/${startedAt}/${round}/${step}`;
    for (const receiver of new Set(receivers)) {
      calls.push({ key, receiver, fingerprints: open, over: false });
      told[receiver] = { key, fingerprints: open };
    }
  }
  for (const [receiver, last] of Object.entries(told)) {
    if (last.fingerprints.some(isFiring)) continue;
    delete told[receiver];
    calls.push({ ...last, receiver, over: true });
  }
  const { escalation, groupKey, groupLabels } = before;
  const idle = climb === undefined && calls.length === 0 && Object.keys(told).length === 0;
  const ascent = {
    escalation,
    groupKey,
    groupLabels,
    told,
    calls,
    ...(climb && { climb }),
  };
  return { ascent: idle ? undefined : ascent, rungs: tell };
}

/** Without the call that was answered; `undefined` when nothing is left to remember. */
export function answered(ascent: Ascent, call: Call): Ascent | undefined {
  const calls = ascent.calls.filter(
    ({ key, receiver, over }) =>
      key !== call.key || receiver !== call.receiver || over !== call.over,
  );
  const idle = ascent.climb === undefined && calls.length === 0;
  return idle && Object.keys(ascent.told).length === 0 ? undefined : { ...ascent, calls };
}
